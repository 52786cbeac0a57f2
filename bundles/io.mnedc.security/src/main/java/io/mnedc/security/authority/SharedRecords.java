package io.mnedc.security.authority;

import io.mnedc.api.store.OverlayStore.Entry;
import io.mnedc.api.store.Transaction;
import io.mnedc.security.RefusedException;
import io.mnedc.security.files.RecordFile;
import io.mnedc.security.shared.SharedFiles;
import io.mnedc.security.shared.SharedStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records that all relays share. A change is one transaction: two relays that redeem the same token in the same moment cannot both
 * succeed. While there is no store, reads tell what the files had last. Thread-safe.
 */
final class SharedRecords implements Records {
    /** So that a relay can list them, and write them into files. */
    static final int MOST_TOKENS = 10_000;

    private static final int MOST_DEVICES = 1_000_000;
    private static final Logger LOG = LoggerFactory.getLogger(SharedRecords.class);
    /** Each time another relay was faster. */
    private static final int MOST_ATTEMPTS = 50;

    /** So long a file takes to get into the store. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final Duration PAUSE = Duration.ofMillis(20);

    private final SharedStore store;
    private final RecordFiles files;
    private final AtomicLong changes = new AtomicLong();

    SharedRecords(SharedStore store, RecordFiles files) {
        this.store = store;
        this.files = files;
        for (Kind kind : Kind.values()) {
            store.watch(SharedFiles.key(kind.toString()), key -> changes.incrementAndGet());
        }
    }

    @Override
    public String nameOf(String deviceId) {
        return DeviceKeys.name(deviceId);
    }

    private static String key(Kind kind, String name) {
        return SharedFiles.key(kind.toString(), name);
    }

    /** The name of its file. */
    static String fileName(Kind kind, String name) {
        return kind == Kind.DEVICES ? Enrolments.fileName(DeviceKeys.id(name)) : name;
    }

    /** The name in the store; empty: it is the file of nothing. */
    static Optional<String> name(Kind kind, String fileName) {
        if (kind == Kind.TOKENS) {
            return JoinTokens.isName(fileName) ? Optional.of(fileName) : Optional.empty();
        }
        return Enrolments.deviceId(fileName).map(DeviceKeys::name);
    }

    @Override
    public Optional<Stored> find(Kind kind, String name) throws IOException {
        if (!store.isThere()) {
            return files.find(kind, fileName(kind, name));
        }
        Optional<Entry> found = store.get(key(kind, name));
        if (found.isEmpty() && kind == Kind.TOKENS && store.lostSince().isEmpty()) {
            found = awaited(name);
        }
        return found.map(SharedRecords::stored);
    }

    /** A token that a command has just made is known to the file only, for a moment. */
    private Optional<Entry> awaited(String name) throws IOException {
        Optional<Entry> found = Optional.empty();
        long begun = System.nanoTime();
        while (found.isEmpty()
                && System.nanoTime() - begun < PATIENCE.toNanos()
                && files.find(Kind.TOKENS, name).isPresent()) {
            LockSupport.parkNanos(PAUSE.toNanos());
            found = store.get(key(Kind.TOKENS, name));
        }
        return found;
    }

    private static Stored stored(Entry entry) {
        return new Stored("the shared record " + entry.key(), entry.value());
    }

    @Override
    public Set<String> names(Kind kind) throws IOException {
        Set<String> names = new TreeSet<>();
        if (!store.isThere()) {
            for (String fileName : files.names(kind)) {
                name(kind, fileName).ifPresent(names::add);
            }
            return names;
        }
        String parent = SharedFiles.key(kind.toString());
        for (Entry entry : store.below(parent)) {
            names.add(entry.key().substring(parent.length() + 1));
        }
        return names;
    }

    @Override
    public long stamp(Kind kind) {
        return changes.get();
    }

    @Override
    public Instant written(Kind kind, String name) {
        return Instant.MAX;
    }

    @Override
    public void checkReady() throws IOException {
        store.checkReach();
    }

    @Override
    public int most(Kind kind) {
        return kind == Kind.TOKENS ? MOST_TOKENS : MOST_DEVICES;
    }

    @Override
    public <T, X extends Exception> T change(Change<T, X> change) throws IOException, X {
        checkReady();
        boolean sure = false;
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            Drafted drafted = new Drafted();
            T result;
            try {
                result = change.draft(drafted);
            } catch (Exception e) {
                if (sure) {
                    throw e;
                }
                // what was refused may be allowed by what another relay has just done
                store.catchUp();
                sure = true;
                continue;
            }
            try {
                if (store.commit(drafted.transaction())) {
                    return result;
                }
            } catch (IOException e) {
                // it may have been made: then the next draft finds its own work. Fails if the store cannot tell
                LOG.info("Whether a change was stored is not known; it is looked up", e);
                store.catchUp();
            }
            sure = true;
        }
        throw new IOException("other relays change the same thing all the time: try again");
    }

    /** What was found, and what is to become of it. */
    private final class Drafted implements Draft {
        private final Map<String, Optional<Entry>> found = new LinkedHashMap<>();
        private final Map<String, Optional<String>> changes = new LinkedHashMap<>();

        @Override
        public Optional<Stored> find(Kind kind, String name) {
            return look(key(kind, name)).map(SharedRecords::stored);
        }

        private Optional<Entry> look(String key) {
            return found.computeIfAbsent(key, store::get);
        }

        @Override
        public void unlessRevoked(String deviceId) {
            // who is revoked was refused before; as of now is told by the condition
            found.put(DeviceKeys.key(SharedRevocations.KIND, deviceId), Optional.empty());
        }

        @Override
        public EnsembleMember member(String key) throws RefusedException {
            return EnsembleMember.of(
                    key, this::look, store::below, (name, text) -> changes.put(name, Optional.of(text)));
        }

        @Override
        public void put(Kind kind, String name, Properties fields) {
            String key = key(kind, name);
            look(key);
            changes.put(key, Optional.of(RecordFile.format(fields)));
        }

        @Override
        public void remove(Kind kind, String name) {
            String key = key(kind, name);
            look(key);
            changes.put(key, Optional.empty());
        }

        Transaction transaction() {
            Transaction transaction = Transaction.EMPTY;
            for (Map.Entry<String, Optional<Entry>> each : found.entrySet()) {
                transaction = each.getValue().isPresent()
                        ? transaction.and(each.getValue().get())
                        : transaction.andAbsent(each.getKey());
            }
            for (Map.Entry<String, Optional<String>> each : changes.entrySet()) {
                transaction = each.getValue().isPresent()
                        ? transaction.put(each.getKey(), each.getValue().get())
                        : transaction.remove(each.getKey());
            }
            return transaction;
        }
    }
}
