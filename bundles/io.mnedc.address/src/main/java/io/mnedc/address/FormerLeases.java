package io.mnedc.address;

import io.mnedc.api.address.LeaseStore.Entry;
import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.store.Transaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases that this relay has given alone, in its file, before it shared a store. They are taken over once; the file stays. Of one thread at
 * a time.
 */
final class FormerLeases {
    private static final Logger LOG = LoggerFactory.getLogger(FormerLeases.class);
    private static final int TOGETHER = 100;

    private final @Nullable Path directory;
    private final List<Entry> entries;
    private final Optional<String> prefix;
    private boolean over;

    private FormerLeases(@Nullable Path directory, List<Entry> entries, Optional<String> prefix) {
        this.directory = directory;
        this.entries = entries;
        this.prefix = prefix;
        this.over = directory == null;
    }

    /** {@return those of a relay that has none} */
    static FormerLeases none() {
        return new FormerLeases(null, List.of(), Optional.empty());
    }

    /**
     * Reads the file, if there is one that was not taken over yet.
     *
     * @param directory where it may be; null if there is no such place
     * @throws IOException if it is there and cannot be read: then its leases must not be forgotten
     */
    static FormerLeases in(@Nullable Path directory) throws IOException {
        if (directory == null
                || (!Files.exists(directory.resolve(OverlayFile.NAME))
                        && !Files.exists(directory.resolve(LeasesOfVersion1.NAME)))) {
            return none();
        }
        try (StoredLeases file = StoredLeases.forTakingOver(directory)) {
            return file.isTakenOver()
                    ? none()
                    : new FormerLeases(directory, List.copyOf(file.entries()), file.chosen(StoredLeases.PREFIX));
        }
    }

    /** {@return the IPv6 prefix that the overlay of this relay chose, if it did} */
    Optional<String> prefix() {
        return prefix;
    }

    /**
     * Gives each device its lease, if neither it nor the node has another one there. Others may do the same at the same time. What was
     * done before a failure is found done by the next attempt.
     *
     * @param seen when the devices count as seen
     * @throws IOException if the store or the file does not answer
     */
    void takeOver(OverlayStore into, Instant seen) throws IOException {
        if (over || directory == null) {
            return;
        }
        int taken = 0;
        for (int i = 0; i < entries.size(); i += TOGETHER) {
            List<Entry> part = entries.subList(i, Math.min(entries.size(), i + TOGETHER));
            taken += StoreAttempts.join(StoreAttempts.until(() -> {
                List<Entry> free =
                        part.stream().filter(lease -> isFree(into, lease)).toList();
                Transaction transaction = Transaction.EMPTY;
                for (Entry lease : free) {
                    String device = StoredLeases.device(lease.deviceId());
                    String node = StoredLeases.node(lease.node());
                    transaction = transaction
                            .andAbsent(device)
                            .andAbsent(node)
                            .put(
                                    device,
                                    StoredLeases.text(
                                            new Entry(lease.deviceId(), lease.node(), lease.allocated(), seen)))
                            .put(node, lease.deviceId());
                }
                return into.commit(transaction).thenApply(done -> done ? Optional.of(free.size()) : Optional.empty());
            }));
        }
        try (StoredLeases file = StoredLeases.forTakingOver(directory)) {
            file.markTakenOver();
        }
        over = true;
        LOG.info(
                "{} of {} leases in {} were taken over into the store that the relays share; of the others, the device"
                        + " or the address has a lease there",
                taken,
                entries.size(),
                directory);
    }

    private static boolean isFree(OverlayStore store, Entry lease) {
        return store.get(StoredLeases.device(lease.deviceId())).isEmpty()
                && store.get(StoredLeases.node(lease.node())).isEmpty();
    }
}
