package io.mnedc.relay.settings;

import io.mnedc.settings.StorageArea;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;

/** Where things are kept if no setting says so. */
public final class Storage {
    private Storage() {}

    /** {@return the directory; null if this framework has no storage area} */
    public static @Nullable Path of(BundleContext context) {
        return StorageArea.of(context, "mnedc/relay", "relay");
    }

    /** {@return whether a relay keeps its keys where some gateways clear them when they start} */
    public static boolean mayBeCleared(RelaySettings settings, BundleContext context) {
        return settings.security().tls()
                && settings.directory() != null
                && !StorageArea.isKaraf(context)
                && settings.directory().equals(of(context));
    }
}
