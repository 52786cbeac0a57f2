package io.mnedc.transport;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What belongs to each node, for a look-up per frame without a lock, boxing or garbage: pages of 64 nodes, indexed by the
 * node's number. A reader sees a change at once. Pages are small, and an empty one is not kept: a
 * peer that chooses the nodes must not be able to fill the memory. Any thread may read; writers take turns by a lock of their own.
 *
 * @param <T> what belongs to a node
 */
public final class NodeTable<T> {
    /** The nodes of the largest pool, a /8. */
    public static final int MOST_NODES = 1 << 24;

    private static final int PAGE_BITS = 6;
    private static final int PAGE = 1 << PAGE_BITS;
    private static final int FIRST_PAGES = 4;

    private static final class Page<T> extends AtomicReferenceArray<@Nullable T> {
        private static final long serialVersionUID = 1;

        // of the writers
        private int used;

        Page() {
            super(PAGE);
        }
    }

    private volatile AtomicReferenceArray<@Nullable Page<T>> pages = new AtomicReferenceArray<>(FIRST_PAGES);

    /** {@return what belongs to a node; null if nothing does} */
    public @Nullable T get(int node) {
        AtomicReferenceArray<@Nullable Page<T>> all = pages;
        int index = node >>> PAGE_BITS;
        if (index >= all.length()) {
            return null;
        }
        Page<T> page = all.get(index);
        return page == null ? null : page.get(node & PAGE - 1);
    }

    /**
     * Gives a node something, in place of what it had.
     *
     * @throws IllegalArgumentException if no pool has that node
     */
    public void put(int node, T now) {
        if (node < 0 || node >= MOST_NODES) {
            throw new IllegalArgumentException("node " + node + " is in no pool");
        }
        Page<T> page = page(node >>> PAGE_BITS);
        if (page.get(node & PAGE - 1) == null) {
            page.used++;
        }
        page.set(node & PAGE - 1, now);
    }

    private Page<T> page(int index) {
        AtomicReferenceArray<@Nullable Page<T>> all = pages;
        if (index >= all.length()) {
            AtomicReferenceArray<@Nullable Page<T>> more =
                    new AtomicReferenceArray<>(Math.max(index + 1, 2 * all.length()));
            for (int i = 0; i < all.length(); i++) {
                more.set(i, all.get(i));
            }
            all = more;
            pages = more;
        }
        Page<T> page = all.get(index);
        if (page == null) {
            page = new Page<>();
            all.set(index, page);
        }
        return page;
    }

    /** Takes away what a node has. */
    public void remove(int node) {
        T present = get(node);
        if (present != null) {
            remove(node, present);
        }
    }

    /** Takes something away from a node, if it still has it. */
    public void remove(int node, T old) {
        AtomicReferenceArray<@Nullable Page<T>> all = pages;
        int index = node >>> PAGE_BITS;
        Page<T> page = index < all.length() ? all.get(index) : null;
        if (page != null && page.compareAndSet(node & PAGE - 1, old, null) && --page.used == 0) {
            all.set(index, null);
        }
    }

    /** Takes away everything. */
    public void clear() {
        pages = new AtomicReferenceArray<>(FIRST_PAGES);
    }
}
