package io.mnedc.itests.nat;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.Conversations;
import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.Host;
import io.mnedc.lab.Lab;
import io.mnedc.lab.RelayProcess;
import io.mnedc.lab.junit.NeedsLab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Ways to the relay that are dead, or that drop large packets and say nothing. */
@ExtendWith(NeedsLab.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WaysToTheRelayTest {
    private static final Duration BOUND = Duration.ofSeconds(90);
    private static final Pattern NAMED = Pattern.compile("path MTU black hole.*limited to (\\d+) bytes");

    private final Path directory = NeedsLab.directory(WaysToTheRelayTest.class).toAbsolutePath();
    private Lab lab;
    private String token;
    private DeviceProcess c;

    @BeforeAll
    void start() throws IOException {
        lab = Lab.build(directory, topology -> {
            var main = topology.router("main", "192.168.1.0/24").host("relay").host("c");
            main.nat("nat-a", "192.168.0.0/24").host("a").host("b");
        });
        // rules see what the wire would carry, not what the kernel hands on as one
        for (String host : List.of("relay", "nat-a", "a", "b")) {
            sh(host, "for i in /sys/class/net/*; do ip link set \"${i##*/}\" gso_max_segs 1 || true; done");
        }
        token = RelayProcess.token(lab.host("relay"), "--uses", "3");
        RelayProcess.start(lab.host("relay")).awaitReady();
        c = DeviceProcess.join(lab.host("c"), "c", token).awaitReady();
    }

    @AfterAll
    void stop() {
        if (lab != null) {
            lab.close();
        }
    }

    @AfterEach
    void mend() {
        sh("nat-a", "nft delete table inet hole 2>/dev/null || true");
    }

    private void sh(String host, String script) {
        lab.host(host).exec("sh", "-c", script).orThrow();
    }

    /** Has a router drop what it should pass on. */
    private void drop(String what) {
        sh(
                "nat-a",
                "nft 'add table inet hole; add chain inet hole pass { type filter hook forward priority -10; };"
                        + " add rule inet hole pass " + what + " drop'");
    }

    @Test
    void aNameWithManyDeadAddressesCostsSecondsNotMinutes() throws IOException {
        drop("ip daddr 10.99.0.0/16");
        StringBuilder hosts = new StringBuilder();
        for (int i = 1; i <= 20; i++) {
            hosts.append("10.99.0.").append(i).append(" relay.test\n");
        }
        hosts.append(lab.host("relay").address()).append(" relay.test\n");
        Path file = Files.writeString(directory.resolve("hosts"), hosts);
        List<String> printed = RelayProcess.administer(lab.host("relay"), "token", "--address", "relay.test:3334")
                .lines()
                .toList();
        String named = printed.get(printed.size() - 1);
        DeviceProcess a = DeviceProcess.joinTuned(lab.host("a"), "dead", named, "-Djdk.net.hosts.file=" + file);
        // one after the other, they cost 5 s each
        a.awaitReady();
        a.stop();
    }

    @Test
    void aWayThatBeginsToDropLargePacketsIsNamedAndMended() {
        Host host = lab.host("a");
        DeviceProcess a = DeviceProcess.join(host, "later", token).awaitReady();
        Conversations.awaitReached(a, c);
        Conversations.ping(a, c.ipv4(), 1350);
        drop("ip length > 1300");
        reachesWithLargePackets(a);
        assertThat(a.process().awaitLog(NAMED, BOUND).group(1)).isEqualTo("1220");
        Conversations.ping(a, c.ipv4(), 1350);
        Conversations.ping(c, a.ipv4(), 1350);
        a.stop();
    }

    @Test
    void aWayThatIsTooNarrowForTlsIsNamedAndMended() {
        drop("ip length > 620");
        DeviceProcess b = DeviceProcess.join(lab.host("b"), "narrow", token).awaitReady();
        assertThat(b.process().awaitLog(NAMED, BOUND).group(1)).isEqualTo("536");
        Conversations.awaitReached(b, c);
        Conversations.ping(b, c.ipv4(), 1350);
        b.stop();
    }

    private void reachesWithLargePackets(DeviceProcess a) {
        Conversations.await(
                "large packets pass again",
                BOUND,
                () -> a.host()
                        .exec("ping", "-n", "-c1", "-W1", "-s", "1350", c.ipv4())
                        .succeeded());
    }
}
