package io.mnedc.address;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.address.Lease;
import io.mnedc.api.address.LeaseStore;
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
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases nodes over a {@link LeaseStore}. The store decides who has a node; what is kept here is an index that finds a
 * free one quickly and follows the store, so that a store shared with others works as well.
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

    private final LeaseStore store;
    private final Clock clock;
    private final Instant started;
    private final AutoCloseable watch;
    private final Object lock = new Object();
    // written under the lock
    private final Map<String, Entry> index = new ConcurrentHashMap<>();
    private volatile LeasePolicy policy;
    private volatile boolean closed;
    // guarded by the lock
    private NodePool pool;
    private final Set<Integer> coming = new HashSet<>();
    private final PerDeviceQueue queue = new PerDeviceQueue();
    private Instant noneExpiresBefore = Instant.MIN;
    private CompletableFuture<Integer> ending = CompletableFuture.completedFuture(0);
    private final LastSeen lastSeen = new LastSeen();
    // fail those who wait
    private final Set<Runnable> open = ConcurrentHashMap.newKeySet();

    LeaseAllocator(LeaseStore store, LeasePolicy policy, Clock clock) {
        this.store = store;
        this.policy = policy;
        this.clock = clock;
        this.started = clock.instant();
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
        return inTurn(deviceId, () -> settle(deviceId, 0));
    }

    @Override
    public CompletionStage<Boolean> release(String deviceId) {
        return inTurn(deviceId, () -> {
            Entry entry = index.get(deviceId);
            return entry == null ? CompletableFuture.completedFuture(false) : drop(entry);
        });
    }

    @Override
    public void renew(String deviceId) {
        if (index.containsKey(deviceId)) {
            lastSeen.add(deviceId, now());
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
                lastSeen.last(entry),
                rules.isReserved(entry.deviceId(), entry.node()));
    }

    /** Runs an operation once the earlier ones on the same device are over. */
    private <T> CompletionStage<T> inTurn(String deviceId, Supplier<CompletableFuture<T>> operation) {
        CompletableFuture<T> turn;
        synchronized (lock) {
            if (closed) {
                return CompletableFuture.failedFuture(AllocationFailures.stopping());
            }
            turn = queue.take(deviceId, operation);
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        Runnable stop = () -> result.completeExceptionally(AllocationFailures.stopping());
        open.add(stop);
        var unused = turn.whenComplete((value, failure) -> {
            synchronized (lock) {
                queue.end(deviceId, turn);
            }
            open.remove(stop);
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
            if (current != null && rules.suits(current)) {
                lastSeen.add(deviceId, now());
                return CompletableFuture.completedFuture(lease(current, rules));
            }
            if (attempt >= ATTEMPTS) {
                return CompletableFuture.failedFuture(AllocationFailures.storeChanged(deviceId));
            }
            Integer reserved = rules.reservations().get(deviceId);
            if (reserved != null) {
                Optional<Entry> holder = store.byNode(reserved);
                if (holder.isEmpty() || holder.get().deviceId().equals(deviceId)) {
                    return move(deviceId, current, reserved, attempt);
                }
                return hasExpired(holder.get(), now())
                        ? drop(holder.get()).thenCompose(gone -> settle(deviceId, attempt + 1))
                        : CompletableFuture.failedFuture(
                                AllocationFailures.reservationTaken(rules, deviceId, reserved, holder.get()));
            }
            OptionalInt free = pool.takeAny();
            if (free.isPresent()) {
                return move(deviceId, current, free.getAsInt(), attempt);
            }
            return endExpired()
                    .thenCompose(ended -> ended > 0
                            ? settle(deviceId, attempt + 1)
                            : CompletableFuture.failedFuture(AllocationFailures.poolExhausted(rules, deviceId)));
        }
    }

    /** Ends the lease that a device has, if any, and gives it this node. */
    private CompletableFuture<Lease> move(String deviceId, @Nullable Entry current, int node, int attempt) {
        coming.add(node);
        CompletableFuture<?> ready = current == null ? CompletableFuture.completedFuture(null) : drop(current);
        return ready.thenCompose(gone -> {
                    Instant now = now();
                    return store.putIfAbsent(new Entry(deviceId, node, now, now));
                })
                .handle((stored, failure) -> {
                    synchronized (lock) {
                        coming.remove(node);
                        refresh(deviceId);
                        if (stored != null) {
                            refresh(stored.deviceId());
                        }
                        if (store.byNode(node).isEmpty()
                                && !policy.reservedFor().containsKey(node)) {
                            pool.free(node);
                        }
                    }
                    return Optional.ofNullable(failure);
                })
                // what is stored may be another's, or no longer what the rules allow
                .thenCompose(failure -> failure.isPresent()
                        ? CompletableFuture.failedFuture(failure.get())
                        : settle(deviceId, attempt + 1));
    }

    private CompletableFuture<Boolean> drop(Entry entry) {
        return store.remove(entry.deviceId(), entry.node())
                .whenComplete((removed, failure) -> refresh(entry.deviceId()))
                .toCompletableFuture();
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
            if (old != null && store.byNode(old.node()).isEmpty() && !isKept(old.node())) {
                pool.free(old.node());
            }
            now.ifPresent(entry -> pool.take(entry.node()));
        }
    }

    private boolean isKept(int node) {
        return coming.contains(node) || policy.reservedFor().containsKey(node);
    }

    /**
     * Makes durable when devices were last seen, and ends the leases of those that were absent too long.
     *
     * @return completed when both is done, with how many leases were ended
     */
    CompletionStage<Integer> maintain() {
        CompletionStage<String> noted = lastSeen.store(index, store).handle((done, failure) -> {
            if (failure != null) {
                LOG.warn("could not note when devices were last seen; tried again later", failure);
            }
            return "noted";
        });
        synchronized (lock) {
            return endExpired().thenCombine(noted, (ended, done) -> ended);
        }
    }

    /** {@return completed with how many leases were ended}; to be called with the lock held */
    private CompletableFuture<Integer> endExpired() {
        if (!ending.isDone()) {
            return ending;
        }
        Instant now = now();
        if (policy.absence().isEmpty() || now.isBefore(noneExpiresBefore) || closed) {
            return CompletableFuture.completedFuture(0);
        }
        List<CompletableFuture<?>> ends = new ArrayList<>();
        Instant earliest = Instant.MAX;
        for (Entry entry : index.values()) {
            if (hasExpired(entry, now)) {
                LOG.info("lease of device {} ends: it was last seen {}", entry.deviceId(), lastSeen.last(entry));
                ends.add(release(entry.deviceId()).toCompletableFuture());
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
                .map(absence -> later(
                        lastSeen.last(entry).plus(absence),
                        started.plus(absence.compareTo(GRACE) < 0 ? absence : GRACE)))
                .orElse(Instant.MAX);
    }

    private Instant now() {
        // the store keeps milliseconds
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    /** Notes when devices were last seen and fails what is under way. Ends within {@link #LONGEST_CLOSE}. */
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
        }
        try {
            lastSeen.store(index, store).toCompletableFuture().get(LONGEST_CLOSE.toMillis(), TimeUnit.MILLISECONDS);
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
        open.forEach(Runnable::run);
    }
}
