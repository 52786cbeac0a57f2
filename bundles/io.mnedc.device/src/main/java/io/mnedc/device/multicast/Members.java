package io.mnedc.device.multicast;

import io.mnedc.codec.Listening;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the other devices listen to, as the relay announces it. On the control loop, but for {@link #count}. It is remembered while
 * multicast is off, too: so that nobody need be asked when it is switched on.
 */
public final class Members {
    private final Map<Integer, Listening> nodes = new TreeMap<>();
    private boolean changed;
    private volatile int count;

    /** Nobody listens yet. */
    public Members() {}

    /** A node listens to this from now on. */
    public void put(int node, Listening listening) {
        Listening before = listening.equals(Listening.NONE) ? nodes.remove(node) : nodes.put(node, listening);
        changed |= !listening.equals(before == null ? Listening.NONE : before);
        count = nodes.size();
    }

    /** A node is gone. */
    public void remove(int node) {
        put(node, Listening.NONE);
    }

    /** All are gone. */
    public void clear() {
        changed |= !nodes.isEmpty();
        nodes.clear();
        count = 0;
    }

    /** {@return whether something is different since this was last asked} */
    boolean changed() {
        boolean was = changed;
        changed = false;
        return was;
    }

    MemberTable table() {
        return MemberTable.of(nodes);
    }

    /** {@return how many devices listen to something. Any thread} */
    int count() {
        return count;
    }
}
