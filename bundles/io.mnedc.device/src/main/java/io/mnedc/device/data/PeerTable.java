package io.mnedc.device.data;

import io.mnedc.transport.NodeTable;

/** What each node is capable of, read for each packet without a lock. One thread writes; readers see a change at once. */
public final class PeerTable {
    private final NodeTable<Integer> bits = new NodeTable<>();

    /** {@return the {@code CAN_…} bits of a node; 0 if it is not known} */
    int capabilities(int node) {
        Integer known = bits.get(node);
        return known == null ? 0 : known;
    }

    /** Notes what a node is capable of; only the lowest seven bits matter here. */
    void put(int node, int capabilities) {
        int value = capabilities & 0x7f;
        if (value == 0) {
            bits.remove(node);
        } else {
            // a small number, of which Java keeps one object for all
            bits.put(node, value);
        }
    }

    /** Forgets a node. */
    void remove(int node) {
        bits.remove(node);
    }

    /** Forgets all. */
    void clear() {
        bits.clear();
    }
}
