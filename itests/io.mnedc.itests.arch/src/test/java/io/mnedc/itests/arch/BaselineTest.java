package io.mnedc.itests.arch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An exported package that changes gets a higher version: compared with the last release, which lies in {@code baseline}. */
class BaselineTest {
    private static final Path BASELINE = Path.of("baseline");
    private static final Path BUNDLES = Path.of("../../bundles");
    private static final String API =
            "@org.osgi.annotation.versioning.ProviderType public interface Api { int one(); }";
    private static final String MORE =
            "@org.osgi.annotation.versioning.ProviderType public interface Api { int one(); int two(); }";
    private static final String OTHER =
            "@org.osgi.annotation.versioning.ProviderType public interface Api { long one(); }";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void aPackageThatHasChangedSinceTheLastReleaseHasAHigherVersion() throws Exception {
        List<String> complaints = new ArrayList<>();
        for (Part part : Part.all().filter(Part::exports).toList()) {
            List<Path> older = jars(BASELINE, part.bundle());
            assertThat(older).as("releases of %s in %s", part, BASELINE).hasSizeLessThan(2);
            if (!older.isEmpty()) {
                // one of an earlier version may be left of an earlier build
                Path newer = jars(BUNDLES.resolve(part.bundle()).resolve("target"), part.bundle()).stream()
                        .max(Comparator.comparing(jar -> jar.toFile().lastModified()))
                        .orElseThrow();
                complaints.addAll(Baselines.complaints(newer, older.get(0)));
            }
        }
        assertThat(complaints).isEmpty();
    }

    @Test
    void theSameApiNeedsNothing() throws Exception {
        assertThat(Baselines.complaints(bundle("0.1.0", "0.1.0", API), bundle("0.1.0", "0.1.0", API)))
                .isEmpty();
        assertThat(Baselines.complaints(bundle("0.2.0", "0.2.0", API), bundle("0.1.0", "0.1.0", API)))
                .isEmpty();
    }

    @Test
    void below1AnyChangeRaisesTheSecondNumber() throws Exception {
        for (String changed : List.of(MORE, OTHER)) {
            assertThat(Baselines.complaints(bundle("0.2.0", "0.1.9", changed), bundle("0.1.0", "0.1.0", API)))
                    .singleElement()
                    .asString()
                    .contains("a.b has changed", "@Version(\"0.2.0\")", "Api");
            assertThat(Baselines.complaints(bundle("0.2.0", "0.2.0", changed), bundle("0.1.0", "0.1.0", API)))
                    .isEmpty();
        }
    }

    @Test
    void from1OnABreakRaisesTheFirst() throws Exception {
        assertThat(Baselines.complaints(bundle("1.3.0", "1.2.0", MORE), bundle("1.2.0", "1.1.0", API)))
                .isEmpty();
        assertThat(Baselines.complaints(bundle("1.3.0", "1.2.0", OTHER), bundle("1.2.0", "1.1.0", API)))
                .singleElement()
                .asString()
                .contains("@Version(\"2.0.0\")");
        assertThat(Baselines.complaints(bundle("1.3.0", "2.0.0", OTHER), bundle("1.2.0", "1.1.0", API)))
                .isEmpty();
    }

    @Test
    void aPackageGoesWithTheVersionOfTheProject() throws Exception {
        Path older = bundle("0.1.0", "0.1.0", API);
        Path same = bundle("0.1.1", "", API);

        assertThat(Baselines.complaints(same, older))
                .singleElement()
                .asString()
                .contains("a.b is no longer exported", "0.2.0");
        assertThat(Baselines.complaints(bundle("0.2.0", "", API), older)).isEmpty();
    }

    /** {@return a bundle with a package a.b of one type; exported if it has a version} */
    private Path bundle(String version, String packageVersion, String source) throws IOException {
        Path place = Files.createTempDirectory(directory, "bundle");
        Path file = Files.writeString(place.resolve("Api.java"), "package a.b; " + source);
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                null,
                                null,
                                "-proc:none",
                                "-classpath",
                                System.getProperty("java.class.path"),
                                "-d",
                                place.toString(),
                                file.toString()))
                .isZero();
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
        manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", "a");
        manifest.getMainAttributes().putValue("Bundle-Version", version);
        if (!packageVersion.isEmpty()) {
            manifest.getMainAttributes().putValue("Export-Package", "a.b;version=\"" + packageVersion + "\"");
        }
        Path jar = place.resolve("a-" + version + ".jar");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out, manifest)) {
            entries.putNextEntry(new JarEntry("a/b/Api.class"));
            Files.copy(place.resolve("a/b/Api.class"), entries);
        }
        return jar;
    }

    private static List<Path> jars(Path place, String bundle) throws IOException {
        if (!Files.isDirectory(place)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(place)) {
            return files.filter(file -> file.getFileName()
                            .toString()
                            .matches(bundle.replace(".", "\\.") + "-\\d[^-]*(-SNAPSHOT)?\\.jar"))
                    .toList();
        }
    }
}
