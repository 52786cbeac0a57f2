package io.mnedc.cluster;

import io.mnedc.api.store.OverlayStore.Change;
import io.mnedc.cluster.Mirror.Made;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.zookeeper.KeeperException.Code;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the mirror as the ensemble is: reads the buckets after each connect, and then every transaction from the log, in order. Used by
 * the store's own thread.
 */
final class Follower {
    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
    /** Of transactions that are known and not taken yet. What is more is not kept: then the buckets are read. */
    private static final int MOST_WAITING = 4_096;

    private static final long MOST_BYTES = 32 * 1024 * 1024;

    private static final class Waiting {
        private final String name;
        private final long number;
        private int bytes;
        private @Nullable Made made;
        private boolean missing;

        Waiting(String name, long number) {
            this.name = name;
            this.number = number;
        }
    }

    private final Link link;
    private final Layout layout;
    private final Mirror mirror;
    private final Consumer<List<Change>> watches;
    private final Runnable progress;
    /** In the order in which they were made. */
    private final Deque<Waiting> waiting = new ArrayDeque<>();

    private long bytes;
    private long heardOf;
    private long taken;
    private @Nullable Loader loader;
    private long loadedWith;
    private boolean connected;

    /**
     * Waits for a connection.
     *
     * @param watches told what changes in the mirror
     * @param progress called after the mirror has come nearer to the ensemble
     */
    Follower(Link link, Layout layout, Mirror mirror, Consumer<List<Change>> watches, Runnable progress) {
        this.link = link;
        this.layout = layout;
        this.mirror = mirror;
        this.watches = watches;
        this.progress = progress;
    }

    /** {@return whether the mirror follows the ensemble} */
    boolean ready() {
        return connected && loader == null;
    }

    /** {@return the number of the last transaction that was heard of: {@link #has} says when the mirror has it} */
    long heardOf() {
        return heardOf;
    }

    /** {@return whether the mirror has a transaction and all before it} */
    boolean has(long number) {
        return ready() && taken >= number;
    }

    /** There is a connection, and the nodes of the store are there. */
    void connected() {
        waiting.clear();
        bytes = 0;
        connected = true;
        Loader mine = loader(false);
        link.follow(layout.log(), code -> {
            if (code != Code.OK) {
                failed(mine, code);
                return;
            }
            link.sync(layout.root(), synced -> {
                if (synced != Code.OK) {
                    failed(mine, synced);
                } else if (mine.equals(loader)) {
                    mine.begin();
                }
            });
        });
    }

    /** There is no connection. */
    void lost() {
        connected = false;
        if (loader != null) {
            loader.stop();
            loader = null;
        }
    }

    /**
     * Reads the buckets again.
     *
     * @param all also those whose version is as in the mirror
     */
    void reload(boolean all) {
        if (connected) {
            loader(all).begin();
        }
    }

    private Loader loader(boolean all) {
        if (loader != null) {
            loader.stop();
        }
        var mine = new Loader(link, layout, mirror, all, this::loaded, this::failed);
        loader = mine;
        return mine;
    }

    private void failed(Loader failed, Code code) {
        if (!failed.equals(loader)) {
            return;
        }
        // the next connection begins again
        lost();
        link.refused("The store " + layout.root() + " cannot be read", code);
    }

    private void loaded(Loader done) {
        if (done.equals(loader)) {
            loadedWith = heardOf;
            advance();
        }
    }

    /** A transaction was made. */
    void created(String path) {
        if (!connected) {
            return;
        }
        heardOf++;
        var entry = new Waiting(path.substring(path.lastIndexOf('/') + 1), heardOf);
        if (waiting.size() >= MOST_WAITING || bytes > MOST_BYTES) {
            LOG.info("Too many transactions to follow one by one: reading the store {} again", layout.root());
            waiting.clear();
            bytes = 0;
            reload(false);
            return;
        }
        waiting.add(entry);
        link.getData(path, (code, data, stat) -> {
            if (code == Code.OK && stat != null && LogEntry.isElsewhere(data)) {
                long zxid = stat.getCzxid();
                link.getData(
                        layout.large() + "/" + entry.name, (large, content, s) -> read(entry, large, content, zxid));
            } else {
                read(entry, code, data, stat == null ? 0 : stat.getCzxid());
            }
        });
    }

    private void read(Waiting entry, Code code, byte @Nullable [] data, long zxid) {
        if (!waiting.contains(entry)) {
            return;
        }
        if (code == Code.OK) {
            try {
                Map<String, Optional<String>> changes = LogEntry.changes(data);
                entry.made = new Made(zxid, changes);
                entry.bytes = data == null ? 0 : data.length;
                bytes += entry.bytes;
            } catch (IOException e) {
                LOG.warn("The transaction {} in {} cannot be read", entry.name, layout.log(), e);
                entry.missing = true;
            }
        } else if (code == Code.NONODE) {
            // others have gone on too far meanwhile
            entry.missing = true;
        } else {
            // no connection: the next one begins again
            return;
        }
        advance();
    }

    private void advance() {
        if (waiting.removeIf(each -> each.missing)) {
            reload(false);
            return;
        }
        if (loader != null) {
            install();
        }
        if (ready()) {
            for (Waiting next = waiting.peek(); next != null && next.made != null; next = waiting.peek()) {
                waiting.remove();
                bytes -= next.bytes;
                taken = next.number;
                watches.accept(mirror.apply(next.made));
            }
            progress.run();
        }
    }

    /** Takes what was read, once all transactions are there that were made while it was read. */
    private void install() {
        Loader done = loader;
        if (done == null || !done.done()) {
            return;
        }
        List<Made> meanwhile = new ArrayList<>();
        for (Waiting each : waiting) {
            if (each.number > loadedWith) {
                break;
            }
            if (each.made == null) {
                return;
            }
            meanwhile.add(each.made);
        }
        for (int i = 0; i < meanwhile.size(); i++) {
            bytes -= waiting.remove().bytes;
        }
        loader = null;
        taken = loadedWith;
        watches.accept(mirror.install(done.buckets(), meanwhile));
    }
}
