package io.mnedc.relay.announce;

/** Somebody who is told of the devices. Thread-safe. */
public interface Receiver {
    /**
     * Tells what has become different, before what is sent afterwards.
     *
     * @param last the last round
     * @param done run when that is done, as far as the receiver reads, or cannot be done
     */
    void tell(AnnouncementDelta last, Runnable done);
}
