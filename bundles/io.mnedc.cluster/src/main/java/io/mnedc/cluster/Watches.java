package io.mnedc.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.api.store.OverlayStore.Change;
import io.mnedc.api.store.OverlayStore.Subscription;
import io.mnedc.api.store.StoreKeys;
import io.mnedc.work.LogLimiter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All watches of a store. Thread-safe; never waits for a watcher. */
final class Watches {
    private static final Logger LOG = LoggerFactory.getLogger(Watches.class);
    /** A watcher that is further behind is told only the last change of each key. */
    private static final int MOST_WAITING = 10_000;

    private final Executor thread;
    private final List<Watch> all = new CopyOnWriteArrayList<>();

    /**
     * None yet.
     *
     * @param thread calls all watchers, one after the other
     */
    Watches(Executor thread) {
        this.thread = thread;
    }

    Subscription add(String parent, Consumer<Change> watcher) {
        var watch = new Watch(parent, watcher);
        all.add(watch);
        return watch;
    }

    void tell(List<Change> changes) {
        if (!changes.isEmpty()) {
            all.forEach(each -> each.add(changes));
        }
    }

    private final class Watch implements Subscription {
        private final String parent;
        private final Consumer<Change> watcher;

        @GuardedBy("this")
        private Deque<Change> waiting = new ArrayDeque<>();

        @GuardedBy("this")
        private boolean due;

        private final LogLimiter failures = new LogLimiter(Duration.ofSeconds(60));
        private volatile boolean closed;

        Watch(String parent, Consumer<Change> watcher) {
            this.parent = parent;
            this.watcher = watcher;
        }

        void add(List<Change> changes) {
            synchronized (this) {
                for (Change change : changes) {
                    if (StoreKeys.isBelow(change.key(), parent)) {
                        waiting.add(change);
                    }
                }
                if (waiting.size() > MOST_WAITING) {
                    keepLastOfEach();
                }
                if (due || waiting.isEmpty()) {
                    return;
                }
                due = true;
            }
            thread.execute(this::tell);
        }

        @GuardedBy("this")
        private void keepLastOfEach() {
            Map<String, Change> last = new LinkedHashMap<>();
            for (Change change : waiting) {
                last.remove(change.key());
                last.put(change.key(), change);
            }
            waiting = new ArrayDeque<>(last.values());
        }

        private void tell() {
            for (Change next = next(); next != null; next = next()) {
                try {
                    watcher.accept(next);
                } catch (RuntimeException | Error e) {
                    if (failures.may(System.nanoTime())) {
                        LOG.warn("A watcher of the keys below '{}' has failed{}", parent, failures.heldBack(), e);
                    }
                }
            }
        }

        private synchronized @Nullable Change next() {
            Change next = closed ? null : waiting.poll();
            due = next != null;
            return next;
        }

        @Override
        public void close() {
            closed = true;
            all.remove(this);
        }
    }
}
