package io.mnedc.relay.settings;

import java.io.File;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;

/** Where things are kept if no setting says so. */
public final class Storage {
    private static final String KARAF_DATA = "karaf.data";

    private Storage() {}

    /** {@return the directory; null if this framework has no storage area} */
    public static @Nullable Path of(BundleContext context) {
        String karaf = context.getProperty(KARAF_DATA);
        if (karaf != null) {
            return Path.of(karaf, "mnedc", "relay").toAbsolutePath().normalize();
        }
        File area = context.getDataFile("relay");
        return area == null ? null : area.toPath().toAbsolutePath().normalize();
    }

    /** {@return whether a relay keeps its keys where some gateways clear them when they start} */
    public static boolean mayBeCleared(RelaySettings settings, BundleContext context) {
        return settings.security().tls()
                && settings.directory() != null
                && context.getProperty(KARAF_DATA) == null
                && settings.directory().equals(of(context));
    }
}
