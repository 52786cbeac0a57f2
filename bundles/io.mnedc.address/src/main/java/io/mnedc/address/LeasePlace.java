package io.mnedc.address;

import io.mnedc.settings.ConfigurationReader;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where leases are kept.
 *
 * @param shared whether in the store that the relays share
 * @param directory of the file; of several relays, where leases are taken over from. Null if none can be found
 */
record LeasePlace(boolean shared, @Nullable Path directory) {
    private static final String SHARED = "shared";

    /** {@return what some settings say, with a null directory if they name none} */
    static LeasePlace of(ConfigurationReader settings) {
        return new LeasePlace(settings.word("store", "file", SHARED).equals(SHARED), settings.path("data.dir"));
    }

    /** Without a directory in the settings, this one. */
    LeasePlace orIn(@Nullable Path usual) {
        return directory == null ? new LeasePlace(shared, usual) : this;
    }

    @Override
    public String toString() {
        return shared ? "the store that the relays share" : String.valueOf(directory);
    }
}
