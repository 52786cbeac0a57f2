package io.mnedc.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;

/** Where bundles keep files in Karaf, in other frameworks, and in those without a storage area. */
class StorageAreaTest {
    @TempDir
    private Path directory;

    /** A bundle's context in a framework. */
    private static BundleContext context(@Nullable Path karaf, @Nullable Path area) {
        return (BundleContext) Proxy.newProxyInstance(
                BundleContext.class.getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (self, method, arguments) -> switch (method.getName()) {
                    case "getProperty" -> arguments[0].equals("karaf.data") && karaf != null ? karaf.toString() : null;
                    case "getDataFile" -> area == null ? null : new File(area.toFile(), (String) arguments[0]);
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    @Test
    void inKarafFilesAreInItsDataDirectoryAlthoughTheBundleHasAStorageArea() {
        BundleContext karaf = context(directory.resolve("etc/../data"), directory.resolve("area"));
        assertThat(StorageArea.isKaraf(karaf)).isTrue();
        assertThat(StorageArea.of(karaf, "mnedc/names", "names"))
                .isEqualTo(directory.resolve("data").resolve("mnedc").resolve("names"));
    }

    @Test
    void elsewhereFilesAreInTheBundlesStorageArea() {
        BundleContext other = context(null, directory.resolve("area"));
        assertThat(StorageArea.isKaraf(other)).isFalse();
        assertThat(StorageArea.of(other, "mnedc/names", "names"))
                .isEqualTo(directory.resolve("area").resolve("names"));
    }

    @Test
    void theDirectoryIsAbsolute() {
        assertThat(StorageArea.of(context(Path.of("data"), null), "mnedc", "names"))
                .isEqualTo(Path.of("data", "mnedc").toAbsolutePath());
        assertThat(StorageArea.of(context(null, Path.of("area")), "mnedc", "names"))
                .isEqualTo(Path.of("area", "names").toAbsolutePath());
    }

    @Test
    void aFrameworkWithoutAStorageAreaHasNone() {
        assertThat(StorageArea.of(context(null, null), "mnedc/names", "names")).isNull();
    }
}
