package io.mnedc.address;

import io.mnedc.api.address.LeaseStore;
import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.store.Transaction;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases in a store that may be shared. A lease is two keys, which only ever change together: that of its device, with node and times,
 * and that of its node, with the device. Nothing is kept here but what was read wrong, so that this is told once.
 */
final class StoredLeases implements LeaseStore, AutoCloseable {
    static final String EPOCH = "leases/epoch";

    private static final Logger LOG = LoggerFactory.getLogger(StoredLeases.class);
    private static final String DEVICES = "leases/device";
    private static final String NODES = "leases/node";
    /** How often others may be faster before that is a fault. */
    private static final int MOST_ATTEMPTS = 100;

    private static final int MOST_TOLD = 1_000;

    private final OverlayStore store;
    private final Runnable end;
    private final long epoch;
    private final ConcurrentMap<String, String> told = new ConcurrentHashMap<>();

    /**
     * Takes a store for writing leases.
     *
     * @param end what is to be done when the leases are closed
     * @throws IOException if it does not answer or what is in it cannot be read
     */
    StoredLeases(OverlayStore store, Runnable end) throws IOException {
        this.store = store;
        this.end = end;
        for (OverlayStore.Entry entry : store.below(DEVICES)) {
            if (parse(entry).isEmpty()) {
                throw new IOException("the lease " + entry.key() + " cannot be read: '" + entry.value()
                        + "'; put a backup of the store in its place");
            }
        }
        this.epoch = nextEpoch();
    }

    /**
     * Opens leases in files.
     *
     * @param directory where they are
     * @throws IOException with a message for the administrator, if they cannot be opened
     */
    static StoredLeases in(Path directory) throws IOException {
        FileStore store = new FileStore(directory);
        try {
            return new StoredLeases(store, store::close);
        } catch (IOException | RuntimeException | Error e) {
            // or its lock would be in the way of the next attempt
            store.close();
            throw e;
        }
    }

    static String device(String deviceId) {
        return DEVICES + "/" + deviceId;
    }

    static String node(int node) {
        return NODES + "/" + node;
    }

    static String property(String name) {
        return "overlay/" + name;
    }

    static String text(Entry lease) {
        return lease.node() + " " + lease.allocated().toEpochMilli() + " "
                + lease.lastSeen().toEpochMilli();
    }

    private Optional<Entry> parse(OverlayStore.Entry stored) {
        String[] words = stored.value().split(" ", -1);
        try {
            return Optional.of(new Entry(
                    stored.key().substring(DEVICES.length() + 1),
                    Integer.parseInt(words[0]),
                    Instant.ofEpochMilli(Long.parseLong(words[1])),
                    Instant.ofEpochMilli(Long.parseLong(words[2]))));
        } catch (NumberFormatException | IndexOutOfBoundsException | DateTimeException e) {
            if (told.size() < MOST_TOLD && !stored.value().equals(told.put(stored.key(), stored.value()))) {
                LOG.error("the lease {} cannot be read and is left out: '{}'", stored.key(), stored.value());
            }
            return Optional.empty();
        }
    }

    private long nextEpoch() throws IOException {
        return join(attempt(1, () -> {
            Optional<OverlayStore.Entry> last = store.get(EPOCH);
            long next = last.map(entry -> Long.parseLong(entry.value())).orElse(0L) + 1;
            Transaction only = last.map(Transaction::when).orElseGet(() -> Transaction.whenAbsent(EPOCH));
            return store.commit(only.put(EPOCH, Long.toString(next)))
                    .thenApply(done -> done ? Optional.of(next) : Optional.empty());
        }));
    }

    /** One try to change something: empty if another was faster. */
    private interface Try<T> {
        CompletionStage<Optional<T>> go();
    }

    private static <T> CompletionStage<T> attempt(int number, Try<T> change) {
        return change.go().thenCompose(result -> {
            if (result.isPresent()) {
                return CompletableFuture.completedFuture(result.get());
            }
            return number == MOST_ATTEMPTS
                    ? CompletableFuture.failedFuture(
                            new IOException("others changed the store at each of " + number + " attempts"))
                    : attempt(number + 1, change);
        });
    }

    private static <T> T join(CompletionStage<T> stage) throws IOException {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e);
        }
    }

    @Override
    public CompletionStage<Entry> putIfAbsent(Entry entry) {
        String device = device(entry.deviceId());
        String node = node(entry.node());
        Transaction transaction = Transaction.whenAbsent(device)
                .andAbsent(node)
                .put(device, text(entry))
                .put(node, entry.deviceId());
        return attempt(
                1,
                () -> store.commit(transaction)
                        .thenApply(done -> done
                                ? Optional.of(entry)
                                : byDevice(entry.deviceId()).or(() -> byNode(entry.node()))));
    }

    @Override
    public CompletionStage<Void> touch(Collection<Entry> entries) {
        List<CompletableFuture<Boolean>> all = new ArrayList<>();
        for (Entry seen : entries) {
            all.add(attempt(1, () -> touch(seen)).toCompletableFuture());
        }
        return CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0]));
    }

    private CompletionStage<Optional<Boolean>> touch(Entry seen) {
        Optional<OverlayStore.Entry> stored = store.get(device(seen.deviceId()));
        Optional<Entry> old =
                stored.flatMap(this::parse).filter(lease -> lease.lastSeen().isBefore(seen.lastSeen()));
        if (stored.isEmpty() || old.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.of(false));
        }
        Entry now = new Entry(seen.deviceId(), old.get().node(), old.get().allocated(), seen.lastSeen());
        return store.commit(Transaction.when(stored.get()).put(stored.get().key(), text(now)))
                .thenApply(done -> done ? Optional.of(true) : Optional.empty());
    }

    @Override
    public CompletionStage<Boolean> remove(String deviceId, int node) {
        return attempt(1, () -> {
            Optional<OverlayStore.Entry> stored = store.get(device(deviceId));
            if (stored.flatMap(this::parse)
                    .filter(lease -> lease.node() == node)
                    .isEmpty()) {
                return CompletableFuture.completedFuture(Optional.of(false));
            }
            OverlayStore.Entry lease = stored.orElseThrow();
            return store.commit(Transaction.when(lease).remove(lease.key()).remove(node(node)))
                    .thenApply(done -> done ? Optional.of(true) : Optional.empty());
        });
    }

    @Override
    public Optional<Entry> byDevice(String deviceId) {
        return store.get(device(deviceId)).flatMap(this::parse);
    }

    @Override
    public Optional<Entry> byNode(int node) {
        return store.get(node(node)).flatMap(holder -> byDevice(holder.value()));
    }

    @Override
    public Collection<Entry> entries() {
        return store.below(DEVICES).stream()
                .map(this::parse)
                .flatMap(Optional::stream)
                .toList();
    }

    @Override
    public String property(String name, String proposed) throws IOException {
        String key = property(name);
        return join(attempt(1, () -> {
            Optional<OverlayStore.Entry> stored = store.get(key);
            return stored.isPresent()
                    ? CompletableFuture.completedFuture(stored.map(OverlayStore.Entry::value))
                    : store.commit(Transaction.whenAbsent(key).put(key, proposed))
                            .thenApply(done -> done ? Optional.of(proposed) : Optional.empty());
        }));
    }

    @Override
    public AutoCloseable watch(Consumer<Change> watcher) {
        return store.watch(
                DEVICES,
                change -> watcher.accept(new Change(
                        change.key().substring(DEVICES.length() + 1),
                        change.entry().flatMap(this::parse))));
    }

    @Override
    public long epoch() {
        return epoch;
    }

    /** Makes durable what was submitted, if the store is this object's own. */
    @Override
    public void close() {
        end.run();
    }
}
