package io.mnedc.api.store;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What the relays of an overlay must agree on: a small store of texts by keys, with transactions. One relay alone has it in a file of
 * its own; several share one that is replicated. All methods are thread-safe.
 *
 * <p>Reads are answered from memory and never wait. They see every transaction that was completed by this object, and those of other
 * relays a little later, in the order in which they were made. The conditions of a transaction are checked against the truth, not
 * against what this object has heard of it.
 */
@ProviderType
public interface OverlayStore {
    /** Service property of a store that is a service: whose it is. */
    String KIND = "mnedc.store";

    /** Value of {@link #KIND}: all relays of the overlay have this store. */
    String SHARED = "shared";

    /**
     * One stored text.
     *
     * @param key as in {@link StoreKeys}
     * @param value the text
     * @param version of this entry: grows with each change of the store, and never comes back, also when the key is removed and put
     *     again
     */
    record Entry(String key, String value, long version) {}

    /**
     * A key that has changed.
     *
     * @param key which
     * @param entry what is stored now; empty if it was removed
     * @param version of the change: that of the entry, or of the removal. Of two changes of one key the later has the greater one
     */
    record Change(String key, Optional<Entry> entry, long version) {}

    /** Ends a watch. */
    @FunctionalInterface
    interface Subscription extends AutoCloseable {
        /** Begins no further call; never waits. May be called twice. */
        @Override
        void close();
    }

    /** {@return what is stored for a key} */
    Optional<Entry> get(String key);

    /**
     * Lists entries.
     *
     * @param parent a key, which is not listed itself, or "" for all
     * @return all entries below it at any depth, by key, all of one moment
     */
    List<Entry> below(String parent);

    /**
     * Makes a transaction: all of it, or nothing if a condition does not hold.
     *
     * @param transaction conditions and changes
     * @return completed once durable, with true; or with false if a condition did not hold: then reads see what was in its way.
     *     Completed exceptionally with an {@link IOException} within 30 seconds if the store failed or is not there now: then it may
     *     have been made or not, and later reads tell
     */
    CompletionStage<Boolean> commit(Transaction transaction);

    /**
     * Follows the changes from now on. Called by one thread at a time, in the order of the changes; must not block. Of several changes of
     * one key only the last may be told, for instance after the connection to the store was lost. Who also lists what is there already
     * begins to watch first, and keeps of each key what has the greater version.
     *
     * @param parent as in {@link #below}
     * @param watcher told of each change
     * @return ends the watch
     */
    Subscription watch(String parent, Consumer<Change> watcher);
}
