package io.mnedc.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.api.store.OverlayStore.Change;
import io.mnedc.api.store.OverlayStore.Entry;
import io.mnedc.api.store.StoreKeys;
import io.mnedc.api.store.Transaction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All keys in memory, as of one moment of the ensemble, and the version of each bucket at that moment. If a bucket in the ensemble has
 * the version that it has here, then its keys are the same there and here. Thread-safe; changed by the store's own thread only.
 */
final class Mirror {
    /**
     * A bucket as it was read: all up to {@code changed} is in the entries, and perhaps some that came later.
     *
     * @param version of the bucket's node
     * @param changed number (zxid) of the transaction that gave it this version
     * @param entries by key
     */
    record Bucket(int version, long changed, Map<String, Entry> entries) {}

    /**
     * A transaction that was made.
     *
     * @param zxid its number
     * @param changes as in {@link Transaction#changes}
     */
    record Made(long zxid, Map<String, Optional<String>> changes) {}

    @GuardedBy("this")
    private final NavigableMap<String, Entry> entries = new TreeMap<>();

    @GuardedBy("this")
    private final int[] versions = new int[Layout.BUCKETS];

    @GuardedBy("this")
    private final long[] changed = new long[Layout.BUCKETS];

    @GuardedBy("this")
    private long newest;

    Mirror() {
        // nothing was read yet
        Arrays.fill(versions, -1);
    }

    synchronized Optional<Entry> get(String key) {
        return Optional.ofNullable(entries.get(key));
    }

    synchronized List<Entry> below(String parent) {
        return List.copyOf(StoreKeys.below(entries, parent).values());
    }

    /** {@return the version of a bucket; -1 if it was never read} */
    synchronized int version(int bucket) {
        return versions[bucket];
    }

    /** {@return the number of the newest transaction that reads see; all before it are seen too} */
    synchronized long newest() {
        return newest;
    }

    /** {@return whether the conditions hold here} */
    synchronized boolean holds(Transaction transaction) {
        return transaction.holds(this::get);
    }

    @GuardedBy("this")
    private long versionOf(String key) {
        Entry entry = entries.get(key);
        return entry == null ? 0 : entry.version();
    }

    /** {@return what a transaction would change: without the removals of what is not there} */
    synchronized Map<String, Optional<String>> changes(Transaction transaction) {
        Map<String, Optional<String>> changes = new LinkedHashMap<>();
        for (Map.Entry<String, Optional<String>> each : transaction.changes().entrySet()) {
            if (each.getValue().isPresent() || entries.containsKey(each.getKey())) {
                changes.put(each.getKey(), each.getValue());
            }
        }
        return changes;
    }

    /** Takes a transaction; those before it must have been taken. {@return what has changed for readers} */
    synchronized List<Change> apply(Made made) {
        List<Change> told = new ArrayList<>();
        take(made, told);
        return told;
    }

    @GuardedBy("this")
    private void take(Made made, List<Change> told) {
        long zxid = made.zxid();
        Set<Integer> news = new HashSet<>();
        for (String key : made.changes().keySet()) {
            int bucket = Layout.bucketOf(key);
            if (zxid > changed[bucket]) {
                news.add(bucket);
            }
        }
        for (int bucket : news) {
            versions[bucket]++;
            changed[bucket] = zxid;
        }
        made.changes().forEach((key, text) -> {
            // a bucket may have been read after this transaction, and a key of it even later
            if (news.contains(Layout.bucketOf(key)) && versionOf(key) < zxid) {
                change(key, text.map(value -> new Entry(key, value, zxid)).orElse(null), zxid, told);
            }
        });
        newest = Math.max(newest, zxid);
    }

    @GuardedBy("this")
    private void change(String key, @Nullable Entry entry, long zxid, List<Change> told) {
        Entry before = entry == null ? entries.remove(key) : entries.put(key, entry);
        if (before != null || entry != null) {
            told.add(new Change(key, Optional.ofNullable(entry), zxid));
        }
    }

    /**
     * Takes buckets that were read, and the transactions that were made meanwhile; readers see all of it at once.
     *
     * @param read by number; those that are as here may be missing
     * @param meanwhile at least all that were made from the beginning to the end of reading, in order
     * @return what has changed for readers
     */
    synchronized List<Change> install(Map<Integer, Bucket> read, List<Made> meanwhile) {
        Map<String, Entry> before = new HashMap<>(entries);
        entries.keySet().removeIf(key -> read.containsKey(Layout.bucketOf(key)));
        read.forEach((number, bucket) -> {
            entries.putAll(bucket.entries());
            versions[number] = bucket.version();
            changed[number] = bucket.changed();
            newest = Math.max(newest, bucket.changed());
        });
        List<Change> unused = new ArrayList<>();
        meanwhile.forEach(made -> take(made, unused));
        List<Change> told = new ArrayList<>();
        entries.forEach((key, entry) -> {
            if (!entry.equals(before.remove(key))) {
                told.add(new Change(key, Optional.of(entry), entry.version()));
            }
        });
        for (String key : before.keySet()) {
            // removed by the bucket's last change or by one before it
            told.add(new Change(key, Optional.empty(), changed[Layout.bucketOf(key)]));
        }
        return told;
    }
}
