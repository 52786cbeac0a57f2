package io.mnedc.itests.gateway;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.wiring.FrameworkWiring;

/** Finds installed bundles, makes copies of them and updates them to those. */
public final class Bundles {
    private static int rebuilt;

    private Bundles() {}

    /** {@return the bundle with this symbolic name} */
    public static Bundle named(BundleContext context, String symbolicName) {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no bundle " + symbolicName));
    }

    /** Updates a bundle to a copy with a higher version and lets everybody who was wired to the old one take the new. */
    public static void update(BundleContext context, String symbolicName)
            throws BundleException, IOException, InterruptedException {
        Bundle bundle = named(context, symbolicName);
        // the major and minor version stay: others import by range
        String version =
                bundle.getVersion().getMajor() + "." + bundle.getVersion().getMinor() + "." + (100 + ++rebuilt);
        bundle.update(copy(bundle, manifest -> manifest.putValue("Bundle-Version", version), UnaryOperator.identity()));
        refresh(context, bundle);
    }

    /** Rewires everybody who is wired to an old revision of the bundle. */
    public static void refresh(BundleContext context, Bundle bundle) throws InterruptedException {
        var done = new CountDownLatch(1);
        context.getBundle(0).adapt(FrameworkWiring.class).refreshBundles(List.of(bundle), event -> {
            if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
                done.countDown();
            }
        });
        if (!done.await(120, TimeUnit.SECONDS)) {
            throw new AssertionError("refresh of " + bundle + " did not end");
        }
    }

    /** How a manifest is changed. */
    @FunctionalInterface
    public interface ManifestChange {
        /** Changes the main attributes. */
        void apply(Attributes manifest);
    }

    /** {@return the bundle as a jar again, with another manifest and other component descriptions} */
    public static InputStream copy(Bundle bundle, ManifestChange change, UnaryOperator<String> components)
            throws IOException {
        Manifest manifest;
        try (InputStream in = entry(bundle, "META-INF/MANIFEST.MF").openStream()) {
            manifest = new Manifest(in);
        }
        change.apply(manifest.getMainAttributes());
        var bytes = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(bytes, manifest)) {
            for (URL url : Collections.list(bundle.findEntries("/", "*", true))) {
                String name = url.getPath().substring(1);
                if (!name.endsWith("/") && !name.startsWith("META-INF/MANIFEST")) {
                    jar.putNextEntry(new ZipEntry(name));
                    jar.write(content(url, name, components));
                    jar.closeEntry();
                }
            }
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    private static URL entry(Bundle bundle, String path) {
        URL url = bundle.getEntry(path);
        if (url == null) {
            throw new UncheckedIOException(new IOException(bundle + " has no " + path));
        }
        return url;
    }

    private static byte[] content(URL url, String name, UnaryOperator<String> components) throws IOException {
        try (InputStream in = url.openStream()) {
            byte[] content = in.readAllBytes();
            return name.startsWith("OSGI-INF/") && name.endsWith(".xml")
                    ? components
                            .apply(new String(content, StandardCharsets.UTF_8))
                            .getBytes(StandardCharsets.UTF_8)
                    : content;
        }
    }
}
