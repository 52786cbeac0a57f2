package io.mnedc.address;

import java.io.File;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;

/** Where things are kept if no setting says so. */
final class Storage {
    static final String KARAF = "karaf.data";

    private Storage() {}

    /** {@return the directory; null if this framework has no storage area} */
    static @Nullable Path of(BundleContext context) {
        String karaf = context.getProperty(KARAF);
        if (karaf != null) {
            return Path.of(karaf, "mnedc").toAbsolutePath().normalize();
        }
        @Nullable File area = context.getDataFile("leases");
        return area == null ? null : area.toPath().toAbsolutePath().normalize();
    }
}
