package io.mnedc.api.device;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.api.peer.Peer;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/** The device's link to the relay, as discovery sees it: what the relay announces, and what is published through it. Thread-safe. */
@ProviderType
public interface RelayLink {
    /** Follows what the relay announces. Calls come one at a time, in order; must not block. */
    @ConsumerType
    interface Observer {
        /**
         * All peers, at the subscription and after each reconnect; what was known before and is not here has left.
         *
         * @param peers every registered device but this one
         */
        void snapshot(Collection<Peer> peers);

        /**
         * A peer joined or changed.
         *
         * @param peer as it is now
         */
        void present(Peer peer);

        /**
         * A peer left.
         *
         * @param deviceId who
         */
        void absent(String deviceId);
    }

    /**
     * How this device is registered.
     *
     * @param name its label in the overlay's DNS zone; empty if the relay is an older one
     * @param node its node number
     * @param network the overlay's address plan
     */
    record Registration(String name, int node, VirtualNetwork network) {}

    /** Ends a subscription. */
    interface Subscription extends AutoCloseable {
        /** Ends it: no further call is begun. */
        @Override
        void close();
    }

    /**
     * Begins to follow the announcements; the first call is a snapshot of what is known now.
     *
     * @param observer who is told
     * @return ends it when closed
     */
    Subscription subscribe(Observer observer);

    /** {@return how this device is registered, or was last; empty before the first time} */
    Optional<Registration> registration();

    /**
     * Tells the peers about this device, now and after each reconnect, until it is called again. In an overlay with security
     * this device signs it. What is told in quick succession is summed up: the last word counts.
     *
     * @param info what to tell
     */
    void publish(OrchestrationInfo info);

    /**
     * Measures the time to a node and back, as {@link DeviceStatus#ping}.
     *
     * @param node which
     * @param timeout how long to wait
     * @return the time
     */
    CompletionStage<Duration> ping(int node, Duration timeout);
}
