package io.mnedc.address;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.address.Lease;
import io.mnedc.api.address.LeaseStore.Entry;
import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.text.DeviceIds;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases nodes over {@link StoredLeases}. The store decides who has a node; what is kept here is an index that finds a
 * free one quickly and follows the store. So several relays may lease from one store: who is too late hears what is stored, and tries
 * again. A relay that does not reach the store gives devices the leases that it knows, as long as its {@link LeaseTime} is sure of them.
 *
 * <p>Operations on one device run one after the other; operations on different devices run together. Nothing is
 * completed while the lock is held by a thread of the store.
 */
final class LeaseAllocator implements AddressAllocator, AutoCloseable {
    /** No lease ends sooner than this after a start: the devices could not be seen while the relay was down. */
    static final Duration GRACE = Duration.ofMinutes(10);

    private static final Logger LOG = LoggerFactory.getLogger(LeaseAllocator.class);
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(5);
    private static final int ATTEMPTS = 100;

    private final StoredLeases store;
    private final Clock clock;
    private final LeaseTime time;
    private final AutoCloseable watch;
    private final Object lock = new Object();
    // written under the lock
    private final Map<String, Entry> index = new ConcurrentHashMap<>();
    private volatile LeasePolicy policy;
    private volatile boolean closed;
    // guarded by the lock
    private NodePool pool;
    private final Set<Integer> coming = new HashSet<>();
    private final Set<Integer> resting = new HashSet<>();
    private final PerDeviceQueue queue = new PerDeviceQueue();
    private Instant noneExpiresBefore = Instant.MIN;
    private CompletableFuture<Integer> ending = CompletableFuture.completedFuture(0);
    private final LastSeen lastSeen;
    private final OpenRequests open = new OpenRequests();

    /** One over a store of this relay's own. */
    LeaseAllocator(StoredLeases store, LeasePolicy policy, Clock clock) {
        this(store, policy, clock, new OwnTime(clock));
    }

    /**
     * One over any store.
     *
     * @param clock of this host
     * @param time by which leases end
     */
    LeaseAllocator(StoredLeases store, LeasePolicy policy, Clock clock, LeaseTime time) {
        this.store = store;
        this.policy = policy;
        this.clock = clock;
        this.time = time;
        this.lastSeen = new LastSeen(time);
        store.network(policy.network());
        this.pool = new NodePool(1, 0, 0);
        this.watch = store.watch(change -> refresh(change.deviceId()));
        synchronized (lock) {
            Instant newest = Instant.MIN;
            int next = policy.network().firstNode();
            for (Entry entry : store.entries()) {
                index.put(entry.deviceId(), entry);
                if (entry.allocated().isAfter(newest)) {
                    newest = entry.allocated();
                    next = entry.node() + 1;
                }
            }
            resting.addAll(store.resting());
            this.pool = poolFor(policy, next);
        }
    }

    /** Puts other rules in force. Leases that the new ones do not allow end when their device allocates again. */
    void reconfigure(LeasePolicy now) {
        synchronized (lock) {
            if (!now.equals(policy)) {
                pool = poolFor(now, pool.next());
                noneExpiresBefore = Instant.MIN;
                policy = now;
                store.network(now.network());
            }
        }
    }

    private NodePool poolFor(LeasePolicy rules, int next) {
        NodePool fresh =
                new NodePool(rules.network().firstNode(), rules.network().lastNode(), next);
        rules.reservedFor().forEach((node, device) -> {
            fresh.take(node);
            Optional<Entry> holder = store.byNode(node);
            if (holder.isPresent() && !holder.get().deviceId().equals(device)) {
                LOG.warn(
                        "address {} is reserved for device {} but leased to device {}, until that one registers again",
                        rules.network().ipv4(node).getHostAddress(),
                        device,
                        holder.get().deviceId());
            }
        });
        index.values().forEach(entry -> fresh.take(entry.node()));
        coming.forEach(fresh::take);
        resting.forEach(fresh::take);
        return fresh;
    }

    @Override
    public VirtualNetwork network() {
        return policy.network();
    }

    @Override
    public CompletionStage<Lease> allocate(String deviceId) {
        if (!DeviceIds.isValid(deviceId)) {
            return CompletableFuture.failedFuture(AllocationFailures.invalidId(deviceId));
        }
        return inTurn(deviceId, () -> settle(deviceId, 0), () -> certain(deviceId));
    }

    @Override
    public CompletionStage<Boolean> release(String deviceId) {
        return inTurn(
                deviceId,
                () -> {
                    Entry entry = index.get(deviceId);
                    return entry == null ? CompletableFuture.completedFuture(false) : drop(entry);
                },
                Optional::empty);
    }

    @Override
    public void renew(String deviceId) {
        if (index.containsKey(deviceId)) {
            lastSeen.add(deviceId);
        }
    }

    @Override
    public Optional<Lease> lease(String deviceId) {
        LeasePolicy rules = policy;
        return Optional.ofNullable(index.get(deviceId))
                .filter(entry -> rules.network().isLeasable(entry.node()))
                .map(entry -> lease(entry, rules));
    }

    @Override
    public List<Lease> leases() {
        LeasePolicy rules = policy;
        return index.values().stream()
                .filter(entry -> rules.network().isLeasable(entry.node()))
                .sorted(Comparator.comparingInt(Entry::node))
                .map(entry -> lease(entry, rules))
                .toList();
    }

    private Lease lease(Entry entry, LeasePolicy rules) {
        return new Lease(
                entry.deviceId(),
                entry.node(),
                rules.network().ipv4(entry.node()),
                rules.network().ipv6(entry.node()),
                entry.allocated(),
                time.shown(lastSeen.last(entry)),
                rules.isReserved(entry.deviceId(), entry.node()));
    }

    /**
     * Runs an operation once the earlier ones on the same device are over.
     *
     * @param late what comes of it if it lasts too long; empty: nothing
     */
    private <T> CompletionStage<T> inTurn(
            String deviceId, Supplier<CompletableFuture<T>> operation, Supplier<Optional<T>> late) {
        CompletableFuture<T> turn;
        synchronized (lock) {
            if (closed) {
                return CompletableFuture.failedFuture(AllocationFailures.stopping());
            }
            turn = queue.take(deviceId, operation);
        }
        OpenRequests.Request<T> result = open.add(late);
        var unused = turn.whenComplete((value, failure) -> {
            synchronized (lock) {
                queue.end(deviceId, turn);
            }
            open.remove(result);
            if (failure == null) {
                result.complete(value);
            } else {
                result.completeExceptionally(AllocationFailures.of(failure, closed));
            }
        });
        return result.minimalCompletionStage();
    }

    /** Brings a device to a lease that the rules allow, step by step, each step durable. */
    private CompletableFuture<Lease> settle(String deviceId, int attempt) {
        synchronized (lock) {
            LeasePolicy rules = policy;
            Entry current = index.get(deviceId);
            if (closed) {
                return CompletableFuture.failedFuture(AllocationFailures.stopping());
            }
            Optional<Entry> kept = Optional.ofNullable(current).filter(rules::suits);
            if (kept.isPresent() && time.isSure(kept.get(), rules) && time.isFresh(kept.get(), rules)) {
                return CompletableFuture.completedFuture(given(kept.get(), rules));
            }
            if (attempt >= ATTEMPTS) {
                return CompletableFuture.failedFuture(AllocationFailures.storeChanged(deviceId));
            }
            if (kept.isPresent()) {
                return confirm(kept.get(), attempt);
            }
            Integer reserved = rules.reservations().get(deviceId);
            if (reserved != null) {
                Optional<Entry> holder = store.byNode(reserved);
                Optional<Entry> resting = store.resting(reserved, deviceId);
                if (resting.isPresent()) {
                    return CompletableFuture.failedFuture(AllocationFailures.reservationResting(
                            rules, deviceId, resting.get(), store.free(resting.get(), now())));
                }
                if (holder.isEmpty() || holder.get().deviceId().equals(deviceId)) {
                    return move(deviceId, current, reserved, attempt);
                }
                return hasExpired(holder.get(), time.now())
                        ? expire(holder.get()).thenCompose(gone -> settle(deviceId, attempt + 1))
                        : CompletableFuture.failedFuture(
                                AllocationFailures.reservationTaken(rules, deviceId, reserved, holder.get()));
            }
            OptionalInt free = pool.takeAny();
            if (free.isEmpty()) {
                wake();
                free = pool.takeAny();
            }
            if (free.isPresent()) {
                return move(deviceId, current, free.getAsInt(), attempt);
            }
            int released = resting.size();
            return endExpired()
                    .thenCompose(ended -> ended > 0
                            ? settle(deviceId, attempt + 1)
                            : CompletableFuture.failedFuture(
                                    AllocationFailures.poolExhausted(rules, deviceId, released)));
        }
    }

    private Lease given(Entry current, LeasePolicy rules) {
        lastSeen.add(current.deviceId());
        return lease(current, rules);
    }

    /** The device was away for long. The store must know that it is back, or another relay ends the lease, or has ended it. */
    private CompletableFuture<Lease> confirm(Entry known, int attempt) {
        return heard().thenCompose(passed -> store.renew(known, time.noted(time.now(), policy)))
                .handle((renewed, failure) -> {
                    synchronized (lock) {
                        refresh(known.deviceId());
                        if (failure == null) {
                            return renewed.isPresent() && policy.suits(known)
                                    ? CompletableFuture.completedFuture(given(renewed.get(), policy))
                                    : settle(known.deviceId(), attempt + 1);
                        }
                        return certain(known.deviceId())
                                .map(CompletableFuture::completedFuture)
                                .orElseGet(() -> CompletableFuture.failedFuture(failure));
                    }
                })
                .thenCompose(result -> result);
    }

    /** {@return the lease that a device has for certain, though the store does not answer} */
    private Optional<Lease> certain(String deviceId) {
        LeasePolicy rules = policy;
        return Optional.ofNullable(index.get(deviceId))
                .filter(entry -> rules.suits(entry) && time.isSure(entry, rules))
                .map(entry -> given(entry, rules));
    }

    /** Ends the lease that a device has, if any, and gives it this node. */
    private CompletableFuture<Lease> move(String deviceId, @Nullable Entry current, int node, int attempt) {
        coming.add(node);
        CompletableFuture<?> ready = current == null ? heard() : drop(current);
        return ready.thenCompose(
                        gone -> store.putIfAbsent(new Entry(deviceId, node, now(), time.noted(time.now(), policy))))
                .handle((stored, failure) -> {
                    synchronized (lock) {
                        coming.remove(node);
                        refresh(deviceId);
                        if (stored != null) {
                            refresh(stored.deviceId());
                        }
                        letGo(node);
                        if (stored != null && !stored.deviceId().equals(deviceId)) {
                            // another relay gives nodes here
                            pool.jump(ThreadLocalRandom.current());
                        }
                        // if only the answer was lost, the lease is there
                        Entry found = index.get(deviceId);
                        return found != null && policy.suits(found)
                                ? Optional.<Throwable>empty()
                                : Optional.ofNullable(failure);
                    }
                })
                // what is stored may be another's, or no longer what the rules allow
                .thenCompose(failure -> failure.isPresent()
                        ? CompletableFuture.failedFuture(failure.get())
                        : settle(deviceId, attempt + 1));
    }

    /** Ends a lease that has expired, if its device has not come back anywhere. */
    private CompletableFuture<Boolean> expire(Entry entry) {
        return store.removeUnchanged(entry)
                .whenComplete((removed, failure) -> refresh(entry.deviceId()))
                .toCompletableFuture();
    }

    private CompletableFuture<Boolean> drop(Entry entry) {
        return heard().thenCompose(passed -> store.remove(entry.deviceId(), entry.node()))
                .whenComplete((removed, failure) -> refresh(entry.deviceId()));
    }

    /** What is written has a time: it must not be one from before this relay was cut off. */
    private CompletableFuture<Void> heard() {
        return time.pass(LeaseExpiry.interval(policy)).toCompletableFuture();
    }

    /** Brings the index of one device up to what the store holds. */
    private void refresh(String deviceId) {
        synchronized (lock) {
            Optional<Entry> now = store.byDevice(deviceId);
            Entry old = now.isPresent() ? index.put(deviceId, now.get()) : index.remove(deviceId);
            if (now.isEmpty()) {
                lastSeen.forget(deviceId);
            } else if (old == null) {
                noneExpiresBefore = earlier(noneExpiresBefore, end(now.get()));
            }
            if (old != null && now.filter(entry -> entry.node() == old.node()).isEmpty()) {
                letGo(old.node());
            }
            now.ifPresent(entry -> pool.take(entry.node()));
        }
    }

    /** A node may be free now; with the lock held. */
    private void letGo(int node) {
        if (store.byNode(node).isPresent()) {
            resting.remove(node);
        } else if (store.resting(node, "").isPresent()) {
            pool.take(node);
            resting.add(node);
        } else {
            resting.remove(node);
            if (!coming.contains(node) && !policy.reservedFor().containsKey(node)) {
                pool.free(node);
            }
        }
    }

    /** Finds nodes that rest no longer; with the lock held. */
    private void wake() {
        List.copyOf(resting).forEach(this::letGo);
    }

    /**
     * Lets time pass, makes durable when devices were last seen, and ends the leases of those that were absent too long.
     *
     * @return completed when both is done, with how many leases were ended
     */
    CompletionStage<Integer> maintain() {
        LeasePolicy rules = policy;
        CompletionStage<String> noted = heard().thenCompose(passed -> lastSeen.store(index, store, rules))
                .handle((done, failure) -> {
                    if (failure != null) {
                        LOG.warn("could not note when devices were last seen; tried again later", failure);
                    }
                    return "noted";
                });
        synchronized (lock) {
            wake();
            return endExpired().thenCombine(noted, (ended, done) -> ended);
        }
    }

    /** {@return completed with how many leases were ended}; to be called with the lock held */
    private CompletableFuture<Integer> endExpired() {
        if (!ending.isDone()) {
            return ending;
        }
        Instant now = time.now();
        if (policy.absence().isEmpty() || now.isBefore(noneExpiresBefore) || closed) {
            return CompletableFuture.completedFuture(0);
        }
        List<CompletableFuture<?>> ends = new ArrayList<>();
        Instant earliest = Instant.MAX;
        for (Entry entry : index.values()) {
            if (hasExpired(entry, now)) {
                LOG.info(
                        "lease of device {} ends: it was last seen {}",
                        entry.deviceId(),
                        time.shown(lastSeen.last(entry)));
                ends.add(inTurn(entry.deviceId(), () -> expire(entry), Optional::empty)
                        .toCompletableFuture());
            } else {
                earliest = earlier(earliest, end(entry));
            }
        }
        // ends that fail are found again by the next search
        noneExpiresBefore = ends.isEmpty() ? earliest : now;
        int count = ends.size();
        ending = CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> count);
        return ending;
    }

    private boolean hasExpired(Entry entry, Instant now) {
        return !queue.areTaken(entry.deviceId()) && !now.isBefore(end(entry));
    }

    /** {@return when the lease ends if its device is not seen before} */
    private Instant end(Entry entry) {
        return policy.absence()
                .map(absence -> time.end(lastSeen.last(entry), absence))
                .orElse(Instant.MAX);
    }

    private Instant now() {
        // the store keeps milliseconds
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    /** Ends requests that the store has not answered for so long; what was begun goes on. */
    void endLate(Duration limit) {
        open.end(limit, () -> AllocationFailures.silent(limit));
    }

    /** Notes when devices were last seen and fails what is under way. Ends within {@link #LONGEST_CLOSE}. */
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
        }
        try {
            lastSeen.store(index, store, policy)
                    .toCompletableFuture()
                    .get(LONGEST_CLOSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.warn("could not note when devices were last seen", e);
        }
        try {
            watch.close();
        } catch (Exception e) {
            LOG.warn("the watch of the lease store did not end", e);
        }
        open.fail(AllocationFailures::stopping);
    }
}
