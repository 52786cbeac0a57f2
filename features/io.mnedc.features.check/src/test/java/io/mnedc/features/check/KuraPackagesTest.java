package io.mnedc.features.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarInputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The deployment packages for Kura, as its Deployment Admin reads them: as a stream, once, from the beginning. */
class KuraPackagesTest {
    private static final Pattern SECTION = Pattern.compile("(?m)^Name: (.+)$");
    private static final Pattern RUN_BUNDLE = Pattern.compile("(?m)^\\s+([A-Za-z0-9_.-]+);version=");
    private static final Set<String> SHARED = Set.of(
            "io.mnedc.api",
            "io.mnedc.codec",
            "io.mnedc.security",
            "io.mnedc.transport",
            "io.mnedc.kura",
            "io.mnedc.finder",
            "org.xbill.dns");
    private static final Set<String> RELAY =
            Set.of("com.h2database.mvstore", "io.mnedc.address", "io.mnedc.relay", "io.mnedc.shell");
    private static final Set<String> DEVICE = Set.of(
            "com.sun.jna",
            "io.mnedc.libc",
            "io.mnedc.tun",
            "io.mnedc.device",
            "io.mnedc.discovery",
            "io.mnedc.names",
            "io.mnedc.shell");

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Entry(String name, byte[] content) {}

    @ParameterizedTest
    @ValueSource(strings = {"mnedc", "mnedc-relay", "mnedc-device"})
    void theManifestComesFirstAndListsTheBundlesInTheirOrder(String name) throws IOException {
        List<Entry> entries = read(name);
        List<String> names = entries.stream().map(Entry::name).toList();
        assertThat(names).first().isEqualTo(JarFile.MANIFEST_NAME);
        byte[] text = entries.get(0).content();
        List<String> sections = SECTION.matcher(unfolded(text))
                .results()
                .map(match -> match.group(1))
                .toList();
        // neither signatures nor resources: bundles alone
        assertThat(names.subList(1, names.size())).isEqualTo(sections).allMatch(each -> each.endsWith(".jar"));
        Manifest manifest = new Manifest(new ByteArrayInputStream(text));
        Attributes headers = manifest.getMainAttributes();
        assertThat(headers.getValue("DeploymentPackage-ManifestVersion")).isEqualTo("1");
        assertThat(headers.getValue("DeploymentPackage-SymbolicName")).isEqualTo(name);
        assertThat(headers.getValue("DeploymentPackage-Version")).isEqualTo(Built.VERSION.replace('-', '.'));
        for (Entry entry : entries.subList(1, entries.size())) {
            Attributes bundle = headers(entry.content());
            assertThat(manifest.getAttributes(entry.name()))
                    .containsEntry(new Attributes.Name("Bundle-SymbolicName"), symbolicName(bundle))
                    .containsEntry(new Attributes.Name("Bundle-Version"), bundle.getValue("Bundle-Version"))
                    .hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mnedc", "mnedc-relay", "mnedc-device"})
    void whatRelayAndDeviceAreStartedWithComesBeforeThem(String name) throws IOException {
        List<String> bundles = bundles(name);
        int adapter = bundles.indexOf("io.mnedc.kura");
        assertThat(bundles.subList(0, adapter))
                .contains("io.mnedc.api", "io.mnedc.codec", "io.mnedc.security", "io.mnedc.transport")
                .doesNotContain("io.mnedc.relay", "io.mnedc.device", "io.mnedc.address");
    }

    @ParameterizedTest
    @ValueSource(strings = {"kura-5.0", "kura-5.3", "kura-5.6", "kura-6"})
    void bothTogetherAreWhatResolvesAndKuraLacks(String kura) throws IOException {
        Set<String> lacking = new TreeSet<>();
        Matcher resolved = RUN_BUNDLE.matcher(
                Files.readString(Built.file("bndrun/io.mnedc.runtimes", "resolved/" + kura + ".bndrun")));
        while (resolved.find()) {
            lacking.add(resolved.group(1));
        }
        Set<String> there = shipped(kura);
        assertThat(lacking).as("bundles that resolve").containsAll(SHARED);
        lacking.removeAll(there);
        // it resolves there, and is optional: not in the packages, for its size
        assertThat(lacking.remove("io.mnedc.boringssl")).isTrue();
        assertThat(bundles("mnedc"))
                .containsExactlyInAnyOrderElementsOf(lacking)
                .doesNotContainAnyElementsOf(there);
    }

    @ParameterizedTest
    @CsvSource({"mnedc-relay, false", "mnedc-device, true"})
    void eachRoleHasWhatItNeedsAndNoMore(String name, boolean device) throws IOException {
        Set<String> expected = new TreeSet<>(SHARED);
        expected.addAll(device ? DEVICE : RELAY);
        assertThat(bundles(name)).containsExactlyInAnyOrderElementsOf(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mnedc", "mnedc-relay", "mnedc-device"})
    void ourBundlesAreThoseOfThisBuild(String name) throws IOException {
        int ours = 0;
        for (Entry entry : read(name)) {
            if (entry.name().startsWith("io.mnedc.")) {
                String bundle = symbolicName(headers(entry.content()));
                Path file = Built.file("bundles/" + bundle, bundle + "-" + Built.VERSION + ".jar");
                assertThat(Arrays.equals(entry.content(), Files.readAllBytes(file)))
                        .as("%s is that of this build", bundle)
                        .isTrue();
                ours++;
            }
        }
        assertThat(ours).isGreaterThanOrEqualTo(8);
    }

    private static Set<String> shipped(String kura) throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> jars = Files.list(Built.file("bndrun/io.mnedc.runtimes", "runtimes/" + kura))) {
            for (Path jar : jars.toList()) {
                names.add(symbolicName(headers(Files.readAllBytes(jar))));
            }
        }
        return names;
    }

    private static List<String> bundles(String name) throws IOException {
        List<String> bundles = new ArrayList<>();
        for (Entry entry : read(name)) {
            if (entry.name().endsWith(".jar")) {
                bundles.add(symbolicName(headers(entry.content())));
            }
        }
        return bundles;
    }

    private static List<Entry> read(String name) throws IOException {
        List<Entry> entries = new ArrayList<>();
        Path file = Built.file("features/io.mnedc.features.kura", name + "-" + Built.VERSION + ".dp");
        try (ZipInputStream in = new ZipInputStream(Files.newInputStream(file))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                entries.add(new Entry(entry.getName(), in.readAllBytes()));
            }
        }
        return entries;
    }

    private static Attributes headers(byte[] jar) throws IOException {
        try (JarInputStream in = new JarInputStream(new ByteArrayInputStream(jar))) {
            Manifest manifest = in.getManifest();
            if (manifest != null) {
                return manifest.getMainAttributes();
            }
        }
        // others' bundles need not begin with their manifest
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(jar))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                if (entry.getName().equals(JarFile.MANIFEST_NAME)) {
                    return new Manifest(in).getMainAttributes();
                }
            }
        }
        throw new IOException("a jar without manifest");
    }

    private static String symbolicName(Attributes headers) {
        return headers.getValue("Bundle-SymbolicName").split(";", -1)[0].trim();
    }

    private static String unfolded(byte[] manifest) {
        return new String(manifest, StandardCharsets.UTF_8).replace("\r\n ", "").replace("\r", "");
    }
}
