package io.mnedc.settings;

import java.io.File;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;

/**
 * Where a bundle keeps its files if no setting says so. Karaf's data directory comes first, because a start of Karaf that
 * clears the bundles' storage areas leaves other directories in it.
 */
public final class StorageArea {
    private static final String KARAF_DATA = "karaf.data";

    private StorageArea() {}

    /** {@return whether the framework is Karaf's: then {@link #of} outlives each restart} */
    public static boolean isKaraf(BundleContext context) {
        return context.getProperty(KARAF_DATA) != null;
    }

    /**
     * {@return the directory, absolute, which need not exist yet; null if this framework has no storage area}
     *
     * @param inKaraf where it is in Karaf's data directory, such as {@code mnedc/names}
     * @param elsewhere its name in the bundle's storage area, in all other frameworks
     */
    public static @Nullable Path of(BundleContext context, String inKaraf, String elsewhere) {
        String karaf = context.getProperty(KARAF_DATA);
        File area = karaf != null ? new File(karaf, inKaraf) : context.getDataFile(elsewhere);
        return area == null ? null : area.toPath().toAbsolutePath().normalize();
    }
}
