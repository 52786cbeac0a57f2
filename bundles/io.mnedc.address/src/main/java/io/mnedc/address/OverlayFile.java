package io.mnedc.address;

import io.mnedc.address.ValueType.Value;
import io.mnedc.api.store.OverlayStore.Change;
import io.mnedc.api.store.OverlayStore.Entry;
import io.mnedc.api.text.PlainText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.StringDataType;
import org.jspecify.annotations.Nullable;

/**
 * The file of a store. A write either is whole in the file or, after a crash, not there at all. Not thread-safe.
 */
final class OverlayFile implements AutoCloseable {
    static final String NAME = "overlay.mv";
    static final String FORMAT = "mnedc-overlay-1";

    private static final String NEW_NAME = "overlay.new";
    private static final String FORMAT_KEY = "format";
    private static final String SEQUENCE_KEY = "sequence";
    private static final String ENTRIES = "entries";
    private static final String PROPERTIES = "properties";
    // Space is reclaimed from chunks that are less than half alive, this many bytes at a time
    private static final int FILL_RATE = 50;
    private static final int RECLAIM_BYTES = 1 << 20;
    private static final int WRITES_BETWEEN_RECLAIMS = 256;

    private final DataDirectory directory;
    private final MVStore store;
    private final MVMap<String, Value> entries;
    private final MVMap<String, String> properties;
    private int writes;

    private OverlayFile(DataDirectory directory, MVStore store) {
        this.directory = directory;
        this.store = store;
        this.entries = entries(store);
        this.properties = properties(store);
    }

    private static MVMap<String, Value> entries(MVStore store) {
        return store.openMap(
                ENTRIES,
                new MVMap.Builder<String, Value>()
                        .keyType(StringDataType.INSTANCE)
                        .valueType(new ValueType()));
    }

    private static MVMap<String, String> properties(MVStore store) {
        return store.openMap(
                PROPERTIES,
                new MVMap.Builder<String, String>()
                        .keyType(StringDataType.INSTANCE)
                        .valueType(StringDataType.INSTANCE));
    }

    /**
     * Opens the file; makes it if there is none, of what an older version has left.
     *
     * @throws IOException if the directory is in use or cannot be written, or if the file is damaged: it is never
     *     replaced by an empty one
     */
    static OverlayFile open(Path path) throws IOException {
        DataDirectory directory = DataDirectory.open(path);
        try {
            if (!Files.exists(directory.resolve(NAME))) {
                create(directory, LeasesOfVersion1.read(directory));
            }
            return new OverlayFile(directory, existing(directory.resolve(NAME)));
        } catch (MVStoreException e) {
            directory.close();
            throw damaged(directory.resolve(NAME), e);
        } catch (IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    private static void create(DataDirectory directory, Map<String, String> texts) throws IOException {
        // under another name until it is whole: so an empty or half written file is always damage
        Path file = directory.createAnew(NEW_NAME);
        try {
            MVStore store = mvStore(file);
            MVMap<String, Value> entries = entries(store);
            long sequence = 0;
            for (Map.Entry<String, String> text : texts.entrySet()) {
                entries.put(text.getKey(), new Value(++sequence, text.getValue()));
            }
            properties(store).put(FORMAT_KEY, FORMAT);
            properties(store).put(SEQUENCE_KEY, Long.toString(sequence));
            store.commit();
            store.sync();
            store.close();
        } catch (MVStoreException e) {
            throw new IOException("cannot write " + file + ": " + reason(e), e);
        }
        directory.publish(file, NAME);
    }

    /** What the system says: the library speaks of its own objects, each time of others. */
    private static String reason(MVStoreException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException) {
                return PlainText.of(cause);
            }
        }
        return PlainText.of(e);
    }

    private static MVStore existing(Path file) throws IOException {
        if (Files.size(file) == 0) {
            throw damaged(file, null);
        }
        MVStore store = mvStore(file);
        @Nullable String format = store.hasMap(PROPERTIES) ? properties(store).get(FORMAT_KEY) : null;
        if (!FORMAT.equals(format)) {
            store.closeImmediately();
            throw new IOException("file " + file + " is no store of this version (format " + format + ", known is "
                    + FORMAT + "): use the version that wrote it, or move it away to begin without leases");
        }
        return store;
    }

    private static MVStore mvStore(Path file) {
        // no thread of its own and no commit but ours: the caller decides when what is written
        MVStore store = new MVStore.Builder()
                .fileName(file.toAbsolutePath().toString())
                .autoCommitDisabled()
                .autoCommitBufferSize(0)
                .open();
        store.setRetentionTime(0);
        return store;
    }

    static IOException damaged(Path file, @Nullable Exception cause) {
        return new IOException(
                "file " + file + " is damaged (" + (cause == null ? "empty" : PlainText.of(cause))
                        + "): put a backup in its place, or move it away to begin without leases",
                cause);
    }

    /** {@return all that is in the file, by key} */
    Collection<Entry> entries() throws IOException {
        List<Entry> found = new ArrayList<>(entries.size());
        try {
            entries.forEach((key, value) -> found.add(new Entry(key, value.text(), value.version())));
        } catch (MVStoreException e) {
            throw damaged(directory.resolve(NAME), e);
        }
        return found;
    }

    /** {@return the version of the last change} */
    long sequence() throws IOException {
        @Nullable String text = properties.get(SEQUENCE_KEY);
        try {
            return Long.parseLong(String.valueOf(text));
        } catch (NumberFormatException e) {
            throw damaged(directory.resolve(NAME), e);
        }
    }

    /**
     * Writes and syncs.
     *
     * @param changes what becomes of keys
     * @param sequence the version of the last of them
     * @throws IOException if that failed: then this object is of no more use and must be closed, and only opening the
     *     file again tells what it holds
     */
    void write(Collection<Change> changes, long sequence) throws IOException {
        try {
            for (Change change : changes) {
                if (change.entry().isPresent()) {
                    Entry entry = change.entry().get();
                    entries.put(entry.key(), new Value(entry.version(), entry.value()));
                } else {
                    entries.remove(change.key());
                }
            }
            properties.put(SEQUENCE_KEY, Long.toString(sequence));
            store.commit();
            store.sync();
            writes++;
        } catch (MVStoreException e) {
            throw new IOException("cannot write " + directory.resolve(NAME) + ": " + reason(e), e);
        }
    }

    /** Now and then gives back the space of overwritten data. To be called when nobody waits. */
    void reclaim() throws IOException {
        if (writes < WRITES_BETWEEN_RECLAIMS) {
            return;
        }
        writes = 0;
        try {
            // synced before the next write may use the space: what was moved must be safe by then
            store.compact(FILL_RATE, RECLAIM_BYTES);
            store.sync();
        } catch (MVStoreException e) {
            throw new IOException("cannot compact " + directory.resolve(NAME) + ": " + reason(e), e);
        }
    }

    /** Closes the file; all that was written is in it already. */
    @Override
    public void close() throws IOException {
        store.closeImmediately();
        directory.close();
    }
}
