package io.mnedc.relay.share;

import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.text.PlainText;
import io.mnedc.security.authority.Enrolments;
import io.mnedc.security.authority.Revocations;
import io.mnedc.security.shared.SharedFiles;
import io.mnedc.security.shared.SharedStore;
import io.mnedc.work.LogLimiter;
import io.mnedc.work.PeriodicThread;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the files of a relay and the store that it shares with others the same, while the relay runs, and tells when that is not
 * possible. Thread-safe.
 */
public final class Sharing implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sharing.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration FAULTS_APART = Duration.ofSeconds(10);

    /** What is done again and again. */
    public interface Task {
        void run() throws IOException;
    }

    private final SharedStore store;
    private final List<Task> tasks = new CopyOnWriteArrayList<>();
    private final Consumer<String> remarks;
    private final PeriodicThread thread = new PeriodicThread("mnedc-relay-shared", this::look, this::failed);
    private final AtomicBoolean soon = new AtomicBoolean();
    private final LogLimiter faults = new LogLimiter(FAULTS_APART);
    private String remark = "";
    private String complaint = "";

    private Sharing(SharedStore store, Consumer<String> remarks) {
        this.store = store;
        this.remarks = remarks;
    }

    /**
     * Makes files and store the same, and keeps them so.
     *
     * @param kinds what is shared, in the order in which it is looked at
     * @param remarks told, in a sentence, what the administrator must know now; empty: nothing. On any thread; must not block
     * @throws IOException if that is not possible now
     */
    public static Sharing start(SharedStore store, List<SharedFiles> kinds, Consumer<String> remarks)
            throws IOException {
        Sharing sharing = new Sharing(store, remarks);
        store.catchUp();
        for (SharedFiles kind : kinds) {
            kind.pass();
        }
        kinds.forEach(sharing::add);
        sharing.thread.every(PAUSE);
        return sharing;
    }

    /** Keeps one more kind the same from now on. */
    public void add(SharedFiles kind) {
        tasks.add(kind::look);
        kind.watch(this::lookSoon);
        lookSoon();
    }

    public SharedStore store() {
        return store;
    }

    /** Does one thing more once a second, while the store is in reach. */
    public void also(Task task) {
        tasks.add(task);
    }

    /** Tells somebody at once when the revocations have changed; he must not block. */
    public void whenRevoked(Runnable told) {
        store.watch(Revocations.SHARED, key -> told.run());
    }

    /** Tells somebody at once who was revoked, with true, or is not any more; he must not block. */
    public void whenRevoked(BiConsumer<String, Boolean> told) {
        store.watch(
                Revocations.SHARED,
                key -> Revocations.sharedBy(key)
                        .ifPresent(
                                deviceId -> told.accept(deviceId, store.get(key).isPresent())));
    }

    /** Tells somebody at once whose enrolment has changed, empty: perhaps all; he must not block. */
    public void whenEnrolled(Consumer<Optional<String>> told) {
        store.watch(Enrolments.SHARED, key -> told.accept(Enrolments.sharedBy(key)));
    }

    private void lookSoon() {
        if (soon.compareAndSet(false, true)) {
            thread.soon();
        }
    }

    private void look() {
        soon.set(false);
        store.ask();
        String problem = "";
        if (store.lostSince().isEmpty()) {
            for (Task task : tasks) {
                // each of them, whatever is wrong with those before
                String found = look(task);
                problem = problem.isEmpty() ? found : problem;
            }
        }
        complain(problem);
        remark(store.lostSince()
                .map(since -> "the store that the relays share is out of reach since " + since
                        + ": what other relays have revoked since is not known here, and there are no tokens and no"
                        + " enrolments")
                .orElse(problem));
    }

    private static String look(Task kind) {
        try {
            kind.run();
            return "";
        } catch (IOException e) {
            LOG.debug("the cause", e);
            return "what the relays share and the files of this one differ: " + PlainText.of(e);
        }
    }

    private void complain(String problem) {
        if (!problem.isEmpty() && !problem.equals(complaint)) {
            LOG.error("{}; it is tried again", problem);
        }
        complaint = problem;
    }

    private void remark(String now) {
        if (!now.equals(remark)) {
            remark = now;
            remarks.accept(now);
        }
    }

    private void failed(Throwable fault) {
        if (faults.may(System.nanoTime())) {
            LOG.error("what the relays share could not be looked after; it is tried again", fault);
        }
    }

    /** Another store from now on; null: none. */
    public void become(@Nullable OverlayStore now) {
        store.become(now);
    }

    /** Ends the thread; the files stay as they are. */
    @Override
    public void close() {
        if (store.lostSince().isEmpty()) {
            // what was begun is noted; else nobody would know that it was made
            thread.close();
            store.close();
        } else {
            store.close();
            thread.close();
        }
    }
}
