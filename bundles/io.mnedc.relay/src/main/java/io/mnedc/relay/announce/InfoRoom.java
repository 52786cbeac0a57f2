package io.mnedc.relay.announce;

/**
 * How much memory large records of devices take in all: what a device may tell is large enough that thousands of hostile ones
 * would fill a relay. Records up to {@link #FREE} bytes do not count: as much comes with each registration. Not thread-safe: its
 * owner's lock guards it.
 */
public final class InfoRoom {
    /** As large as a first message may be. */
    static final int FREE = 8_192;

    /** One part of the heap is for it. */
    private static final int SHARE = 16;

    private final long most;
    private long used;

    /** With a part of this heap. */
    public static InfoRoom of(long heap) {
        return new InfoRoom(heap / SHARE);
    }

    InfoRoom(long most) {
        this.most = most;
    }

    /** {@return how much there is in all, in bytes} */
    public long most() {
        return most;
    }

    /** {@return how much is taken, in bytes} */
    public long used() {
        return used;
    }

    /** {@return whether there is room for a record instead of another; then it is taken} */
    public boolean replace(PeerRecord before, PeerRecord now) {
        long after = used - cost(before) + cost(now);
        if (after > used && after > most) {
            return false;
        }
        used = after;
        return true;
    }

    /**
     * A device has joined. Its record is taken also if there is no room: a first message is hardly larger than {@link #FREE}.
     */
    public void add(PeerRecord record) {
        used += cost(record);
    }

    /** A device has left. */
    public void free(PeerRecord record) {
        used -= cost(record);
    }

    private static long cost(PeerRecord record) {
        int size = record.present().length;
        return size > FREE ? size : 0;
    }
}
