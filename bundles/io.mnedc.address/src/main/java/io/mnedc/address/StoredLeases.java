package io.mnedc.address;

import io.mnedc.api.address.LeaseStore;
import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.store.Transaction;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases in a store that may be shared. A lease is two keys, which only ever change together: that of its device, with node and times,
 * and that of its node, with the device. Nothing is kept here but what was read wrong, so that this is told once.
 */
final class StoredLeases implements LeaseStore, AutoCloseable {
    static final String EPOCH = "leases/epoch";
    /** The property of an overlay that has chosen its IPv6 prefix itself. */
    static final String PREFIX = "ipv6.prefix";

    private static final Logger LOG = LoggerFactory.getLogger(StoredLeases.class);
    private static final String DEVICES = "leases/device";
    private static final String NODES = "leases/node";
    private static final String TAKEN_OVER = "leases/taken-over";
    private static final int MOST_TOLD = 1_000;

    /** Of so many leases the times are written together, where writes are dear. */
    private static final int TOUCHED_TOGETHER = 100;

    /** What only leases of several relays have. */
    private record Shared(OverlayTime time, ReleasedNodes released, NetworkAgreement agreement, FormerLeases former) {}

    private final OverlayStore store;
    private final Runnable end;
    private final @Nullable Shared shared;
    private final long epoch;
    private volatile String network = "";
    private final ConcurrentMap<String, String> told = new ConcurrentHashMap<>();

    /**
     * Takes a store of one relay for writing leases.
     *
     * @param end what is to be done when the leases are closed
     * @throws IOException if it does not answer or what is in it cannot be read
     */
    StoredLeases(OverlayStore store, Runnable end) throws IOException {
        this(store, end, null);
    }

    private StoredLeases(OverlayStore store, Runnable end, @Nullable Shared shared) throws IOException {
        this.store = store;
        this.end = end;
        this.shared = shared;
        check();
        this.epoch = shared == null ? nextEpoch() : 0;
    }

    /**
     * Takes part in the leases of several relays.
     *
     * @param former what this relay has leased alone before
     * @throws IOException if the store does not answer or what is in it cannot be read
     */
    static StoredLeases shared(OverlayStore store, FormerLeases former, Clock clock, LongSupplier stopwatch)
            throws IOException {
        OverlayTime time = new OverlayTime(store, clock, stopwatch);
        try {
            return new StoredLeases(
                    store, time::close, new Shared(time, new ReleasedNodes(time), new NetworkAgreement(store), former));
        } catch (IOException | RuntimeException | Error e) {
            time.close();
            throw e;
        }
    }

    private void check() throws IOException {
        for (OverlayStore.Entry entry : store.below(DEVICES)) {
            if (parse(entry).isEmpty()) {
                throw new IOException("the lease " + entry.key() + " cannot be read: '" + entry.value()
                        + "'; put a backup of the store in its place");
            }
        }
    }

    /**
     * Opens leases in files.
     *
     * @param directory where they are
     * @throws IOException with a message for the administrator, if they cannot be opened
     */
    static StoredLeases in(Path directory) throws IOException {
        StoredLeases leases = forTakingOver(directory);
        try {
            if (leases.isTakenOver()) {
                // what is leased from now on is in no other store
                StoreAttempts.join(leases.store.commit(Transaction.EMPTY.remove(TAKEN_OVER)));
            }
            return leases;
        } catch (IOException | RuntimeException | Error e) {
            leases.close();
            throw e;
        }
    }

    /** Opens leases in files, which have their place in another store soon. */
    static StoredLeases forTakingOver(Path directory) throws IOException {
        FileStore store = new FileStore(directory);
        try {
            return new StoredLeases(store, store::close);
        } catch (IOException | RuntimeException | Error e) {
            // or its lock would be in the way of the next attempt
            store.close();
            throw e;
        }
    }

    /** {@return whether other leases have been put in the place of these} */
    boolean isTakenOver() {
        return store.get(TAKEN_OVER).isPresent();
    }

    void markTakenOver() throws IOException {
        StoreAttempts.join(store.commit(Transaction.EMPTY.put(TAKEN_OVER, "into the store that the relays share")));
    }

    /** {@return the time of the relays that share the store; empty if it is this relay's own} */
    Optional<OverlayTime> overlayTime() {
        return Optional.ofNullable(shared).map(Shared::time);
    }

    /** {@return what relays that share the store agree on; empty if it is this relay's own} */
    Optional<NetworkAgreement> agreement() {
        return Optional.ofNullable(shared).map(Shared::agreement);
    }

    /**
     * Takes over what this relay has leased alone before, if it shares a store now. The relays must have agreed on its network.
     *
     * @throws IOException if that could not be ended
     */
    void takeOver(LeasePolicy rules) throws IOException {
        Shared relays = shared;
        if (relays != null) {
            relays.former().takeOver(store, relays.time().noted(relays.time().now(), rules));
        }
    }

    /** {@return the IPv6 prefix of an overlay whose settings name none} */
    String prefix() throws IOException {
        Shared relays = shared;
        Optional<String> known = relays == null
                ? Optional.empty()
                : relays.agreement()
                        .network()
                        .map(agreed -> agreed.ulaPrefix().getHostAddress() + "/" + VirtualNetwork.ULA_PREFIX_LENGTH)
                        .or(relays.former()::prefix);
        return known.isPresent() ? known.get() : property(PREFIX, UniqueLocalPrefix.random());
    }

    /** {@return a property that was chosen before} */
    Optional<String> chosen(String name) {
        return store.get(property(name)).map(OverlayStore.Entry::value);
    }

    /** Tells from which network leases are given from now on. Where relays share the store, none is given while they agree on another. */
    void network(VirtualNetwork now) {
        network = NetworkAgreement.text(now);
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
        return StoreAttempts.join(StoreAttempts.until(() -> {
            Optional<OverlayStore.Entry> last = store.get(EPOCH);
            long next = last.map(entry -> Long.parseLong(entry.value())).orElse(0L) + 1;
            Transaction only = last.map(Transaction::when).orElseGet(() -> Transaction.whenAbsent(EPOCH));
            return store.commit(only.put(EPOCH, Long.toString(next)))
                    .thenApply(done -> done ? Optional.of(next) : Optional.empty());
        }));
    }

    @Override
    public CompletionStage<Entry> putIfAbsent(Entry entry) {
        return StoreAttempts.until(() -> put(entry));
    }

    private CompletionStage<Optional<Entry>> put(Entry entry) {
        String device = device(entry.deviceId());
        String node = node(entry.node());
        Transaction when = Transaction.whenAbsent(device);
        Optional<OverlayStore.Entry> left = Optional.empty();
        Shared relays = shared;
        if (relays != null) {
            Optional<OverlayStore.Entry> agreed = relays.agreement().agreed(network);
            if (agreed.isEmpty()) {
                return CompletableFuture.failedFuture(new IOException("the relays that share the store lease from "
                        + store.get(NetworkAgreement.KEY)
                                .map(OverlayStore.Entry::value)
                                .orElse("no network")
                        + ", and this one from " + network));
            }
            when = when.and(agreed.get());
            left = store.get(node).filter(there -> relays.released().mayHave(there, entry.deviceId()));
        }
        when = left.isPresent() ? when.and(left.get()) : when.andAbsent(node);
        return store.commit(when.put(device, text(entry)).put(node, entry.deviceId()))
                .thenApply(done -> done
                        ? Optional.of(entry)
                        : byDevice(entry.deviceId())
                                .or(() -> byNode(entry.node()))
                                .or(() -> resting(entry.node(), entry.deviceId())));
    }

    /** {@return the lease that ended lately on a node, if the node can be given to no other device yet} */
    Optional<Entry> resting(int node, String deviceId) {
        Shared relays = shared;
        return relays == null
                ? Optional.empty()
                : store.get(node(node))
                        .flatMap(relays.released()::resting)
                        .filter(lease -> !lease.deviceId().equals(deviceId));
    }

    /** {@return all nodes that can be given to nobody yet, though nobody has them} */
    List<Integer> resting() {
        Shared relays = shared;
        return relays == null
                ? List.of()
                : store.below(NODES).stream()
                        .map(relays.released()::resting)
                        .flatMap(Optional::stream)
                        .map(Entry::node)
                        .toList();
    }

    /** {@return when a node that rests can be given to any device, by the clock of this host} */
    Instant free(Entry resting, Instant now) {
        Shared relays = shared;
        return relays == null ? now : relays.released().free(resting, now);
    }

    @Override
    public CompletionStage<Void> touch(Collection<Entry> entries) {
        int together = shared == null ? 1 : TOUCHED_TOGETHER;
        List<Entry> all = List.copyOf(entries);
        List<CompletableFuture<Boolean>> parts = new ArrayList<>();
        for (int i = 0; i < all.size(); i += together) {
            List<Entry> part = all.subList(i, Math.min(all.size(), i + together));
            parts.add(StoreAttempts.until(() -> touchAll(part)).toCompletableFuture());
        }
        return CompletableFuture.allOf(parts.toArray(new CompletableFuture<?>[0]));
    }

    private CompletionStage<Optional<Boolean>> touchAll(List<Entry> seen) {
        Transaction transaction = Transaction.EMPTY;
        for (Entry each : seen) {
            Optional<OverlayStore.Entry> stored = store.get(device(each.deviceId()));
            Optional<Entry> old =
                    stored.flatMap(this::parse).filter(lease -> lease.lastSeen().isBefore(each.lastSeen()));
            if (stored.isPresent() && old.isPresent()) {
                Entry now =
                        new Entry(each.deviceId(), old.get().node(), old.get().allocated(), each.lastSeen());
                transaction = transaction.and(stored.get()).put(stored.get().key(), text(now));
            }
        }
        return transaction.changes().isEmpty()
                ? CompletableFuture.completedFuture(Optional.of(false))
                : store.commit(transaction).thenApply(done -> done ? Optional.of(true) : Optional.empty());
    }

    /**
     * Asks the store whether a lease is still what it is here, and notes that its device is there.
     *
     * @return completed with the lease as it is now; empty if it is not what it was
     */
    CompletionStage<Optional<Entry>> renew(Entry known, Instant lastSeen) {
        Entry now = new Entry(
                known.deviceId(),
                known.node(),
                known.allocated(),
                // later in any case, or there were nothing to write
                lastSeen.isAfter(known.lastSeen()) ? lastSeen : known.lastSeen().plusMillis(1));
        Optional<OverlayStore.Entry> stored = store.get(device(known.deviceId()))
                .filter(found -> found.value().equals(text(known)));
        return stored.isEmpty()
                ? CompletableFuture.completedFuture(Optional.empty())
                : store.commit(Transaction.when(stored.get()).put(stored.get().key(), text(now)))
                        .thenApply(done -> done ? Optional.of(now) : Optional.empty());
    }

    @Override
    public CompletionStage<Boolean> remove(String deviceId, int node) {
        Shared relays = shared;
        return StoreAttempts.until(() -> remove(
                deviceId,
                lease -> lease.node() == node,
                relays == null
                        ? Optional.empty()
                        : Optional.of(relays.released().text(deviceId))));
    }

    /** Removes a lease that has expired, if nobody has changed it. All relays know that it may be gone. */
    CompletionStage<Boolean> removeUnchanged(Entry known) {
        return StoreAttempts.until(() -> remove(known.deviceId(), known::equals, Optional.empty()));
    }

    private CompletionStage<Optional<Boolean>> remove(
            String deviceId, Predicate<Entry> which, Optional<String> inPlaceOfTheNode) {
        Optional<OverlayStore.Entry> stored = store.get(device(deviceId));
        Optional<Entry> lease = stored.flatMap(this::parse).filter(which);
        if (stored.isEmpty() || lease.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.of(false));
        }
        String node = node(lease.get().node());
        Transaction gone = Transaction.when(stored.get()).remove(stored.get().key());
        return store.commit(inPlaceOfTheNode.map(text -> gone.put(node, text)).orElseGet(() -> gone.remove(node)))
                .thenApply(done -> done ? Optional.of(true) : Optional.empty());
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
        return StoreAttempts.join(StoreAttempts.until(() -> {
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
