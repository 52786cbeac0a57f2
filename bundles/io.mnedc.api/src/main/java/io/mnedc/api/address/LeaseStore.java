package io.mnedc.api.address;

import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Where leases are kept. Small enough to be put in front of an embedded file or of a replicated store. All methods
 * are thread-safe; reads see every write that has been completed.
 *
 * <p>A write is completed only when it is durable: after a power cut the store holds it.
 */
@ProviderType
public interface LeaseStore {
    /**
     * One stored lease.
     *
     * @param deviceId the key: a device has at most one record
     * @param node unique: a node is in at most one record
     * @param allocated when the lease was first given
     * @param lastSeen when the device was last known to be connected
     */
    record Entry(String deviceId, int node, Instant allocated, Instant lastSeen) {}

    /**
     * A change made by this or, in a replicated store, another user of the store.
     *
     * @param deviceId whose lease changed
     * @param entry what is stored now; empty if it was removed
     */
    record Change(String deviceId, Optional<Entry> entry) {}

    /**
     * Stores a lease if neither its device nor its node is in the store.
     *
     * @param entry the lease
     * @return completed, once durable, with the entry itself, or with the other entry that is in its way; completed
     *     exceptionally with an {@link IOException} if the store failed
     */
    CompletionStage<Entry> putIfAbsent(Entry entry);

    /**
     * Notes when devices were last seen. Devices without an entry are ignored.
     *
     * @param entries device ID and time are used
     * @return completed once durable
     */
    CompletionStage<Void> touch(Collection<Entry> entries);

    /**
     * Removes a device's lease if it is still the given node.
     *
     * @param deviceId the device's unique ID
     * @param node the node it is expected to have
     * @return completed, once durable, with whether it was removed
     */
    CompletionStage<Boolean> remove(String deviceId, int node);

    /** {@return the entry of a device} */
    Optional<Entry> byDevice(String deviceId);

    /** {@return the entry of a node} */
    Optional<Entry> byNode(int node);

    /** {@return all entries, as they are now, in no particular order} */
    Collection<Entry> entries();

    /**
     * A property of the overlay that is chosen once, such as its IPv6 prefix.
     *
     * @param name the property's name
     * @param proposed the value to store if there is none
     * @return the stored value, once durable
     * @throws IOException if the store failed
     */
    String property(String name, String proposed) throws IOException;

    /**
     * Follows the changes from now on. Called in order, by one thread at a time; must not block.
     *
     * @param watcher told of each change
     * @return ends the watch when closed
     */
    AutoCloseable watch(Consumer<Change> watcher);

    /**
     * A number that grows each time the store is opened for writing; an owner with a lower one has lost the store.
     *
     * @return the fencing epoch; 0 if several relays have the store, because then it has no single owner
     */
    long epoch();
}
