package io.mnedc.api.relay;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A service that wants to know what happens at the relay of this gateway: the relay finds it and tells it. Each listener is
 * called by one thread of the relay, one call at a time, in the order of the events. The thread is the listener's alone, so a
 * slow listener delays nobody. While it is busy, up to 4,096 events wait for it. Further events are lost to it, those that
 * come in floods first. A call may be under way still when the service is withdrawn.
 */
@ConsumerType
public interface RelayEventListener {
    /**
     * Something has happened. What is thrown here is in the log, and the next events are told all the same.
     *
     * @param event what
     */
    void happened(RelayEvent event);

    /**
     * Events came faster than this listener has taken them.
     *
     * @param events how many were lost to it since it was told last
     */
    default void lost(long events) {
        // most show what comes next
    }
}
