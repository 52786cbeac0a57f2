package io.mnedc.features.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.features.build.ConfigurationPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

class ConfigurationPageTest {
    private static final Path PAGE = Path.of("../../docs/CONFIGURATION.md");

    @Test
    void theCommittedPageIsWhatTheBundlesSay() throws IOException {
        String page = Files.readString(PAGE);
        assertThat(page.equals(ConfigurationPage.write(page, ConfigurationPageTest::bundle)))
                .as(
                        "%s is what the bundles say; it is written anew by: java features/io.mnedc.features.build/src/main/"
                                + "java/io/mnedc/features/build/ConfigurationPage.java",
                        PAGE)
                .isTrue();
    }

    @Test
    void everyPidWithSettingsIsOnThePage() throws IOException {
        String page = Files.readString(PAGE);
        Set<String> pids = new TreeSet<>();
        try (Stream<Path> bundles = Files.list(Path.of("../../bundles"))) {
            for (Path bundle : bundles.filter(Files::isDirectory).toList()) {
                pids.addAll(pids(bundle.getFileName().toString()));
            }
        }
        assertThat(pids)
                .hasSizeGreaterThanOrEqualTo(4)
                .allSatisfy(pid -> assertThat(page).contains("<!-- settings " + pid + " -->\n"));
    }

    @Test
    void aTableThatDiffersIsWrittenAnewAndTheRestIsLeftAlone() throws IOException {
        String page = "# Before\n<!-- settings io.mnedc.address -->\nold\n<!-- end of settings -->\nafter\n";
        assertThat(ConfigurationPage.write(page, ConfigurationPageTest::bundle))
                .startsWith("# Before\n<!-- settings io.mnedc.address -->\nWhich virtual addresses")
                .contains("| `pool` | String | `10.0.0.0/24` | **IPv4 pool.** The network of")
                .contains("| `reservations` | String | empty | **Reservations.** ")
                .doesNotContain("old")
                .endsWith("<!-- end of settings -->\nafter\n");
    }

    private static Set<String> pids(String module) throws IOException {
        if (!Files.exists(Path.of("../../bundles", module, "pom.xml"))) {
            return Set.of();
        }
        try (ZipFile jar = new ZipFile(bundle(module).toFile())) {
            return jar.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.startsWith("OSGI-INF/metatype/") && name.endsWith(".xml"))
                    .map(name -> name.replaceAll(".*/|\\.xml$", ""))
                    .collect(Collectors.toSet());
        }
    }

    private static Path bundle(String pid) {
        return Built.file("bundles/" + pid, pid + "-" + Built.VERSION + ".jar");
    }
}
