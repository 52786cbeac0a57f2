package io.mnedc.relay.mesh;

import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.store.Transaction;
import io.mnedc.security.authority.EnsembleKeys;
import io.mnedc.transport.Scheduler;
import io.mnedc.work.LogLimiter;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The relays of the overlay, as the store has them under {@value #PARENT}; keeps this one's entry true. On the control loop. */
final class Membership {
    static final String PARENT = "relays";
    private static final int MOST_REMOVED = 2_000;

    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    private static final Duration FAULTS_APART = Duration.ofMinutes(1);
    /** More relays than any overlay has: nobody can fill the memory by the store. */
    private static final int MOST = 256;

    /** Told what changes. */
    interface Watcher {
        /** A relay is new, or has other addresses or another key. */
        void member(Member now);

        /** A relay is none of the overlay any more. */
        void removed(String relayId);

        /** This relay itself is none of the overlay any more; told once. */
        void removedSelf();
    }

    private final Scheduler loop;
    private final Watcher watcher;
    private final Map<String, Member> members = new HashMap<>();
    private final LogLimiter conflicts = new LogLimiter(FAULTS_APART);
    private final LogLimiter faults = new LogLimiter(FAULTS_APART);
    /** Set on the control loop. */
    private volatile @Nullable OverlayStore store;

    private OverlayStore.Subscription subscription = () -> {};
    private OverlayStore.Subscription removals = () -> {};
    private Set<String> removed = Set.of();
    private boolean told;
    private Optional<Member> own = Optional.empty();
    private boolean writing;
    private boolean written;

    Membership(Scheduler loop, Watcher watcher) {
        this.loop = loop;
        this.watcher = watcher;
    }

    /** The store is there. */
    void attach(OverlayStore now) {
        detach();
        store = now;
        subscription = now.watch(PARENT, change -> loop.execute(() -> look(now, id(change.key()))));
        removals = now.watch(EnsembleKeys.REMOVED, change -> loop.execute(() -> lookAtRemoved(now)));
        lookAtRemoved(now);
        write();
    }

    private void lookAtRemoved(OverlayStore in) {
        if (!in.equals(store)) {
            return;
        }
        Set<String> keys = new HashSet<>();
        in.below(EnsembleKeys.REMOVED).stream()
                .limit(MOST_REMOVED)
                .forEach(entry -> keys.add(EnsembleKeys.name(entry)));
        removed = keys;
        lookAtAll(in);
        if (!told && own.filter(self -> keys.contains(self.key())).isPresent()) {
            told = true;
            watcher.removedSelf();
        }
    }

    private void lookAtAll(OverlayStore in) {
        Set<String> all = new HashSet<>(members.keySet());
        in.below(PARENT).forEach(entry -> all.add(id(entry.key())));
        all.forEach(id -> look(in, id));
    }

    /**
     * Takes a relay out of the overlay. The keys of its server are those of {@code io.mnedc.cluster}.
     *
     * @return whether it was one, and is none now
     * @throws IOException if the store is not there
     */
    CompletionStage<Boolean> remove(String relayId) throws IOException {
        OverlayStore present = store;
        if (present == null) {
            throw new IOException("the store that the relays share is not there: try again later");
        }
        Optional<OverlayStore.Entry> entry = present.get(key(relayId));
        Optional<Member> member = entry.flatMap(each -> Member.parse(relayId, each.value()));
        if (entry.isEmpty() || member.isEmpty()) {
            return CompletableFuture.completedFuture(false);
        }
        String mark = EnsembleKeys.REMOVED + "/" + member.get().key();
        Transaction change = Transaction.when(entry.get()).remove(entry.get().key());
        if (present.get(mark).isEmpty()) {
            change = change.andAbsent(mark)
                    .put(mark, number(present, member.get().key()));
        }
        return present.commit(change);
    }

    /** {@return the number of the server inside that relay; 0 if there is none} */
    private static String number(OverlayStore in, String key) {
        return in.below(EnsembleKeys.NUMBERS).stream()
                .filter(entry -> entry.value().equals(key))
                .map(EnsembleKeys::name)
                .findFirst()
                .orElse("0");
    }

    /** There is no store: what was known of the relays stays. */
    void detach() {
        store = null;
        writing = false;
        subscription.close();
        subscription = () -> {};
        removals.close();
        removals = () -> {};
    }

    private static String key(String relayId) {
        return PARENT + "/" + relayId;
    }

    private static String id(String key) {
        return key.substring(PARENT.length() + 1);
    }

    /** Has the store say this of the relay itself. */
    void own(Member now) {
        own = Optional.of(now);
        OverlayStore present = store;
        if (present != null) {
            lookAtRemoved(present);
        }
        write();
    }

    private void write() {
        Member wanted = own.orElse(null);
        OverlayStore present = store;
        if (wanted == null || writing || present == null || removed.contains(wanted.key())) {
            return;
        }
        String key = key(wanted.relayId());
        Optional<OverlayStore.Entry> before = present.get(key);
        if (before.filter(entry -> entry.value().equals(wanted.text())).isPresent()) {
            return;
        }
        boolean others = written
                && before.filter(entry -> !entry.value().startsWith("key=" + wanted.key()))
                        .isPresent();
        if (others && !conflicts.may(System.nanoTime())) {
            return;
        }
        if (others) {
            LOG.warn(
                    "another relay has entered the overlay as {} with another key: if the data directory of one is a copy, remove relay.id"
                            + " there; or set relay.id",
                    wanted.relayId());
        }
        writing = true;
        written = true;
        Transaction when = before.map(Transaction::when).orElseGet(() -> Transaction.whenAbsent(key));
        present.commit(when.put(key, wanted.text()))
                .whenComplete((made, failure) -> loop.execute(() -> {
                    writing = false;
                    if (failure != null && faults.may(System.nanoTime())) {
                        LOG.warn(
                                "this relay could not be entered among those of the overlay; it is tried again",
                                failure);
                    }
                }));
    }

    private void look(OverlayStore in, String relayId) {
        if (!in.equals(store)) {
            return;
        }
        Optional<Member> now = in.get(key(relayId))
                .flatMap(entry -> Member.parse(relayId, entry.value()))
                .filter(member -> !removed.contains(member.key()));
        boolean self = own.filter(member -> member.relayId().equals(relayId)).isPresent();
        if (now.isPresent() && !self && (members.size() < MOST || members.containsKey(relayId))) {
            if (!now.get().equals(members.put(relayId, now.get()))) {
                watcher.member(now.get());
            }
        } else if (members.remove(relayId) != null) {
            watcher.removed(relayId);
        }
    }

    /** Tries again what has failed, and what a lost watch would not have told; to be called once in a while. */
    void again() {
        write();
    }

    /** {@return all relays of the overlay, this one first, the others by their IDs; empty before this one knows itself} */
    List<Member> all() {
        return own.map(self -> Stream.concat(
                                Stream.of(self),
                                members.values().stream().sorted(Comparator.comparing(Member::relayId)))
                        .toList())
                .orElse(List.of());
    }

    /** {@return a relay of the overlay by its ID; not this one} */
    Optional<Member> find(String relayId) {
        return Optional.ofNullable(members.get(relayId));
    }
}
