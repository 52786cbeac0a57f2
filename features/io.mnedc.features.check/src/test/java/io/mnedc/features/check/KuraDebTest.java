package io.mnedc.features.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KuraDebTest {
    private static final String PLUGINS = "opt/eclipse/kura/plugins/";

    private final Deb deb;

    KuraDebTest() throws IOException {
        deb = Deb.ofPackage(
                Built.file("features/io.mnedc.features.kura", "mnedc-kura_" + Built.DEB_VERSION + "_all.deb"));
    }

    @Test
    void itAddsToKuraOfItsMajorVersion() {
        assertThat(deb.control("control"))
                .contains("Package: mnedc-kura\n", "Version: " + Built.DEB_VERSION + "\n", "Architecture: all\n")
                .contains("Depends: kura-core (>= 6.0.0~), kura-core (<< 7.0.0~)\n");
    }

    /** Kura starts what is in these directories, level by level. */
    @Test
    void theBundlesAreThoseOfTheDeploymentPackageAndForKuraAlone() throws IOException {
        Set<String> expected = new TreeSet<>();
        try (var files = Files.walk(Built.file("features/io.mnedc.features.kura", "mnedc"))) {
            files.filter(file -> file.toString().endsWith(".jar"))
                    .forEach(file -> expected.add(file.getFileName().toString()));
        }
        Set<String> jars = deb.files().stream()
                .filter(path -> path.startsWith(PLUGINS))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(jars.stream().map(path -> path.replaceAll(".*/", "")))
                .containsExactlyInAnyOrderElementsOf(expected)
                .hasSizeGreaterThan(12);
        assertThat(jars).allSatisfy(path -> {
            assertThat(deb.data(path).rights()).isEqualTo("kurad:kurad 600");
            assertThat(deb.data(path).content()).startsWith('P', 'K');
        });
    }

    @Test
    void librariesAndTheAdapterStartBeforeRelayAndDevice() {
        assertThat(deb.files())
                .contains(PLUGINS + "5s/io.mnedc.kura-" + Built.VERSION + ".jar")
                .contains(PLUGINS + "5s/io.mnedc.transport-" + Built.VERSION + ".jar")
                .contains(PLUGINS + "6s/io.mnedc.relay-" + Built.VERSION + ".jar")
                .contains(PLUGINS + "6s/io.mnedc.device-" + Built.VERSION + ".jar");
    }

    /** Kura's unit gives it some capabilities; this one is in addition, and takes nothing away. */
    @Test
    void kuraMayMakeANetworkInterface() {
        Deb.Item dropIn = deb.data("usr/lib/systemd/system/kura.service.d/mnedc.conf");
        assertThat(dropIn.rights()).isEqualTo("root:root 644");
        assertThat(dropIn.text().lines().filter(line -> !line.startsWith("#")))
                .containsExactly("[Service]", "AmbientCapabilities=CAP_NET_ADMIN");
        // the driver is there from the boot on, so that there is a /dev/net/tun to open
        assertThat(deb.data("usr/lib/modules-load.d/mnedc-kura.conf").text()).contains("\ntun\n");
    }

    @Test
    void nothingButTheDataDirectoryIsLeftToTheScripts(@TempDir Path directory) throws Exception {
        Scripts.check(deb, directory, Set.of("postinst", "postrm"));
        // bundles, drop-in and the like are files of the package, which goes with it
        assertThat(deb.control("postrm").lines().filter(line -> line.contains("rm ")))
                .containsExactly("    rm -rf /opt/eclipse/kura/data/mnedc");
        assertThat(deb.control("postrm")).contains("try-restart kura.service", "daemon-reload");
        assertThat(deb.control("postinst")).contains("chown kurad:kurad", "try-restart kura.service", "daemon-reload");
        assertThat(deb.control()).doesNotContainKey("conffiles");
    }

    @Test
    void filesAreOfTheBuildsTimeAndListedWithTheirSums() throws Exception {
        Scripts.checkSumsAndTimes(deb);
    }
}
