package io.mnedc.features.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.apache.felix.feature.impl.FeatureServiceImpl;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.service.feature.Feature;
import org.osgi.service.feature.FeatureConfiguration;

class PackagesTest {
    private static final Instant TIME = Instant.parse("2026-11-01T00:00:00Z");

    @TempDir
    Path directory;

    private Path repository;

    @BeforeEach
    void aRepository() throws IOException {
        repository = directory.resolve("repository");
        bundle("io/mnedc/io.mnedc.address/0.1.0", "io.mnedc.address", "0.1.0");
        bundle("io/mnedc/io.mnedc.api/0.1.0", "io.mnedc.api", "0.1.0");
        bundle("io/mnedc/io.mnedc.kura/0.1.0", "io.mnedc.kura", "0.1.0");
        bundle("io/mnedc/io.mnedc.relay/0.1.0", "io.mnedc.relay;singleton:=true", "0.1.0");
        bundle("net/java/dev/jna/jna/5.19.1", "com.sun.jna", "5.19.1");
    }

    @Test
    void aDeploymentPackageHasItsManifestFirstAndTheAdapterBeforeWhatItAdapts() throws IOException {
        Path file = directory.resolve("mnedc.dp");
        DeploymentPackage.main(new String[] {
            file.toString(), "mnedc-relay", "0.1.0-SNAPSHOT", "MNEDC relay", TIME.toString(), repository.toString()
        });
        List<String> names = new ArrayList<>();
        try (JarInputStream in = new JarInputStream(Files.newInputStream(file))) {
            // found only if it is the first entry
            Attributes headers = in.getManifest().getMainAttributes();
            assertThat(headers.getValue("DeploymentPackage-ManifestVersion")).isEqualTo("1");
            assertThat(headers.getValue("DeploymentPackage-SymbolicName")).isEqualTo("mnedc-relay");
            assertThat(headers.getValue("DeploymentPackage-Version")).isEqualTo("0.1.0.SNAPSHOT");
            for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
                names.add(entry.getName());
            }
            assertThat(in.getManifest().getAttributes("io.mnedc.relay_0.1.0.jar"))
                    .containsEntry(new Attributes.Name("Bundle-SymbolicName"), "io.mnedc.relay")
                    .containsEntry(new Attributes.Name("Bundle-Version"), "0.1.0");
            assertThat(in.getManifest().getEntries().keySet()).containsExactlyInAnyOrderElementsOf(names);
        }
        assertThat(names)
                .containsExactly(
                        "com.sun.jna_5.19.1.jar",
                        "io.mnedc.api_0.1.0.jar",
                        "io.mnedc.kura_0.1.0.jar",
                        "io.mnedc.address_0.1.0.jar",
                        "io.mnedc.relay_0.1.0.jar");
    }

    @Test
    void aLongManifestLineIsFoldedSoThatItCanBeRead() throws IOException {
        String name = "Edge devices behind any stack of NAT routers reach each other: ÄÖÜ "
                .repeat(3)
                .trim();
        Path file = directory.resolve("long.dp");
        DeploymentPackage.write(file, "a", "1.0.0", name, TIME, Artifact.all(repository));
        try (JarInputStream in = new JarInputStream(Files.newInputStream(file))) {
            assertThat(in.getManifest().getMainAttributes().getValue("DeploymentPackage-Name"))
                    .isEqualTo(name);
        }
    }

    @Test
    void packagesAreTheSameBytesEachTime() throws IOException {
        for (int i = 0; i < 2; i++) {
            DeploymentPackage.write(directory.resolve(i + ".dp"), "a", "1.0.0", "A", TIME, Artifact.all(repository));
            addFeatures();
            KarafArchive.write(directory.resolve(i + ".kar"), TIME, repository);
        }
        assertThat(directory.resolve("0.dp")).hasSameBinaryContentAs(directory.resolve("1.dp"));
        assertThat(directory.resolve("0.kar")).hasSameBinaryContentAs(directory.resolve("1.kar"));
    }

    @Test
    void aKarafArchiveIsTheRepositoryAndStartsNothing() throws IOException {
        assertThatThrownBy(() -> KarafArchive.write(directory.resolve("none.kar"), TIME, repository))
                .hasMessageContaining("no features file");
        addFeatures();
        Files.writeString(repository.resolve("io/mnedc/features/_remote.repositories"), "of this machine");
        KarafArchive.write(directory.resolve("mnedc.kar"), TIME, repository);
        try (JarInputStream in = new JarInputStream(Files.newInputStream(directory.resolve("mnedc.kar")))) {
            assertThat(in.getManifest().getMainAttributes().getValue("Karaf-Feature-Start"))
                    .isEqualTo("false");
            assertThat(in.getNextJarEntry().getName())
                    .isEqualTo("repository/io/mnedc/features/0.1.0/features-0.1.0-features.xml");
        }
    }

    /** Read by the implementation of Apache Felix. */
    @Test
    void aFeatureListsBundlesAndTypedConfigurations() throws IOException {
        Path settings = directory.resolve("settings.json");
        Files.writeString(
                settings, "{\"io.mnedc.relay\":{\"enabled:Boolean\":false,\"listen:String[]\":[\"*:3334\"]}}");
        Path file = directory.resolve("relay.json");
        FeatureFile.main(new String[] {
            file.toString(),
            "io.mnedc:features:osgifeature:relay:0.1.0",
            "MNEDC relay",
            settings.toString(),
            repository.toString()
        });
        Feature feature;
        try (Reader in = Files.newBufferedReader(file)) {
            feature = new FeatureServiceImpl().readFeature(in);
        }
        assertThat(feature.getID().getClassifier()).hasValue("relay");
        assertThat(feature.getName()).hasValue("MNEDC relay");
        assertThat(feature.getBundles())
                .extracting(bundle -> bundle.getID().toString())
                .contains("io.mnedc:io.mnedc.relay:0.1.0", "net.java.dev.jna:jna:5.19.1")
                .hasSize(5);
        assertThat(feature.getConfigurations().values())
                .singleElement()
                .extracting(FeatureConfiguration::getValues, InstanceOfAssertFactories.map(String.class, Object.class))
                .containsEntry("enabled", false)
                .containsEntry("listen", new String[] {"*:3334"});
    }

    @Test
    void whatIsNoBundleIsNoPartOfAPackage() throws IOException {
        Path jar = repository.resolve("a/b/1/b-1.jar");
        Files.createDirectories(jar.getParent());
        new JarOutputStream(Files.newOutputStream(jar), new Manifest()).close();
        assertThatThrownBy(() -> Artifact.all(repository)).hasMessageContaining("b-1.jar is no bundle");
        assertThatThrownBy(() -> Artifact.all(Files.createDirectories(directory.resolve("empty"))))
                .hasMessageContaining("no bundles");
    }

    @Test
    void aRepackedJarHasTheSameContentAndTheBuildsTime() throws IOException {
        Path[] jars = {directory.resolve("a.jar"), directory.resolve("b.jar")};
        for (int i = 0; i < jars.length; i++) {
            try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jars[i]))) {
                // in another order and at another time
                for (String name : i == 0
                        ? List.of("x/", "x/y", "META-INF/MANIFEST.MF")
                        : List.of("META-INF/MANIFEST.MF", "x/y")) {
                    ZipEntry entry = new ZipEntry(name);
                    entry.setTime(TIME.toEpochMilli() + i * 100_000L);
                    out.putNextEntry(entry);
                    out.write(name.endsWith("/") ? new byte[0] : name.getBytes(StandardCharsets.UTF_8));
                }
            }
            Repacked.main(new String[] {
                jars[i].toString(), directory.resolve(i + ".jar").toString(), TIME.toString()
            });
        }
        assertThat(directory.resolve("0.jar")).hasSameBinaryContentAs(directory.resolve("1.jar"));
        try (ZipFile jar = new ZipFile(directory.resolve("0.jar").toFile())) {
            assertThat(jar.stream().map(ZipEntry::getName)).containsExactly("META-INF/MANIFEST.MF", "x/y");
            assertThat(jar.getInputStream(jar.getEntry("x/y"))).hasContent("x/y");
        }
    }

    private void addFeatures() throws IOException {
        Path features = repository.resolve("io/mnedc/features/0.1.0/features-0.1.0-features.xml");
        Files.createDirectories(features.getParent());
        Files.writeString(features, "<features/>");
    }

    private void bundle(String path, String symbolicName, String version) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", symbolicName);
        manifest.getMainAttributes().putValue("Bundle-Version", version);
        Path at = repository.resolve(path);
        Files.createDirectories(at);
        Path file = at.resolve(symbolicName.split(";", -1)[0] + "-" + version + ".jar");
        new JarOutputStream(Files.newOutputStream(file), manifest).close();
    }
}
