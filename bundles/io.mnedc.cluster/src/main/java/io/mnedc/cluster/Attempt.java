package io.mnedc.cluster;

import io.mnedc.api.store.Transaction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.jspecify.annotations.Nullable;

/** A transaction as ZooKeeper takes it: made only if all its buckets, and the register, are as they are known here. */
final class Attempt {
    /** Why an attempt was not made. */
    enum Refusal {
        /** Another transaction of this store object was made, perhaps this one by a former attempt. */
        REGISTER_CHANGED,
        /** Somebody has removed the node of this store object. */
        REGISTER_GONE,
        /** Another relay has changed a bucket. */
        BUCKET,
        /** An old entry of the log was removed already. */
        REMOVAL,
        /** Nothing that this code does. */
        OTHER
    }

    /** A larger entry of the log is a node of its own, sent before: a transaction must stay below 1 MiB in all. */
    private static final int LARGEST_ENTRY = 128 * 1024;

    private final Link link;
    private final Layout layout;
    private final Mirror mirror;
    private final Register register;
    private final long serial;
    private final boolean question;
    private final byte[] entry;
    private final List<Op> ops = new ArrayList<>();
    private int removals;
    private int firstRemoval;
    private int firstBucket;
    private int firstKey;

    Attempt(Link link, Layout layout, Mirror mirror, Register register, Transaction transaction, long serial) {
        this.link = link;
        this.layout = layout;
        this.mirror = mirror;
        this.register = register;
        this.serial = serial;
        Map<String, Optional<String>> changes = mirror.changes(transaction);
        this.question = changes.isEmpty();
        this.entry = LogEntry.bytes(changes);
        if (!question) {
            ops.add(register.op(serial));
            ops.add(link.creation(
                    layout.log() + "/" + register.entry(serial), isLarge() ? LogEntry.elsewhere() : entry));
            firstRemoval = ops.size();
            ops.addAll(register.removals());
            removals = ops.size() - firstRemoval;
        }
        firstBucket = ops.size();
        addBuckets(transaction, changes.keySet());
        firstKey = ops.size();
        changes.forEach(this::addKey);
    }

    private void addBuckets(Transaction transaction, Set<String> changed) {
        Set<Integer> toChange = buckets(changed);
        Set<Integer> toCheck = buckets(transaction.expected().keySet());
        toCheck.addAll(buckets(transaction.changes().keySet()));
        toCheck.removeAll(toChange);
        toCheck.forEach(bucket -> ops.add(Op.check(layout.bucket(bucket), mirror.version(bucket))));
        toChange.forEach(bucket -> ops.add(Op.setData(layout.bucket(bucket), Link.NOTHING, mirror.version(bucket))));
    }

    private static Set<Integer> buckets(Set<String> keys) {
        Set<Integer> buckets = new TreeSet<>();
        keys.forEach(key -> buckets.add(Layout.bucketOf(key)));
        return buckets;
    }

    private void addKey(String key, Optional<String> text) {
        String path = layout.path(key);
        if (text.isEmpty()) {
            ops.add(Op.delete(path, -1));
            return;
        }
        byte[] data = text.get().getBytes(StandardCharsets.UTF_8);
        ops.add(mirror.get(key).isPresent() ? Op.setData(path, data, -1) : link.creation(path, data));
    }

    /** {@return whether there is nothing to ask the ensemble for} */
    boolean asksNothing() {
        return ops.isEmpty();
    }

    /** {@return whether it changes nothing} */
    boolean isQuestion() {
        return question;
    }

    /** {@return the bytes of its entry of the log} */
    int bytes() {
        return entry.length;
    }

    /** {@return whether its entry of the log is a node of its own} */
    boolean isLarge() {
        return entry.length > LARGEST_ENTRY;
    }

    void send(Link link, BiConsumer<Code, @Nullable List<OpResult>> answer) {
        if (question || !isLarge()) {
            link.multi(ops, answer);
            return;
        }
        String path = layout.large() + "/" + register.entry(serial);
        link.create(path, entry, CreateMode.PERSISTENT, code -> {
            if (code == Code.NODEEXISTS) {
                // by a former attempt, which may have found other keys to remove
                link.setData(path, entry, written -> then(link, written, answer));
            } else {
                then(link, code, answer);
            }
        });
    }

    private void then(Link link, Code code, BiConsumer<Code, @Nullable List<OpResult>> answer) {
        if (code == Code.OK) {
            link.multi(ops, answer);
        } else {
            answer.accept(code, null);
        }
    }

    /** Takes the good answer to one that was no question. {@return the number of the transaction} */
    long made(@Nullable List<OpResult> results) {
        if (results == null || !(results.get(0) instanceof OpResult.SetDataResult first)) {
            throw new IllegalStateException("a transaction without results");
        }
        register.made(serial, entry.length, isLarge(), removals);
        return first.getStat().getMzxid();
    }

    Refusal refusedBy(Code code, @Nullable List<OpResult> results) {
        int at = results == null ? -1 : first(code, results);
        if (at < 0) {
            return Refusal.OTHER;
        }
        if (!question && at == 0 && code == Code.BADVERSION) {
            return Refusal.REGISTER_CHANGED;
        }
        if (!question && at == 0 && code == Code.NONODE) {
            return Refusal.REGISTER_GONE;
        }
        if (at >= firstRemoval && at < firstRemoval + removals && code == Code.NONODE) {
            return Refusal.REMOVAL;
        }
        return at >= firstBucket && at < firstKey && code == Code.BADVERSION ? Refusal.BUCKET : Refusal.OTHER;
    }

    private static int first(Code code, List<OpResult> results) {
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof OpResult.ErrorResult error && error.getErr() == code.intValue()) {
                return i;
            }
        }
        return -1;
    }
}
