package io.mnedc.relay.mesh;

import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.store.Transaction;
import io.mnedc.api.text.DeviceIds;
import io.mnedc.codec.ControlMessage.Fence;
import io.mnedc.relay.session.Session;
import io.mnedc.relay.session.Sessions;
import io.mnedc.transport.Scheduler;
import io.mnedc.work.LogLimiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the store of the overlay decide at which relay a device is registered: an entry for each device under {@value #PARENT} names the
 * relay and the start of the device. A relay replaces it only on the condition that it is the one that it knew when the device came.
 * So of two relays one wins, and the other lets its session go. On the control loop, but for {@link #known}.
 */
final class Claims {
    static final String PARENT = "sessions";

    private static final Logger LOG = LoggerFactory.getLogger(Claims.class);
    private static final Duration FAULTS_APART = Duration.ofMinutes(1);
    /** How many claims wait for the store's answer at a time; further ones wait here. */
    private static final int MOST_UNDER_WAY = 256;
    /** How many old claims are removed at a time. */
    private static final int MOST_SWEPT = 200;

    /**
     * What an entry says.
     *
     * @param relayId where the device is registered
     * @param instance of its start
     */
    private record Claim(String relayId, long instance) {
        static final int HEX = 16;

        String text() {
            return relayId + " " + Long.toHexString(instance);
        }

        static Optional<Claim> parse(String text) {
            int space = text.indexOf(' ');
            if (space < 0 || !DeviceIds.isValid(text.substring(0, space))) {
                return Optional.empty();
            }
            try {
                return Optional.of(
                        new Claim(text.substring(0, space), Long.parseUnsignedLong(text.substring(space + 1), HEX)));
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }
    }

    private final String own;
    private final Scheduler loop;
    private final Sessions sessions;
    private final BooleanSupplier alone;
    private final LogLimiter faults = new LogLimiter(FAULTS_APART);
    private final Map<String, Session> waiting = new LinkedHashMap<>();
    private OverlayStore.Subscription subscription = () -> {};
    private volatile @Nullable OverlayStore store;
    /** The versions of the entries, from when there was a store. */
    private volatile Map<String, Long> last = Map.of();

    private int underWay;
    private boolean everAttached;
    private int generation;

    /** With no other relay there is nothing to decide. */
    Claims(String own, Scheduler loop, Sessions sessions, BooleanSupplier alone) {
        this.alone = alone;
        this.own = own;
        this.loop = loop;
        this.sessions = sessions;
    }

    /** The store is there. */
    void attach(OverlayStore now) {
        detach();
        store = now;
        subscription = now.watch(PARENT, change -> change.entry().ifPresent(this::claimed));
        for (Session session : sessions.all()) {
            Optional<OverlayStore.Entry> entry = now.get(key(session.deviceId()));
            if (entry.isPresent() && !everAttached && session.fence().claim() == 0) {
                // it came when nothing was known of the store: what that says is older
                sessions.settled(session, new Fence(entry.get().version(), 0).moved());
            } else {
                entry.ifPresent(this::claimed);
            }
        }
        everAttached = true;
        generation++;
        last = Map.of();
        next();
    }

    /** There is no store: what it said last is remembered, but not the store. */
    void detach() {
        OverlayStore before = store;
        if (before != null) {
            Map<String, Long> versions = new HashMap<>();
            before.below(PARENT).forEach(entry -> versions.put(entry.key(), entry.version()));
            last = versions;
            store = null;
        }
        underWay = 0;
        subscription.close();
        subscription = () -> {};
    }

    /** A device ID may be dots only, which no part of a key may be. */
    private static String key(String deviceId) {
        return PARENT + "/@" + deviceId;
    }

    private static String deviceId(String key) {
        return key.substring(PARENT.length() + 2);
    }

    /** {@return what the store says of a device's last registration}; any thread, never waits */
    Fence known(String deviceId) {
        OverlayStore present = store;
        String key = key(deviceId);
        long version = present == null
                ? last.getOrDefault(key, 0L)
                : present.get(key).map(OverlayStore.Entry::version).orElse(0L);
        return new Fence(version, 0);
    }

    /** Another relay may have claimed a device. On the store's thread. */
    private void claimed(OverlayStore.Entry entry) {
        Claim.parse(entry.value())
                .filter(claim -> !claim.relayId().equals(own))
                .ifPresent(claim -> sessions.claimed(
                        deviceId(entry.key()), new Fence(entry.version(), 0), claim.relayId(), claim.instance()));
    }

    /** Claims a device that has registered here. */
    void claim(Session session) {
        waiting.put(session.deviceId(), session);
        next();
    }

    /** The device has left. */
    void forget(Session session) {
        waiting.remove(session.deviceId(), session);
    }

    /** Tries again what has failed. */
    void again() {
        next();
    }

    private void next() {
        OverlayStore present = store;
        if (present == null || alone.getAsBoolean() || underWay >= MOST_UNDER_WAY || waiting.isEmpty()) {
            return;
        }
        List<Session> now = new ArrayList<>();
        waiting.values().stream().limit(MOST_UNDER_WAY - underWay).forEach(now::add);
        for (Session session : now) {
            waiting.remove(session.deviceId());
            begin(present, session);
        }
    }

    private void begin(OverlayStore in, Session session) {
        Fence fence = session.fence();
        if (fence.settled()) {
            return;
        }
        String key = key(session.deviceId());
        Claim claim = new Claim(own, session.instance());
        Optional<OverlayStore.Entry> present = in.get(key);
        long version = present.map(OverlayStore.Entry::version).orElse(0L);
        if (version > fence.claim()) {
            decided(session, present.orElseThrow(), claim);
            return;
        }
        boolean same =
                present.filter(entry -> entry.value().equals(claim.text())).isPresent();
        if (same && fence.equals(new Fence(version, 0).moved())) {
            // it was here before, and nobody has had it since
            sessions.settled(session, new Fence(version, 0));
            return;
        }
        underWay++;
        Transaction when = present.map(Transaction::when).orElseGet(() -> Transaction.whenAbsent(key));
        int of = generation;
        CompletionStage<Boolean> commit;
        try {
            commit = in.commit(when.put(key, claim.text()));
        } catch (RuntimeException e) {
            // a store that is being stopped, for example
            commit = CompletableFuture.failedFuture(e);
        }
        commit.whenComplete((made, failure) ->
                loop.execute(() -> answered(in, of, session, claim, Boolean.TRUE.equals(made), failure)));
    }

    private void answered(
            OverlayStore by, int of, Session session, Claim claim, boolean made, @Nullable Throwable failure) {
        if (of != generation) {
            await(session);
            return;
        }
        underWay--;
        if (failure != null && faults.may(System.nanoTime())) {
            LOG.warn("the store of the overlay could not be told where devices are; it is tried again", failure);
        }
        Optional<OverlayStore.Entry> now = by.get(key(session.deviceId()));
        boolean own = now.filter(entry -> entry.value().equals(claim.text())).isPresent();
        if (made && own) {
            // whatever another relay has told of the order before
            sessions.settled(session, new Fence(now.orElseThrow().version(), 0));
        } else if (now.isPresent() && now.get().version() > session.fence().claim()) {
            decided(session, now.get(), claim);
        } else {
            await(session);
        }
        if (made) {
            next();
        }
    }

    /** The store has an entry that is newer than what was known when the device came. */
    private void decided(Session session, OverlayStore.Entry entry, Claim wanted) {
        if (entry.value().equals(wanted.text())) {
            sessions.settled(session, new Fence(entry.version(), 0));
        } else if (Claim.parse(entry.value())
                .filter(by -> !by.relayId().equals(own))
                .isPresent()) {
            claimed(entry);
        } else {
            // of an older session of this relay, whose claim came late; or nothing that can be read
            sessions.settled(session, new Fence(entry.version(), 0).moved());
            await(session);
        }
    }

    private void await(Session session) {
        if (session.equals(sessions.ofDevice(session.deviceId()))) {
            waiting.put(session.deviceId(), session);
        }
    }

    /** Removes claims of this relay for devices that have no lease any more. To be called once in a while. */
    void sweep(Predicate<String> leased) {
        OverlayStore present = store;
        if (present == null) {
            return;
        }
        int left = MOST_SWEPT;
        for (OverlayStore.Entry entry : present.below(PARENT)) {
            String deviceId = deviceId(entry.key());
            boolean ofThis = Claim.parse(entry.value())
                    .filter(claim -> claim.relayId().equals(own))
                    .isPresent();
            if (left > 0 && ofThis && !leased.test(deviceId) && sessions.ofDevice(deviceId) == null) {
                left--;
                present.commit(Transaction.when(entry).remove(entry.key()));
            }
        }
    }
}
