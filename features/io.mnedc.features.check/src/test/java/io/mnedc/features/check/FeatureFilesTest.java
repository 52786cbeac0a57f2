package io.mnedc.features.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.apache.felix.feature.impl.FeatureServiceImpl;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.service.feature.Feature;
import org.osgi.service.feature.FeatureBundle;
import org.osgi.service.feature.FeatureConfiguration;

/** The features of OSGi Release 8, as the implementation of Apache Felix reads them. */
class FeatureFilesTest {
    private static final Pattern RUN_BUNDLE = Pattern.compile("(?m)^\\s+([A-Za-z0-9_.-]+);version=");
    private static final String MODULE = "features/io.mnedc.features.osgi";

    /** The runtime is whoever reads it: Config Admin, Declarative Services and what these need are not listed. */
    @ParameterizedTest
    @CsvSource({"relay", "device"})
    void itListsWhatTheTestedRunHasBesideTheRuntime(String role) throws IOException {
        Set<String> expected = new TreeSet<>();
        RUN_BUNDLE
                .matcher(Files.readString(Path.of("../../bndrun/" + role + ".felix.bndrun")))
                .results()
                .map(match -> match.group(1))
                .filter(name -> !name.startsWith("org.apache.felix.") && !name.startsWith("org.osgi."))
                .forEach(expected::add);
        expected.add("io.mnedc.shell");
        Set<String> names = new TreeSet<>();
        for (FeatureBundle bundle : read(role).getBundles()) {
            String jar = bundle.getID().getGroupId().replace('.', '/') + "/"
                    + bundle.getID().getArtifactId() + "/" + bundle.getID().getVersion() + "/"
                    + bundle.getID().getArtifactId() + "-" + bundle.getID().getVersion() + ".jar";
            try (JarFile content =
                    new JarFile(Built.file(MODULE, "repository").resolve(jar).toFile())) {
                names.add(content.getManifest()
                        .getMainAttributes()
                        .getValue("Bundle-SymbolicName")
                        .split(";", -1)[0]);
            }
        }
        assertThat(names).containsExactlyInAnyOrderElementsOf(expected);
    }

    @ParameterizedTest
    @CsvSource({"relay", "device"})
    void itsIdIsItsPlaceInAMavenRepository(String role) throws IOException {
        assertThat(read(role).getID())
                .hasToString("io.mnedc:io.mnedc.features.osgi:osgifeature:" + role + ":" + Built.VERSION);
    }

    @ParameterizedTest
    @CsvSource({"relay, 2", "device, 1"})
    void itsConfigurationsAreKnownToTheMetatypeAndStartNothing(String role, int count) throws IOException {
        assertThat(read(role).getConfigurations()).hasSize(count);
        for (FeatureConfiguration configuration : read(role).getConfigurations().values()) {
            String pid = configuration.getPid();
            String metatype = metatype(pid);
            assertThat(configuration.getValues()).containsEntry("enabled", false);
            assertThat(configuration.getValues().keySet())
                    .allSatisfy(key -> assertThat(metatype).contains("<AD id=\"" + key + "\""));
        }
    }

    private static String metatype(String pid) throws IOException {
        try (JarFile jar = new JarFile(
                Built.file("bundles/" + pid, pid + "-" + Built.VERSION + ".jar").toFile())) {
            return new String(
                    jar.getInputStream(jar.getEntry("OSGI-INF/metatype/" + pid + ".xml"))
                            .readAllBytes(),
                    StandardCharsets.UTF_8);
        }
    }

    private static Feature read(String role) throws IOException {
        try (Reader in = Files.newBufferedReader(Built.file(MODULE, "mnedc-" + role + "-" + Built.VERSION + ".json"))) {
            return new FeatureServiceImpl().readFeature(in);
        }
    }
}
