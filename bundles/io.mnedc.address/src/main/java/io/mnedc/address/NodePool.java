package io.mnedc.address;

import java.util.BitSet;
import java.util.OptionalInt;
import java.util.Random;

/**
 * Which nodes of a pool are taken. Nodes are given in rotation, so a freed one is given again as late as possible. A device
 * that comes back often finds its old one free. Not thread-safe.
 */
final class NodePool {
    private final int first;
    private final int last;
    private final BitSet taken = new BitSet();
    private int free;
    private int next;

    /**
     * Makes a pool with all nodes free.
     *
     * @param first the lowest node
     * @param last the highest node
     * @param next where the search begins
     */
    NodePool(int first, int last, int next) {
        this.first = first;
        this.last = last;
        this.free = last - first + 1;
        this.next = contains(next) ? next : first;
    }

    private boolean contains(int node) {
        return node >= first && node <= last;
    }

    int next() {
        return next;
    }

    /** Marks a node as taken; one that is taken already or outside is ignored. */
    void take(int node) {
        if (contains(node) && !taken.get(node - first)) {
            taken.set(node - first);
            free--;
        }
    }

    /** Marks a node as free; one that is free already or outside is ignored. */
    void free(int node) {
        if (contains(node) && taken.get(node - first)) {
            taken.clear(node - first);
            free++;
        }
    }

    /** Begins the next search at any node. */
    void jump(Random random) {
        next = first + random.nextInt(last - first + 1);
    }

    /** {@return a free node, now taken} */
    OptionalInt takeAny() {
        if (free == 0) {
            return OptionalInt.empty();
        }
        int node = first + taken.nextClearBit(next - first);
        if (node > last) {
            node = first + taken.nextClearBit(0);
        }
        take(node);
        next = node == last ? first : node + 1;
        return OptionalInt.of(node);
    }
}
