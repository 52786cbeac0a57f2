package io.mnedc.relay.forward;

import io.mnedc.relay.session.Session;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Node number to session, for a lookup per frame without lock or boxing: pages of 256 nodes, made when they are first
 * used. Thread-safe; writers take turns by the caller's lock.
 */
public final class NodeTable {
    private static final int PAGE_BITS = 8;
    private static final int PAGE = 1 << PAGE_BITS;
    /** Nodes of the largest pool, a /8. */
    private static final int MOST_NODES = 1 << 24;

    private final AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable Session>> pages =
            new AtomicReferenceArray<>(MOST_NODES >> PAGE_BITS);

    @Nullable
    public Session get(int node) {
        if (node < 0 || node >= MOST_NODES) {
            return null;
        }
        AtomicReferenceArray<@Nullable Session> page = pages.get(node >> PAGE_BITS);
        return page == null ? null : page.get(node & PAGE - 1);
    }

    /** Puts a session at its node. */
    public void put(Session session) {
        int node = session.node();
        AtomicReferenceArray<@Nullable Session> page = pages.get(node >> PAGE_BITS);
        if (page == null) {
            page = new AtomicReferenceArray<>(PAGE);
            pages.set(node >> PAGE_BITS, page);
        }
        page.set(node & PAGE - 1, session);
    }

    /** Removes a session, if it is still the one at its node. */
    public void remove(Session session) {
        AtomicReferenceArray<@Nullable Session> page = pages.get(session.node() >> PAGE_BITS);
        if (page != null) {
            page.compareAndSet(session.node() & PAGE - 1, session, null);
        }
    }
}
