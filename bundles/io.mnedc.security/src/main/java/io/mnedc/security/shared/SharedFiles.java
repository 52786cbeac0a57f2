package io.mnedc.security.shared;

import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.store.OverlayStore.Entry;
import io.mnedc.api.store.Transaction;
import io.mnedc.api.text.PlainText;
import io.mnedc.work.LogLimiter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the files of one kind and the shared store the same. What differs from the {@link Agreed} state was changed: an edit of a
 * file becomes a transaction under the condition that the store is as it was, a change in the store is written into the file. If
 * both were changed, the kind decides, and what loses is put aside. On one thread at a time.
 */
public final class SharedFiles {
    private static final Logger LOG = LoggerFactory.getLogger(SharedFiles.class);
    private static final Duration LINES_APART = Duration.ofSeconds(10);
    /** Of one transaction. */
    private static final int MOST_OFFERS = 100;

    private static final int MOST_CHARACTERS = 64 * 1024;
    /** In case a file's time does not tell. */
    private static final Duration ANYWAY = Duration.ofMinutes(1);

    private static final int PAUSES = 9;

    /** An edit of a file. */
    private record Offer(String name, @Nullable Entry stored, Optional<String> text) {}

    private final LocalFiles local;
    private final SharedStore store;
    private final Agreed agreed;
    private final PutAside aside;
    private final String parent;
    private final LogLimiter lines = new LogLimiter(LINES_APART);
    private final Set<String> unusable = new HashSet<>();
    private volatile boolean due = true;
    private long stamp = -1;
    private long passed;
    private long notBefore = System.nanoTime();

    /**
     * Does nothing yet.
     *
     * @param directory the relay's data directory
     */
    public SharedFiles(LocalFiles local, SharedStore store, Path directory) {
        this.local = local;
        this.store = store;
        this.parent = key(local.kind());
        this.agreed = new Agreed(directory, local.kind());
        this.aside = new PutAside(directory);
    }

    /** {@return the key of a kind} */
    public static String key(String kind) {
        return SharedStore.ROOT + "/" + kind;
    }

    /** {@return the key of one text} */
    public static String key(String kind, String name) {
        return key(kind) + "/" + name;
    }

    /** Wants to be told when others change something. */
    public void watch(Runnable soon) {
        store.watch(parent, key -> {
            due = true;
            soon.run();
        });
    }

    /**
     * Makes files and store the same, if something may have changed. To be called once a second, and when something has changed in the
     * store. Takes at most a tenth of the time.
     *
     * @throws IOException as {@link #pass}
     */
    public void look() throws IOException {
        long begun = System.nanoTime();
        long now = local.stamp();
        boolean changed = due || now == -1 || now != stamp || begun - passed >= ANYWAY.toNanos();
        if (!changed || begun - notBefore < 0) {
            return;
        }
        due = false;
        boolean done = false;
        try {
            pass();
            done = true;
        } finally {
            due |= !done;
            // taken before: what has changed meanwhile is looked at once more
            stamp = now;
            long end = System.nanoTime();
            passed = end;
            notBefore = end + PAUSES * (end - begun);
        }
    }

    /**
     * Makes files and store the same, as far as they can be at this moment.
     *
     * @throws IOException if the store or the files cannot be used; the next call goes on
     */
    public void pass() throws IOException {
        OverlayStore now = store.present();
        String name = store.name(now);
        agreed.with(name);
        Map<String, Entry> stored = stored(now);
        if (!SharedStore.isNamed(now, name)) {
            // or all that another store does not have would be taken for removed
            throw new IOException("the contents of the shared store have been replaced: it is looked at again");
        }
        Map<String, String> texts = new TreeMap<>();
        stored.forEach((each, entry) -> texts.put(each, entry.value()));
        local.shared(texts);
        if (local.missing() && !agreed.isEmpty()) {
            LOG.warn(
                    "All {} of this relay are missing: they are written again, as the relays share them", local.kind());
            agreed.clear();
        }
        Optional<Map<String, String>> here = local.read();
        if (here.isEmpty()) {
            return;
        }
        try {
            compare(now, here.get(), stored);
        } finally {
            agreed.save();
        }
    }

    /** What is stored and can be that; of all else the names are noted, for that is not removed either. */
    private Map<String, Entry> stored(OverlayStore now) {
        Map<String, Entry> stored = new HashMap<>();
        unusable.clear();
        for (Entry entry : now.below(parent)) {
            String name = entry.key().substring(parent.length() + 1);
            try {
                local.check(name, entry.value());
                stored.put(name, entry);
            } catch (IllegalArgumentException e) {
                unusable.add(name);
                if (lines.may(System.nanoTime())) {
                    LOG.error(
                            "{} in the shared store is not used: {}{}",
                            PlainText.of(entry.key()),
                            PlainText.of(e),
                            lines.heldBack());
                }
            }
        }
        return stored;
    }

    private void compare(OverlayStore now, Map<String, String> here, Map<String, Entry> stored) throws IOException {
        TreeSet<String> names = new TreeSet<>(here.keySet());
        names.addAll(stored.keySet());
        names.addAll(agreed.names());
        names.removeAll(local.unclear());
        names.removeAll(unusable);
        List<Offer> offers = new ArrayList<>();
        for (String name : names) {
            Optional<String> file = Optional.ofNullable(here.get(name));
            Entry entry = stored.get(name);
            Optional<String> shared = Optional.ofNullable(entry).map(Entry::value);
            if (file.equals(shared)) {
                agreed.on(name, shared);
            } else if (agreed.is(name, file)) {
                local.write(name, file, shared);
                agreed.on(name, shared);
            } else if (agreed.is(name, shared)) {
                offers.add(new Offer(name, entry, file));
            } else {
                conflict(now, name, file, entry);
            }
        }
        offer(now, offers);
    }

    /** Both were changed. What is decided is offered; if it is in force, it is written. */
    private void conflict(OverlayStore now, String name, Optional<String> file, @Nullable Entry entry)
            throws IOException {
        Optional<String> shared = Optional.ofNullable(entry).map(Entry::value);
        Optional<String> decided = local.decide(name, file, shared);
        if (!decided.equals(shared) && !made(now, List.of(new Offer(name, entry, decided)))) {
            // changed once more: again at the next call
            return;
        }
        if (!decided.equals(file)) {
            String where = file.isEmpty()
                    ? ""
                    : "; the text of this relay is kept in " + aside.put(local.kind(), name, file.get());
            LOG.warn(
                    "{} {} was edited here and changed by another relay: {}{}",
                    local.kind(),
                    PlainText.of(name),
                    decided.equals(shared) ? "the other relay's counts" : "both count",
                    where);
            local.write(name, file, decided);
        }
        agreed.on(name, decided);
    }

    private void offer(OverlayStore now, List<Offer> offers) throws IOException {
        List<Offer> group = new ArrayList<>();
        int characters = 0;
        for (Offer offer : offers) {
            int size = offer.text.map(String::length).orElse(0);
            if (group.size() == MOST_OFFERS || (!group.isEmpty() && characters + size > MOST_CHARACTERS)) {
                offerTogether(now, group);
                group.clear();
                characters = 0;
            }
            group.add(offer);
            characters += size;
        }
        if (!group.isEmpty()) {
            offerTogether(now, group);
        }
    }

    private void offerTogether(OverlayStore now, List<Offer> group) throws IOException {
        if (made(now, group)) {
            group.forEach(offer -> agreed.on(offer.name, offer.text));
            return;
        }
        for (Offer offer : group) {
            if (group.size() > 1 && made(now, List.of(offer))) {
                agreed.on(offer.name, offer.text);
            }
        }
    }

    private boolean made(OverlayStore now, List<Offer> group) throws IOException {
        Transaction transaction = Transaction.EMPTY;
        for (Offer offer : group) {
            String key = parent + "/" + offer.name;
            transaction = offer.stored == null ? transaction.andAbsent(key) : transaction.and(offer.stored);
            transaction = offer.text.isPresent() ? transaction.put(key, offer.text.get()) : transaction.remove(key);
        }
        return store.commit(now, transaction);
    }
}
