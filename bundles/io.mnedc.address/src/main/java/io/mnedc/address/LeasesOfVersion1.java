package io.mnedc.address;

import io.mnedc.api.address.LeaseStore.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.LongDataType;
import org.h2.mvstore.type.StringDataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file of leases that release 0.1 wrote. It is read once, and stays as it is: who goes back to that release finds it. */
final class LeasesOfVersion1 {
    static final String NAME = "leases.mv";
    static final String FORMAT = "mnedc-leases-1";

    private static final Logger LOG = LoggerFactory.getLogger(LeasesOfVersion1.class);
    private static final String FORMAT_KEY = "format";
    private static final String EPOCH = "epoch";

    private LeasesOfVersion1() {}

    /**
     * Reads the file, if there is one.
     *
     * @return what it says, as keys and texts of the store
     * @throws IOException if it cannot be read: devices would get other addresses
     */
    static Map<String, String> read(DataDirectory directory) throws IOException {
        Path file = directory.resolve(NAME);
        if (!Files.exists(file)) {
            return Map.of();
        }
        if (Files.size(file) == 0) {
            throw OverlayFile.damaged(file, null);
        }
        try (MVStore store = new MVStore.Builder()
                .fileName(file.toAbsolutePath().toString())
                .readOnly()
                .open()) {
            MVMap<String, String> properties = store.openMap(
                    "properties",
                    new MVMap.Builder<String, String>()
                            .keyType(StringDataType.INSTANCE)
                            .valueType(StringDataType.INSTANCE));
            if (!FORMAT.equals(properties.get(FORMAT_KEY))) {
                throw new IOException("file " + file + " is no lease file of an older version (format "
                        + properties.get(FORMAT_KEY) + "): move it away to begin without leases");
            }
            Map<String, String> texts = texts(store, properties);
            LOG.info("{} is taken over; only an older release reads it from now on", file);
            return texts;
        } catch (MVStoreException | IllegalArgumentException e) {
            throw OverlayFile.damaged(file, e);
        }
    }

    private static Map<String, String> texts(MVStore store, MVMap<String, String> properties) {
        Map<String, String> texts = new LinkedHashMap<>();
        properties.forEach((name, value) -> {
            if (name.equals(EPOCH)) {
                texts.put(StoredLeases.EPOCH, value);
            } else if (!name.equals(FORMAT_KEY)) {
                texts.put(StoredLeases.property(name), value);
            }
        });
        MVMap<Long, Entry> leases = store.openMap(
                "leases",
                new MVMap.Builder<Long, Entry>().keyType(LongDataType.INSTANCE).valueType(new EntryType()));
        leases.forEach((node, read) -> {
            Entry lease = EntryType.under(node, read);
            String former = texts.put(StoredLeases.device(lease.deviceId()), StoredLeases.text(lease));
            if (former != null) {
                throw new IllegalArgumentException(
                        "device " + lease.deviceId() + " has node " + node + " and another one");
            }
            texts.put(StoredLeases.node(lease.node()), lease.deviceId());
        });
        return texts;
    }
}
