package io.mnedc.device.dial;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.api.text.PlainText;
import io.mnedc.transport.Daemon;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks up something apart from the loops, because that may take seconds, or minutes: one that hangs does not hold up the
 * others, and is not asked for twice at a time. If very many hang, the oldest that has not begun is dropped without a word.
 * Its threads live only while there is work. Thread-safe.
 *
 * @param <T> what is found
 */
final class LookUps<T> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LookUps.class);
    static final int MOST_THREADS = 4;

    /** Look-ups that wait for a thread: those of several rounds. */
    static final int MOST_QUEUED = 64;

    /** Those who wait for one that hangs; more are only of rounds that are long over. */
    private static final int MOST_WAITING = 16;

    private final Function<String, T> work;
    private final T fault;
    private final ThreadPoolExecutor threads;

    @GuardedBy("this")
    private final Map<String, List<Consumer<T>>> pending = new HashMap<>();

    /**
     * No thread runs yet.
     *
     * @param thread the threads are called {@code <thread>-N}
     * @param work looks up; may block
     * @param fault the result if {@code work} throws
     */
    LookUps(String thread, Function<String, T> work, T fault) {
        this.work = work;
        this.fault = fault;
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                MOST_THREADS,
                MOST_THREADS,
                1,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MOST_QUEUED),
                task -> Daemon.thread(thread + "-" + number.incrementAndGet(), task),
                this::refused);
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * Looks up. Nothing happens after the end.
     *
     * @param key what to look up
     * @param loop where to tell the result; it drops what comes after its end
     * @param result told it
     */
    void ask(String key, Executor loop, Consumer<T> result) {
        if (first(key, found -> loop.execute(() -> result.accept(found)))) {
            threads.execute(new Task(key));
        }
    }

    /** Those who ask now go before those of rounds that are over: their names may be others each time. */
    private void refused(Runnable task, ThreadPoolExecutor executor) {
        if (executor.isShutdown()) {
            LOG.debug("a look-up is dropped: the device is ending");
            return;
        }
        if (executor.getQueue().poll() instanceof LookUps<?>.Task oldest) {
            taken(oldest.key);
        }
        executor.execute(task);
    }

    /** {@return whether nobody has asked for this yet} */
    private synchronized boolean first(String key, Consumer<T> tell) {
        List<Consumer<T>> waiting = pending.get(key);
        boolean first = waiting == null;
        if (waiting == null) {
            waiting = new ArrayList<>();
            pending.put(key, waiting);
        }
        if (waiting.size() == MOST_WAITING) {
            waiting.remove(0);
        }
        waiting.add(tell);
        return first;
    }

    private void answer(String key) {
        T found = fault;
        try {
            found = work.apply(key);
        } catch (RuntimeException | Error e) {
            // those who asked hear of nothing found, and ask again
            LOG.error("looking up {} has failed", PlainText.of(key), e);
        } finally {
            for (Consumer<T> one : taken(key)) {
                one.accept(found);
            }
        }
    }

    /** {@return who waited for this} */
    private synchronized List<Consumer<T>> taken(String key) {
        List<Consumer<T>> waiting = pending.remove(key);
        return waiting == null ? List.of() : waiting;
    }

    /** Nobody waits for the threads' end: not every look-up can be interrupted. */
    @Override
    public void close() {
        threads.shutdownNow();
    }

    /** A look-up, which is not begun or under way. */
    private final class Task implements Runnable {
        final String key;

        Task(String key) {
            this.key = key;
        }

        @Override
        public void run() {
            answer(key);
        }
    }
}
