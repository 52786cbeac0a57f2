package io.mnedc.tun;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OccupantTest {
    @TempDir
    Path proc;

    private void process(String number, String opened, String information, String command) throws IOException {
        Path fd = Files.createDirectories(proc.resolve(number).resolve("fd"));
        Path fdinfo = Files.createDirectories(proc.resolve(number).resolve("fdinfo"));
        Files.createSymbolicLink(fd.resolve("7"), Path.of(opened));
        Files.writeString(fdinfo.resolve("7"), information);
        Files.writeString(proc.resolve(number).resolve("cmdline"), command);
    }

    @Test
    void theProcessThatHasTheInterfaceIsNamedWithItsDataDirectory() throws Exception {
        process("12", "/dev/net/tun", "pos:\t0\niff:\tmnedc1\n", "java\0-Dmnedc.data=/other\0");
        process("34", "/dev/net/tun", "pos:\t0\niff:\tmnedc0\n", "java\0-Dmnedc.data=/var/lib/mnedc/device\0-jar\0x\0");
        process("56", "/dev/null", "iff:\tmnedc2\n", "liar\0");
        Files.createDirectories(proc.resolve("78"));

        Occupant occupant = new Occupant(proc);
        assertThat(occupant.of("mnedc0")).hasValue("process 34, data directory /var/lib/mnedc/device");
        assertThat(occupant.of("mnedc2")).isEmpty();
        assertThat(new Occupant(proc.resolve("nowhere")).of("mnedc0")).isEmpty();
    }

    @Test
    void withoutALauncherTheProcessIsNamedAlone() throws Exception {
        process("90", "/dev/net/tun", "iff:\ttun0\n", "openvpn\0--dev\0tun0\0");
        assertThat(new Occupant(proc).of("tun0")).hasValue("process 90");
    }

    private void namespace(String process, String number) throws IOException {
        Path namespaces = Files.createDirectories(proc.resolve(process).resolve("ns"));
        Files.createSymbolicLink(namespaces.resolve("net"), Path.of("net:[" + number + "]"));
    }

    @Test
    void anInterfaceOfTheSameNameInAnotherNetworkNamespaceIsNotMeant() throws Exception {
        namespace("self", "4026531840");
        process("12", "/dev/net/tun", "iff:\tmnedc0\n", "java\0-Dmnedc.data=/of/a/container\0");
        namespace("12", "4026532001");
        Occupant occupant = new Occupant(proc);
        assertThat(occupant.of("mnedc0")).isEmpty();
        process("34", "/dev/net/tun", "iff:\tmnedc0\n", "java\0-Dmnedc.data=/own\0");
        namespace("34", "4026531840");
        assertThat(occupant.of("mnedc0")).hasValue("process 34, data directory /own");
    }
}
