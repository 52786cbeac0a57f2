package io.mnedc.address;

import io.mnedc.settings.StorageArea;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;

/** Where things are kept if no setting says so. */
final class Storage {
    private Storage() {}

    /** {@return the directory; null if this framework has no storage area} */
    static @Nullable Path of(BundleContext context) {
        return StorageArea.of(context, "mnedc", "leases");
    }
}
