package io.mnedc.cluster;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;

/**
 * The node of this store object, which says what its last transaction was. Each transaction writes its serial there, and only if the
 * node has the version that it had before: so of several attempts of one transaction at most one is made, however late a server gets to
 * them, and the node says whether one was. Used by the store's own thread.
 */
final class Register {
    /** Of the own entries of the log: others must read each of them before it is removed, or read the buckets again. */
    private static final int MOST_KEPT = 256;

    private static final int MOST_KEPT_BYTES = 2 * 1024 * 1024;
    private static final int MOST_REMOVED = 8;
    private static final SecureRandom RANDOM = new SecureRandom();

    private record Kept(String name, int bytes, boolean large) {}

    private final Link link;
    private final Layout layout;
    private final Deque<Kept> kept = new ArrayDeque<>();
    private int keptBytes;
    private String id = newId();
    private boolean there;
    private int version;

    Register(Link link, Layout layout) {
        this.link = link;
        this.layout = layout;
    }

    private static String newId() {
        return HexFormat.of().toHexDigits(RANDOM.nextLong());
    }

    /** {@return its path} */
    String path() {
        return layout.relay(id);
    }

    /** {@return the name of the log's entry of a transaction} */
    String entry(long serial) {
        return id + "-" + serial;
    }

    static byte[] bytes(long serial) {
        return String.valueOf(serial).getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Makes its node, and one that is there as long as the session is. A node that was made before and is missing now is not made again:
     * it would not know what was made.
     */
    void make(Runnable done) {
        if (there) {
            makeLive(done);
            return;
        }
        link.create(path(), Link.NOTHING, CreateMode.PERSISTENT, code -> {
            if (code == Code.OK || code == Code.NODEEXISTS) {
                there = true;
                makeLive(done);
            } else {
                failed(code);
            }
        });
    }

    private void makeLive(Runnable done) {
        link.create(path() + "/live", Link.NOTHING, CreateMode.EPHEMERAL, code -> {
            if (code == Code.OK || code == Code.NODEEXISTS || code == Code.NONODE) {
                // without the node the next transaction fails, and it is replaced
                done.run();
            } else {
                failed(code);
            }
        });
    }

    private void failed(Code code) {
        link.refused("The node " + path() + " cannot be made", code);
    }

    /** Somebody has removed its node: from the next connect on it is another one, and no former attempt can be made any more. */
    void replace() {
        id = newId();
        there = false;
        version = 0;
        kept.clear();
        keptBytes = 0;
    }

    /** Removes its node, and its entries of the log: who has not read them reads the buckets. */
    void remove() {
        for (Kept each : kept) {
            link.delete(layout.log() + "/" + each.name);
            if (each.large) {
                link.delete(layout.large() + "/" + each.name);
            }
        }
        link.delete(path() + "/live");
        link.delete(path());
    }

    /** {@return the step of each transaction by which it is made once at most} */
    Op op(long serial) {
        return Op.setData(path(), bytes(serial), version);
    }

    /** {@return removals of what the others have long read} */
    List<Op> removals() {
        List<Op> removals = new ArrayList<>();
        int bytes = keptBytes;
        int left = kept.size();
        for (Kept each : kept) {
            if (removals.size() >= MOST_REMOVED || (left < MOST_KEPT && bytes < MOST_KEPT_BYTES)) {
                break;
            }
            removals.add(Op.delete(layout.log() + "/" + each.name, -1));
            if (each.large) {
                removals.add(Op.delete(layout.large() + "/" + each.name, -1));
            }
            bytes -= each.bytes;
            left--;
        }
        return removals;
    }

    /**
     * A transaction was made.
     *
     * @param removed how many of {@link #removals} were part of it
     */
    void made(long serial, int bytes, boolean large, int removed) {
        version++;
        for (int left = removed; left > 0 && !kept.isEmpty(); ) {
            left -= forgetOldest();
        }
        kept.add(new Kept(entry(serial), bytes, large));
        keptBytes += bytes;
    }

    /** {@return how many removals it had} */
    private int forgetOldest() {
        Kept first = kept.remove();
        keptBytes -= first.bytes;
        return first.large ? 2 : 1;
    }

    /** The node says that a transaction was made whose answer was lost. What it has removed is found missing later. */
    void madeAtLast(long serial, int version, int bytes, boolean large) {
        made(serial, bytes, large, 0);
        this.version = version;
    }

    /** The node has another version than was thought. */
    void is(int version) {
        this.version = version;
    }

    /** The oldest entry was removed before. */
    void removedBefore() {
        if (!kept.isEmpty()) {
            forgetOldest();
        }
    }
}
