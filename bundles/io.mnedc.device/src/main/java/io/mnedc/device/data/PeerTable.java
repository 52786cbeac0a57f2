package io.mnedc.device.data;

import java.util.Arrays;

/**
 * What each node is capable of, read for each packet without a lock: pages of bytes, indexed by node. One thread
 * writes. A reader may see a change late, but not later than its next call to {@link #refresh}; until then it takes a
 * node for less capable than it is, or sends what the receiver has to cut itself. Pages are small, and none is kept
 * for nobody: a relay chooses the nodes.
 */
public final class PeerTable {
    private static final int PAGE_BITS = 6;
    private static final int PAGE = 1 << PAGE_BITS;

    private static final byte[] NOBODY = new byte[PAGE];

    private byte[][] pages = new byte[0][];

    @SuppressWarnings("UnusedVariable") // written and read only so that the pages are seen
    private volatile int version;

    /** To be called by a reader before a batch. */
    int refresh() {
        return version;
    }

    /** {@return the {@code CAN_…} bits of a node; 0 if it is not known} */
    int capabilities(int node) {
        byte[][] all = pages;
        int index = node >>> PAGE_BITS;
        byte[] page = index < all.length ? all[index] : null;
        return page == null ? 0 : page[node & PAGE - 1];
    }

    /** Notes what a node is capable of; only the lowest seven bits matter here. */
    void put(int node, int capabilities) {
        int index = node >>> PAGE_BITS;
        byte value = (byte) (capabilities & 0x7f);
        byte[] page = index < pages.length ? pages[index] : null;
        if (page == null && value == 0) {
            return;
        }
        if (index >= pages.length) {
            pages = Arrays.copyOf(pages, Math.max(index + 1, 2 * pages.length));
        }
        if (page == null) {
            page = new byte[PAGE];
        }
        page[node & PAGE - 1] = value;
        pages[index] = value == 0 && Arrays.equals(page, NOBODY) ? null : page;
        seen();
    }

    /** Forgets a node. */
    void remove(int node) {
        put(node, 0);
    }

    /** Forgets all. */
    void clear() {
        pages = new byte[0][];
        seen();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private void seen() {
        version++;
    }
}
