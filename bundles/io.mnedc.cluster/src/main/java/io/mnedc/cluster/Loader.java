package io.mnedc.cluster;

import io.mnedc.api.store.OverlayStore.Entry;
import io.mnedc.cluster.Mirror.Bucket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/** Reads all buckets whose version is not that of the mirror, many at once but not all. Used by the store's own thread. */
final class Loader {
    /** Requests without an answer yet. */
    private static final int MOST_ASKED = 256;

    private final Link link;
    private final Layout layout;
    private final Mirror mirror;
    private final boolean all;
    private final Consumer<Loader> done;
    private final BiConsumer<Loader, Code> failed;
    private final Map<Integer, Bucket> buckets = new HashMap<>();
    private final Deque<Runnable> toAsk = new ArrayDeque<>();
    private int asked;
    private boolean ended;

    /**
     * Does nothing yet.
     *
     * @param all also those whose version is as in the mirror
     * @param done told once, at the end
     * @param failed told once, of the first failure, in place of the end
     */
    Loader(
            Link link,
            Layout layout,
            Mirror mirror,
            boolean all,
            Consumer<Loader> done,
            BiConsumer<Loader, Code> failed) {
        this.link = link;
        this.layout = layout;
        this.mirror = mirror;
        this.all = all;
        this.done = done;
        this.failed = failed;
    }

    /** {@return what was read, by number} */
    Map<Integer, Bucket> buckets() {
        return buckets;
    }

    /** {@return whether all was read} */
    boolean done() {
        return ended;
    }

    /** Asks for nothing more and tells nobody. */
    void stop() {
        ended = true;
        toAsk.clear();
    }

    void begin() {
        for (int i = 0; i < Layout.BUCKETS; i++) {
            int number = i;
            toAsk.add(() -> link.exists(layout.bucket(number), (code, found, stat) -> compared(number, code, stat)));
        }
        ask();
    }

    private void ask() {
        while (!ended && asked < MOST_ASKED && !toAsk.isEmpty()) {
            asked++;
            toAsk.remove().run();
        }
        if (!ended && asked == 0) {
            ended = true;
            done.accept(this);
        }
    }

    /** {@return whether the answer is of use} */
    private boolean answered(Code code) {
        asked--;
        if (ended || code == Code.OK) {
            return !ended;
        }
        ended = true;
        toAsk.clear();
        failed.accept(this, code);
        return false;
    }

    private void compared(int number, Code code, @Nullable Stat stat) {
        if (!answered(code) || stat == null) {
            return;
        }
        if (all || stat.getVersion() != mirror.version(number)) {
            toAsk.addFirst(() -> link.getChildren(
                    layout.bucket(number), (listing, names, listed) -> listed(number, listing, names, listed)));
        }
        ask();
    }

    private void listed(int number, Code code, @Nullable List<String> names, @Nullable Stat stat) {
        if (!answered(code) || names == null || stat == null) {
            return;
        }
        // the bucket's version is as old as its list or older than each text: what came later is in the log
        Map<String, Entry> entries = new HashMap<>();
        buckets.put(number, new Bucket(stat.getVersion(), stat.getMzxid(), entries));
        for (String name : names) {
            String path = layout.bucket(number) + "/" + name;
            toAsk.add(() -> link.getData(path, (reading, data, read) -> {
                boolean gone = reading == Code.NONODE;
                if (!answered(gone ? Code.OK : reading)) {
                    return;
                }
                if (!gone && data != null && read != null) {
                    String key = Layout.key(name);
                    entries.put(key, new Entry(key, new String(data, StandardCharsets.UTF_8), read.getMzxid()));
                }
                ask();
            }));
        }
        ask();
    }
}
