package io.mnedc.device.common;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** What the data path counts; added to once per batch, or once per drop. Thread-safe. */
public final class Counters {
    /** Packets of the interface that went into the data stream, as they came: a super-packet is one. */
    public final LongAdder framesOut = new LongAdder();

    /** Bytes of those frames. */
    public final LongAdder bytesOut = new LongAdder();

    /** Packets of the data stream that went to the interface. */
    public final LongAdder framesIn = new LongAdder();

    /** Bytes of those frames. */
    public final LongAdder bytesIn = new LongAdder();

    /** Datagrams that were joined with one before them. */
    public final LongAdder joinedOut = new LongAdder();

    /** Packets that were cut or finished before they were sent. */
    public final LongAdder segmentedOut = new LongAdder();

    /** Packets that were cut or finished before the interface got them. */
    public final LongAdder segmentedIn = new LongAdder();

    /** Packets of the interface while there is no data stream. */
    public final LongAdder noStream = new LongAdder();

    /** Packets for no address of the overlay, or for this device itself. */
    public final LongAdder noDestination = new LongAdder();

    /** Frames whose packet has a source address that is not the sender's. */
    public final LongAdder foreignSource = new LongAdder();

    /** Frames whose packet has a destination address that is not this device's. */
    public final LongAdder foreignDestination = new LongAdder();

    /** Frames and packets that are not what they should be. */
    public final LongAdder malformed = new LongAdder();

    /** Frames while there is no interface. */
    public final LongAdder noTun = new LongAdder();

    /** Packets that waited too long for a key, or for which there was no room to wait. */
    public final LongAdder noKey = new LongAdder();

    /** Frames that are not sealed although they must be. */
    public final LongAdder unsealed = new LongAdder();

    /** Sealed frames of an epoch for which there is no key. */
    public final LongAdder unknownEpoch = new LongAdder();

    /** Sealed frames that are not what a peer has sealed. */
    public final LongAdder forged = new LongAdder();

    /** Sealed frames whose counter is not above that of the frames before. */
    public final LongAdder replayed = new LongAdder();

    /** Keys agreed with peers. */
    public final LongAdder keys = new LongAdder();

    /** Handshakes with peers that have failed for good. */
    public final LongAdder handshakesFailed = new LongAdder();

    /** Parts of handshakes that came too fast or were not well-formed. */
    public final LongAdder handshakesDropped = new LongAdder();

    /** Messages with certificates of a relay that sends more of them than can be looked at. */
    public final LongAdder credentialsDropped = new LongAdder();

    /** Announcements of devices for which there was no room. */
    public final LongAdder peersLeftOut = new LongAdder();

    /** What was told of peers and not believed: a signature or a number was wrong. */
    public final LongAdder documentsRefused = new LongAdder();

    /** Datagrams that a service of this host has answered at the relay's virtual address. */
    public final LongAdder localAnswered = new LongAdder();

    /** Datagrams for such a service that got no answer. */
    public final LongAdder localDropped = new LongAdder();

    /** Packets of programs for several devices that were sent; a super-packet is one. */
    public final LongAdder multicastOut = new LongAdder();

    /** Copies of those packets, one for each receiver. */
    public final LongAdder multicastCopies = new LongAdder();

    /** Packets of other devices for several that this one has taken. */
    public final LongAdder multicastIn = new LongAdder();

    /** Packets of programs for several that nobody listens to. */
    public final LongAdder multicastUnheard = new LongAdder();

    /** Packets of programs for several that are not let through: the mode, a TTL of 0, or a source that is not this device's. */
    public final LongAdder multicastRefused = new LongAdder();

    /** Packets of programs for several that are above the limits. */
    public final LongAdder multicastOverLimit = new LongAdder();

    /** Copies that were left out because a packet has more receivers than it may. */
    public final LongAdder multicastLeftOut = new LongAdder();

    /** Packets of other devices for several that this one does not listen to. */
    public final LongAdder multicastUnwanted = new LongAdder();

    /** Registrations after the first one. */
    public final LongAdder reconnects = new LongAdder();

    /**
     * Tells all counters.
     *
     * @param queueDrops frames that waited too long to be sent
     * @param tunRefused packets that the kernel refused
     */
    public Map<String, Long> snapshot(long queueDrops, long tunRefused) {
        Map<String, Long> all = new TreeMap<>();
        all.put("frames.out", framesOut.sum());
        all.put("bytes.out", bytesOut.sum());
        all.put("frames.in", framesIn.sum());
        all.put("bytes.in", bytesIn.sum());
        all.put("joined.out", joinedOut.sum());
        all.put("segmented.out", segmentedOut.sum());
        all.put("segmented.in", segmentedIn.sum());
        all.put("drop.no-stream", noStream.sum());
        all.put("drop.no-destination", noDestination.sum());
        all.put("drop.foreign-source", foreignSource.sum());
        all.put("drop.foreign-destination", foreignDestination.sum());
        all.put("drop.malformed", malformed.sum());
        all.put("drop.no-tun", noTun.sum());
        all.put("drop.no-key", noKey.sum());
        all.put("drop.unsealed", unsealed.sum());
        all.put("drop.handshake", handshakesDropped.sum());
        all.put("drop.credentials", credentialsDropped.sum());
        all.put("drop.queue", queueDrops);
        all.put("tun.refused", tunRefused);
        all.put("peers.left-out", peersLeftOut.sum());
        all.put("peers.refused-documents", documentsRefused.sum());
        all.put("local.answered", localAnswered.sum());
        all.put("drop.local", localDropped.sum());
        all.put("multicast.out", multicastOut.sum());
        all.put("multicast.copies", multicastCopies.sum());
        all.put("multicast.in", multicastIn.sum());
        all.put("multicast.unheard", multicastUnheard.sum());
        all.put("drop.multicast-refused", multicastRefused.sum());
        all.put("drop.multicast-limit", multicastOverLimit.sum());
        all.put("drop.multicast-receivers", multicastLeftOut.sum());
        all.put("drop.multicast-unwanted", multicastUnwanted.sum());
        all.put("reconnects", reconnects.sum());
        all.put("sealed.unknown-epoch", unknownEpoch.sum());
        all.put("sealed.forged", forged.sum());
        all.put("sealed.replayed", replayed.sum());
        all.put("sealed.keys", keys.sum());
        all.put("sealed.failures", handshakesFailed.sum());
        return all;
    }
}
