package io.mnedc.tun;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Native;
import io.mnedc.api.tun.TunDriver;
import io.mnedc.libc.LibC;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/** What a process may do: each test is a JVM in namespaces of its own, with its own /dev/net/tun. */
class PrivilegeTest {
    private static final String NODE = "mknod -m 666 /dev/net/tun c 10 200";
    private static final String NOBODY = "setpriv --reuid=65534 --regid=65534 --clear-groups ";

    @TempDir
    private Path directory;

    @BeforeEach
    void requireLab() throws Exception {
        NetworkNamespace.requireLab();
    }

    @Test
    void anOrdinaryUserWithTheCapabilityOpensAnInterface() throws Exception {
        assertThat(open(NODE, NOBODY + "--inh-caps=+net_admin --ambient-caps=+net_admin"))
                .contains("opened mnedc0 up [198.18.0.1/24, fd00:6d:0:0:0:0:0:1/64]");
    }

    @Test
    void withoutTheCapabilityTheMessageSaysHowToGetIt() throws Exception {
        assertThat(open(NODE, NOBODY))
                .contains("NOT_PERMITTED: ")
                .contains("CAP_NET_ADMIN")
                .contains("AmbientCapabilities");
    }

    @Test
    void aNodeThatMayNotBeOpenedIsTold() throws Exception {
        assertThat(open("mknod -m 600 /dev/net/tun c 10 200", NOBODY))
                .contains("NOT_PERMITTED: not permitted to open /dev/net/tun")
                .contains("chmod");
    }

    @Test
    void aMissingNodeIsToldWithItsCure() throws Exception {
        assertThat(open("true", "")).contains("NO_DEVICE_NODE: ").contains("modprobe tun");
    }

    @Test
    void aNodeWithoutDriverIsToldAsMissing() throws Exception {
        assertThat(open("mknod -m 666 /dev/net/tun c 10 199", "")).contains("NO_DEVICE_NODE: ");
    }

    private String open(String makeNode, String run) throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String script = "mount -t tmpfs none /dev/net && " + makeNode + " && exec " + run + " " + java
                + " -Xshare:auto -XX:TieredStopAtLevel=1 -Djna.tmpdir=" + directory + " -cp " + classPath() + " "
                + OpenAndTell.class.getName();
        Process process = new ProcessBuilder("unshare", "--net", "--mount", "--", "sh", "-c", script)
                .redirectErrorStream(true)
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(output).isZero();
            return output;
        } finally {
            process.destroyForcibly();
        }
    }

    /** Copies what is needed to where every user can read it. */
    private String classPath() throws Exception {
        StringBuilder path = new StringBuilder();
        List<Class<?>> needed = List.of(
                LinuxTunDriver.class, OpenAndTell.class, TunDriver.class, LibC.class, Native.class, Logger.class);
        for (Class<?> each : needed) {
            Path source = Path.of(
                    each.getProtectionDomain().getCodeSource().getLocation().toURI());
            Path target = directory.resolve(each.getSimpleName());
            try (Stream<Path> files = Files.walk(source)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    copy(file, target.resolve(source.relativize(file).toString()));
                }
            }
            path.append(path.isEmpty() ? "" : ":").append(target);
        }
        return path.toString();
    }

    private static void copy(Path from, Path to) throws IOException {
        if (Files.isDirectory(from)) {
            Files.createDirectory(to);
        } else {
            Files.copy(from, to);
        }
    }
}
