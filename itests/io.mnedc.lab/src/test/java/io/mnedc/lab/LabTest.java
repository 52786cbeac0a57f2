package io.mnedc.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mnedc.lab.tool.Transfer;
import io.mnedc.lab.tool.UdpSizes;
import java.io.File;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The lab with plain programs in it: NATs behave as NATs, and nothing is left behind. */
class LabTest {
    private static final Duration BOUND = Duration.ofSeconds(60);

    @BeforeAll
    static void needsALab() {
        List<String> missing = Lab.missing();
        if ("true".equals(System.getenv("MNEDC_REQUIRE_LAB"))) {
            assertThat(missing).as("what the lab lacks").isEmpty();
        }
        assumeTrue(missing.isEmpty(), () -> "no lab here, missing: " + missing);
    }

    @Test
    void devicesReachTheRelayThroughTheirNatsAndNobodyReachesThem() {
        try (NestedNats nats = NestedNats.build()) {
            for (Host device : nats.devices()) {
                device.exec("ping", "-n", "-c1", "-W20", nats.relay().address()).orThrow();
            }
            assertThat(nats.a().address()).isEqualTo(nats.b().address()).isEqualTo("192.168.0.10");
            assertThat(pings(nats.relay(), nats.a())).isFalse();
            assertThat(pings(nats.c(), nats.b())).isFalse();
            assertThat(pings(nats.relay(), nats.lab().host("nat-a"))).isFalse();
        }
    }

    @Test
    void theRelaySeesOnlyTheOutermostNat() {
        try (NestedNats nats = NestedNats.build()) {
            Host relay = nats.relay();
            assertThat(nats.b().exec("ping", "-c1", "-W20", relay.address()).succeeded())
                    .isTrue();
            assertThat(relay.exec("ip", "neigh").output())
                    .contains(nats.lab().host("nat-b1").address())
                    .doesNotContain("192.168.11.");
        }
    }

    @Test
    void closingRemovesNamespacesProcessesAndFiles() {
        Lab lab = Lab.build(topology -> topology.router("r", "192.168.1.0/24").host("x"));
        LabProcess process = lab.host("x").start("sh", "-c", "sleep 1000 & echo child=$!; wait");
        long child = Long.parseLong(
                process.awaitLog(Pattern.compile("child=(\\d+)"), BOUND).group(1));

        lab.close();
        lab.close();

        assertThat(process.isAlive()).isFalse();
        assertThat(isRunning(child)).isFalse();
        assertThat(Namespaces.all()).noneMatch(name -> name.startsWith(Namespaces.ownPrefix()));
        assertThat(lab.directory()).doesNotExist();
    }

    @Test
    void theRootNamespaceSeesNoInterfaceOfALab() {
        String[] before = new File("/sys/class/net").list();
        try (NestedNats nats = NestedNats.build()) {
            assertThat(nats.lab().directory()).exists();
            assertThat(new File("/sys/class/net").list()).containsExactlyInAnyOrder(before);
        }
    }

    @Test
    void aLabWhoseJvmWasKilledIsSweptByTheNext() throws Exception {
        Process other = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Abandoned.class.getName())
                .redirectErrorStream(true)
                .start();
        String sleeper;
        try (var output = other.inputReader()) {
            sleeper = Optional.ofNullable(output.readLine()).orElse("");
            other.destroyForcibly().waitFor();
        }
        String prefix = "mn" + Long.toHexString(other.pid()) + "-";
        assertThat(Namespaces.all()).filteredOn(name -> name.startsWith(prefix)).hasSize(2);

        assertThat(Lab.sweep()).filteredOn(name -> name.startsWith(prefix)).hasSize(2);

        assertThat(Namespaces.all()).noneMatch(name -> name.startsWith(prefix));
        assertThat(new File(System.getProperty("java.io.tmpdir")).list()).noneMatch(name -> name.startsWith(prefix));
        assertThat(isRunning(Long.parseLong(sleeper))).isFalse();
    }

    @Test
    void aProgramThatDoesNotEndIsKilledWithItsDescendants() {
        try (Lab lab =
                Lab.build(topology -> topology.router("r", "192.168.1.0/24").host("x"))) {
            Host x = lab.host("x");
            // a busy machine needs a part of it for the first line
            Duration bound = Duration.ofSeconds(3);

            assertThatThrownBy(() -> x.exec(bound, "sh", "-c", "echo begun; sleep 1000; true"))
                    .isInstanceOf(LabException.class)
                    .hasMessageContaining("3000 ms")
                    .hasMessageContaining("begun");
        }
    }

    @Test
    void aLineThatNeverComesEndsInAMessageWithTheLog() {
        try (Lab lab =
                Lab.build(topology -> topology.router("r", "192.168.1.0/24").host("x"))) {
            LabProcess process = lab.host("x").start("sh", "-c", "echo something else");

            assertThatThrownBy(() -> process.awaitLog(Pattern.compile("ready"), BOUND))
                    .isInstanceOf(LabException.class)
                    .hasMessageContaining("ended")
                    .hasMessageContaining("something else");
        }
    }

    @Test
    void aFailedPlanLeavesNothing() throws Exception {
        var directory = Files.createTempDirectory("mnedc-lab-test-");

        assertThatThrownBy(() -> Lab.build(directory, topology -> topology.router("r", "nonsense")))
                .hasMessageContaining("nonsense");

        assertThat(Namespaces.all()).noneMatch(name -> name.startsWith(Namespaces.ownPrefix()));
        Files.delete(directory);
    }

    @Test
    void contentArrivesUnchangedOnThePlainPath() {
        try (NestedNats nats = NestedNats.build()) {
            JavaTool.serve(nats.relay());
            String relay = nats.relay().address();
            Host b = nats.b();
            String size = Integer.toString(5_000_000);

            assertThat(b.exec(JavaTool.command(Transfer.class, "up", relay, size, "1"))
                            .orThrow())
                    .contains("same 5000000 bytes");
            assertThat(b.exec(JavaTool.command(Transfer.class, "down", relay, size, "2"))
                            .orThrow())
                    .contains("same 5000000 bytes");
            assertThat(b.exec(JavaTool.command(UdpSizes.class, relay, "1", "2000"))
                            .orThrow())
                    .contains("same 1..2000 bytes");
            assertThat(b.exec(JavaTool.command(Transfer.class, "up", nats.c().address(), size, "1"))
                            .succeeded())
                    .isFalse();
        }
    }

    private static boolean pings(Host from, Host to) {
        return from.exec("ping", "-n", "-c1", "-W1", to.address()).succeeded();
    }

    /** Killed processes may stay a moment as zombies; they run no more. */
    private static boolean isRunning(long pid) {
        long end = System.nanoTime() + BOUND.toNanos();
        while (System.nanoTime() < end) {
            if (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty()) {
                return false;
            }
            Thread.onSpinWait();
        }
        return true;
    }

    /** Builds a lab and waits to be killed. */
    static final class Abandoned {
        private Abandoned() {}

        public static void main(String[] args) throws Exception {
            Lab lab =
                    Lab.build(topology -> topology.router("r", "192.168.1.0/24").host("x"));
            System.out.println(lab.host("x").start("sleep", "1000").pid());
            Thread.sleep(60_000);
        }
    }
}
