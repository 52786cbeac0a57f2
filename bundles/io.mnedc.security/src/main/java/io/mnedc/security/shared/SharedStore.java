package io.mnedc.security.shared;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.store.OverlayStore.Entry;
import io.mnedc.api.store.Transaction;
import io.mnedc.api.text.PlainText;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store that the relays of an overlay share, as one relay sees it: it may be out of reach, go, and come back as another
 * object. Thread-safe.
 */
public final class SharedStore implements AutoCloseable {
    /** What every key of this bundle begins with. */
    public static final String ROOT = "authority";

    private static final Logger LOG = LoggerFactory.getLogger(SharedStore.class);
    /** Names the contents of the store: another one, or one that was made anew, has another name. */
    private static final String NAME = ROOT + "/name";

    private static final Pattern NAME_FORM = Pattern.compile("[0-9a-f-]{36}");

    /** A condition that never holds: before the store says so, it makes sure that it has all that was done until then. */
    private static final Transaction QUESTION = Transaction.when(new Entry(ROOT + "/never", "", 1));

    /** The store answers within 30 seconds by its contract. */
    private static final Duration LONGEST = Duration.ofSeconds(35);
    /** Without an answer for so long it is out of reach. */
    private static final Duration LATE = Duration.ofSeconds(3);

    private record Watch(String parent, Consumer<String> told) {}

    private final InstantSource clock;

    @GuardedBy("this")
    private final List<Watch> watches = new ArrayList<>();

    @GuardedBy("this")
    private final List<OverlayStore.Subscription> subscriptions = new ArrayList<>();

    @GuardedBy("this")
    private final Map<Long, CompletableFuture<Boolean>> asked = new HashMap<>();

    @GuardedBy("this")
    private long number;

    private volatile @Nullable OverlayStore store;

    @GuardedBy("this")
    private boolean closed;

    @GuardedBy("this")
    private boolean asking;

    @GuardedBy("this")
    private long answeredNanos;

    @GuardedBy("this")
    private Instant answered;

    @GuardedBy("this")
    private boolean told;

    /**
     * Uses a store.
     *
     * @param store null: there is none now
     * @param clock the system's
     */
    public SharedStore(@Nullable OverlayStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        this.answeredNanos = System.nanoTime();
        this.answered = clock.instant();
    }

    /** Uses another store from now on, or none. */
    public synchronized void become(@Nullable OverlayStore now) {
        if (closed) {
            return;
        }
        store = now;
        subscribe();
        // whoever watches looks at all that is there
        watches.forEach(watch -> watch.told.accept(watch.parent));
    }

    /**
     * Tells somebody that something has changed below a key.
     *
     * @param parent as in {@link OverlayStore#below}
     * @param watcher told the key; the parent's if anything may have changed. Must not block
     */
    public synchronized void watch(String parent, Consumer<String> watcher) {
        watches.add(new Watch(parent, watcher));
        subscribe();
    }

    @GuardedBy("this")
    private void subscribe() {
        subscriptions.forEach(OverlayStore.Subscription::close);
        subscriptions.clear();
        OverlayStore now = store;
        if (now != null && !closed) {
            watches.forEach(
                    watch -> subscriptions.add(now.watch(watch.parent, change -> watch.told.accept(change.key()))));
        }
    }

    /** {@return what is stored for a key; empty also if there is no store now} */
    public Optional<Entry> get(String key) {
        OverlayStore now = store;
        return now == null ? Optional.empty() : now.get(key);
    }

    /** {@return all below a key; nothing if there is no store now} */
    public List<Entry> below(String parent) {
        OverlayStore now = store;
        return now == null ? List.of() : now.below(parent);
    }

    /** {@return whether there is a store, in reach or not, so that reads tell something} */
    public boolean isThere() {
        return store != null;
    }

    /**
     * Makes a transaction and waits for it.
     *
     * @return whether its conditions held
     * @throws IOException if the store is not there, or has failed: then the transaction may have been made or not
     */
    public boolean commit(Transaction transaction) throws IOException {
        return commit(present(), transaction);
    }

    /** {@return the store as it is now; it may be replaced by another object at any time} */
    OverlayStore present() throws IOException {
        OverlayStore now = store;
        if (now == null) {
            throw new IOException("the store that the relays share is not there: it is the bundle io.mnedc.cluster that"
                    + " connects to it; see the log");
        }
        return now;
    }

    /** As {@link #commit(Transaction)}, in what was {@link #present} before. */
    boolean commit(OverlayStore now, Transaction transaction) throws IOException {
        long begun = System.nanoTime();
        Instant at = clock.instant();
        CompletableFuture<Boolean> result = now.commit(transaction).toCompletableFuture();
        long mine;
        synchronized (this) {
            if (closed) {
                throw new IOException("the relay stops");
            }
            mine = ++number;
            asked.put(mine, result);
        }
        try {
            boolean made = result.get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
            answered(begun, at);
            return made;
        } catch (ExecutionException e) {
            throw new IOException("the store that the relays share has failed: " + PlainText.of(cause(e)), e);
        } catch (TimeoutException e) {
            throw new IOException("the store that the relays share does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the relay stops", e);
        } finally {
            synchronized (this) {
                asked.remove(mine);
            }
        }
    }

    private static Throwable cause(Exception e) {
        Throwable cause = e.getCause();
        return cause == null ? e : cause;
    }

    /**
     * Makes sure that reads show all that was done until now, by whichever relay.
     *
     * @throws IOException if the store cannot tell
     */
    public void catchUp() throws IOException {
        if (commit(QUESTION)) {
            throw new IOException("the store that the relays share has an entry " + ROOT + "/never: remove it");
        }
    }

    /**
     * Checks that the store is in reach, as far as is known.
     *
     * @throws IOException if it is not; the message says since when
     */
    public void checkReach() throws IOException {
        Optional<Instant> since = lostSince();
        if (since.isPresent()) {
            throw new IOException("the store that the relays share is out of reach since " + since.get());
        }
    }

    /** Asks whether the store is in reach, and does not wait. To be called once a second. */
    public void ask() {
        OverlayStore now = store;
        synchronized (this) {
            if (now == null || asking || closed) {
                tell();
                return;
            }
            asking = true;
        }
        long begun = System.nanoTime();
        Instant at = clock.instant();
        now.commit(QUESTION).whenComplete((made, failure) -> {
            synchronized (this) {
                asking = false;
            }
            if (failure == null) {
                answered(begun, at);
            } else {
                LOG.debug("the shared store does not answer", cause(new CompletionException(failure)));
            }
        });
        synchronized (this) {
            tell();
        }
    }

    private synchronized void answered(long nanos, Instant at) {
        if (nanos - answeredNanos > 0) {
            answeredNanos = nanos;
            answered = at;
        }
        tell();
    }

    @GuardedBy("this")
    private void tell() {
        boolean lost = isLost();
        if (lost == told) {
            return;
        }
        told = lost;
        if (lost) {
            LOG.error(
                    "The store that the relays share is out of reach since {}: what other relays have revoked since is"
                            + " not known here, and this relay gives no tokens and no enrolments",
                    answered);
        } else {
            LOG.info("The store that the relays share is in reach again");
        }
    }

    @GuardedBy("this")
    private boolean isLost() {
        return store == null || System.nanoTime() - answeredNanos > LATE.toNanos();
    }

    /** {@return since when the store is out of reach, so that what other relays have done since is not known; empty if it is in reach} */
    public synchronized Optional<Instant> lostSince() {
        return isLost() ? Optional.of(answered) : Optional.empty();
    }

    /**
     * {@return what names the contents of this store; made at the first call for a store}
     *
     * @throws IOException if the store cannot tell
     */
    String name(OverlayStore now) throws IOException {
        Optional<Entry> known = now.get(NAME);
        if (known.isEmpty()) {
            commit(now, Transaction.whenAbsent(NAME).put(NAME, UUID.randomUUID().toString()));
            known = now.get(NAME);
        }
        return known.map(Entry::value)
                .filter(name -> NAME_FORM.matcher(name).matches())
                .orElseThrow(() -> new IOException("the store that the relays share has no name in " + NAME));
    }

    /** {@return whether the contents have this name still} */
    static boolean isNamed(OverlayStore now, String name) {
        return now.get(NAME).filter(entry -> entry.value().equals(name)).isPresent();
    }

    /** Ends all watches; who waits for the store waits no longer. */
    @Override
    public void close() {
        List<CompletableFuture<Boolean>> ended;
        synchronized (this) {
            closed = true;
            subscriptions.forEach(OverlayStore.Subscription::close);
            subscriptions.clear();
            watches.clear();
            ended = List.copyOf(asked.values());
            store = null;
        }
        ended.forEach(each -> each.completeExceptionally(new IOException("the relay stops")));
    }
}
