package io.mnedc.features.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Debian package and the archive that run relay or device by themselves. */
class LinuxPackagesTest {
    private static final String MODULE = "features/io.mnedc.features.linux";
    private static final String UNITS = "usr/lib/systemd/system/";

    private final Deb deb;
    private final Deb tar;

    @TempDir
    Path directory;

    LinuxPackagesTest() throws IOException {
        deb = Deb.ofPackage(Built.file(MODULE, "mnedc_" + Built.DEB_VERSION + "_all.deb"));
        tar = Deb.ofTar(Built.file(MODULE, "mnedc-" + Built.VERSION + ".tar.gz"));
    }

    @Test
    void itIsForAllMachinesWithJava17() {
        assertThat(deb.control("control"))
                .contains("Package: mnedc\n", "Version: " + Built.DEB_VERSION + "\n", "Architecture: all\n")
                .contains("Depends: adduser, java17-runtime-headless\n");
    }

    @Test
    void itInstallsRuntimeLauncherUnitsAndSettings() throws IOException {
        assertThat(deb.files())
                .containsAll(tool("usr/share/mnedc/"))
                .filteredOn(path -> !path.startsWith("usr/share/mnedc/tool/"))
                .containsExactlyInAnyOrder(
                        "etc/mnedc/device/io.mnedc.device.config",
                        "etc/mnedc/relay/io.mnedc.address.config",
                        "etc/mnedc/relay/io.mnedc.relay.config",
                        "usr/bin/mnedc",
                        "usr/lib/modules-load.d/mnedc.conf",
                        UNITS + "mnedc-device.service",
                        UNITS + "mnedc-relay.service",
                        "usr/share/doc/mnedc/changelog.gz",
                        "usr/share/doc/mnedc/copyright",
                        "usr/share/lintian/overrides/mnedc",
                        "usr/share/man/man1/mnedc.1.gz",
                        "usr/share/mnedc/bin/mnedc",
                        "usr/share/mnedc/device.jar",
                        "usr/share/mnedc/device.options",
                        "usr/share/mnedc/jvm.options",
                        "usr/share/mnedc/relay.jar",
                        "usr/share/mnedc/relay.options");
        assertThat(deb.data("usr/bin/mnedc").kind()).isEqualTo('l');
        assertThat(deb.data("usr/bin/mnedc").text()).isEqualTo("../share/mnedc/bin/mnedc");
    }

    /** Settings may hold a join token or a password: the services read them, nobody else does. */
    @Test
    void settingsAreForRootAndTheServicesAlone() {
        assertThat(deb.data("etc/mnedc").rights()).isEqualTo("root:root 755");
        deb.data().forEach((path, item) -> {
            if (path.startsWith("etc/mnedc/")) {
                String group = path.startsWith("etc/mnedc/relay") ? "mnedc-relay" : "mnedc-device";
                assertThat(item.rights()).as(path).isEqualTo("root:" + group + (item.kind() == 'd' ? " 750" : " 640"));
            } else if (path.endsWith("share/mnedc/bin/mnedc") || item.kind() == 'd') {
                assertThat(item.rights()).as(path).isEqualTo("root:root 755");
            } else {
                assertThat(item.rights()).as(path).isEqualTo("root:root 644");
            }
        });
    }

    @Test
    void whatPeopleEditIsKeptAtAnUpgrade() {
        assertThat(deb.control("conffiles").lines())
                .containsExactlyInAnyOrder(
                        "/etc/mnedc/device/io.mnedc.device.config",
                        "/etc/mnedc/relay/io.mnedc.address.config",
                        "/etc/mnedc/relay/io.mnedc.relay.config");
    }

    @Test
    void nothingIsLeftAfterAPurge() throws Exception {
        Scripts.check(deb, directory, Set.of("postinst", "prerm", "postrm"));
        assertThat(deb.control("postinst"))
                .contains("adduser --system --group", "chgrp -R -h \"mnedc-$role\" \"/etc/mnedc/$role\"")
                // root changes no owner below what a service could change
                .doesNotContain("chown -R")
                // nothing is enabled that was not enabled before
                .contains("deb-systemd-helper debian-installed \"$unit\" &&");
        assertThat(deb.control("prerm")).contains("stop mnedc-relay.service mnedc-device.service");
        assertThat(deb.control("postrm"))
                .contains("rm -rf /var/lib/mnedc\n", "deluser --system --quiet mnedc-relay")
                .contains("deluser --system --quiet mnedc-device", "purge mnedc-relay.service");
    }

    @Test
    void filesAreOfTheBuildsTimeAndListedWithTheirSums() throws Exception {
        Scripts.checkSumsAndTimes(deb);
        assertThat(tar.data().values()).extracting(Deb.Item::time).containsOnly(Built.TIME.getEpochSecond());
    }

    @ParameterizedTest
    @ValueSource(strings = {"relay", "device"})
    void theServiceRunsAsItsOwnUserWithTheCapabilitiesOfItsRole(String role) {
        List<String> unit = unit(deb, UNITS, role);
        assertThat(unit)
                .contains("User=mnedc-" + role, "Group=mnedc-" + role, "ExecStart=/usr/bin/mnedc " + role)
                .contains("StateDirectory=mnedc/" + role, "StateDirectoryMode=0700")
                .contains("ConfigurationDirectory=mnedc/" + role, "ConfigurationDirectoryMode=0750")
                .contains("NoNewPrivileges=yes", "ProtectSystem=strict", "SystemCallFilter=@system-service")
                .contains("SuccessExitStatus=143");
        if (role.equals("device")) {
            assertThat(unit)
                    .contains("AmbientCapabilities=CAP_NET_ADMIN", "CapabilityBoundingSet=CAP_NET_ADMIN")
                    .contains("DevicePolicy=closed", "DeviceAllow=/dev/net/tun rw");
        } else {
            assertThat(unit)
                    .contains("CapabilityBoundingSet=", "PrivateDevices=yes")
                    .noneMatch(line -> line.startsWith("AmbientCapabilities"));
        }
    }

    @Test
    void theArchiveHasTheSameBesideUnitsForItsOwnPlace() throws IOException {
        String top = "mnedc-" + Built.VERSION + "/";
        assertThat(tar.files())
                .containsAll(tool(top))
                .filteredOn(path -> !path.startsWith(top + "tool/"))
                .containsExactlyInAnyOrder(
                        top + "bin/mnedc",
                        top + "device.jar",
                        top + "device.options",
                        top + "jvm.options",
                        top + "relay.jar",
                        top + "relay.options",
                        top + "etc/device/io.mnedc.device.config",
                        top + "etc/relay/io.mnedc.address.config",
                        top + "etc/relay/io.mnedc.relay.config",
                        top + "systemd/mnedc-device.service",
                        top + "systemd/mnedc-relay.service",
                        top + "systemd/mnedc.sysusers");
        assertThat(tar.data(top + "bin/mnedc").rights()).isEqualTo("root:root 755");
        for (String same :
                List.of("relay.jar", "device.jar", "jvm.options", "relay.options", "device.options", "bin/mnedc")) {
            assertThat(Arrays.equals(
                            tar.data(top + same).content(),
                            deb.data("usr/share/mnedc/" + same).content()))
                    .as(same)
                    .isTrue();
        }
        for (String role : List.of("relay", "device")) {
            List<String> same = new ArrayList<>(unit(deb, UNITS, role));
            same.replaceAll(line -> line.replace("/usr/bin/mnedc", "/opt/mnedc/bin/mnedc"));
            assertThat(same.remove("Documentation=man:mnedc(1)")).isTrue();
            assertThat(unit(tar, top + "systemd/", role)).isEqualTo(same);
        }
    }

    /** With systemd's own eyes, where it is installed. */
    @ParameterizedTest
    @ValueSource(strings = {"relay", "device"})
    void systemdFindsNothingWrongWithTheUnit(String role) throws Exception {
        List<String> unit = new ArrayList<>(unit(deb, UNITS, role));
        assertThat(unit).contains("[Unit]", "[Service]", "[Install]");
        if (!Command.exists("systemd-analyze")) {
            return;
        }
        Path launcher = Files.writeString(
                directory.resolve("mnedc"),
                deb.data("usr/share/mnedc/bin/mnedc").text());
        assertThat(launcher.toFile().setExecutable(true)).isTrue();
        unit.replaceAll(line -> line.replace("/usr/bin/mnedc", launcher.toString()));
        // its manual page is not installed here
        unit.removeIf(line -> line.startsWith("Documentation="));
        Path file = Files.write(directory.resolve("mnedc-" + role + ".service"), unit);
        assertThat(Command.run(List.of("systemd-analyze", "verify", file.toString())))
                .doesNotContain(file.getFileName().toString());
    }

    @Test
    void theInstalledRelayRunsMakesATokenAndStopsWhenItIsTold() throws Exception {
        deb.unpack(directory.resolve("root"));
        try (Installed relay = new Installed(directory, "relay")) {
            relay.awaitReady();
            assertThat(relay.command("relay", "token", "--address", "203.0.113.5:3334"))
                    .contains("mnedc1-");
            assertThat(relay.stop()).isEqualTo(143);
            assertThat(relay.log()).doesNotContain("ERROR", "Exception");
        }
    }

    @Test
    void theInstalledDeviceSaysThatItWantsAToken() throws Exception {
        deb.unpack(directory.resolve("root"));
        try (Installed device = new Installed(directory, "device")) {
            device.await("join\\.token");
            assertThat(device.stop()).isEqualTo(143);
        }
    }

    private static List<String> unit(Deb from, String prefix, String role) {
        return from.data(prefix + "mnedc-" + role + ".service").text().lines().toList();
    }

    private static Set<String> tool(String prefix) throws IOException {
        try (var jars = Files.list(Built.file("bndrun", "tool"))) {
            Set<String> names =
                    jars.map(jar -> prefix + "tool/" + jar.getFileName()).collect(Collectors.toSet());
            assertThat(names)
                    .contains(prefix + "tool/io.mnedc.security.tool.jar", prefix + "tool/io.mnedc.security.jar");
            return names;
        }
    }
}
