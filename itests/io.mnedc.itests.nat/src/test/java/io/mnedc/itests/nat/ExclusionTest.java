package io.mnedc.itests.nat;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.Conversations;
import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.Host;
import io.mnedc.lab.NestedNats;
import io.mnedc.lab.RelayProcess;
import io.mnedc.lab.junit.NeedsLab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who may not, or no longer, takes part: by revocation, by rules, for want of a token; with the commands of the launcher. */
@ExtendWith(NeedsLab.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExclusionTest {
    private static final Duration BOUND = Duration.ofSeconds(60);

    private final Path directory = NeedsLab.directory(ExclusionTest.class).toAbsolutePath();
    private NestedNats nats;
    private String others;
    private DeviceProcess a;
    private DeviceProcess b;
    private DeviceProcess c;

    @BeforeAll
    void start() {
        nats = NestedNats.build(directory);
        String press = RelayProcess.token(nats.relay(), "--group", "press", "--id", "a");
        others = RelayProcess.token(nats.relay(), "--uses", "2", "--group", "office");
        RelayProcess.start(nats.relay());
        a = DeviceProcess.join(nats.a(), "a", press);
        b = DeviceProcess.join(nats.b(), "b", others);
        c = DeviceProcess.join(nats.c(), "c", others);
        a.awaitReady();
        b.awaitReady();
        c.awaitReady();
    }

    @AfterAll
    void stop() {
        if (nats != null) {
            nats.close();
        }
    }

    @Test
    void aRevokedDeviceIsOutAtOnceUntilItIsLetInAgain() {
        awaitReached(a, b);

        RelayProcess.administer(nats.relay(), "revoke", "b", "--reason", "stolen");

        Conversations.await("a no longer reaches b", BOUND, () -> !reaches(a, b));
        awaitReached(a, c);
        Conversations.await(
                "b is told why", BOUND, () -> b.process().log().stream().anyMatch(line -> line.contains("revoked")));

        assertThat(RelayProcess.administer(nats.relay(), "devices")).contains("a", "b", "c");
        RelayProcess.administer(nats.relay(), "unrevoke", "b");
        b.stop();
        b.startAgain();
        b.awaitReady();
        awaitReached(a, b);
    }

    @Test
    void aRuleInTheFileSeparatesGroupsWhileTheyTalk() throws IOException {
        Path rules = directory.resolve("relay-relay/identity/rules");
        awaitReached(a, c);
        awaitReached(c, b);

        Files.writeString(rules, "# the press talks to nobody in the office\ndeny group:press group:office\n");

        Conversations.await("a no longer reaches c", BOUND, () -> !reaches(a, c));
        // the office among itself
        awaitReached(c, b);

        Files.delete(rules);
        awaitReached(a, c);
    }

    @Test
    void aUsedTokenLetsNobodyElseIn() {
        Host host = nats.c();

        DeviceProcess intruder = DeviceProcess.join(host, "intruder", others, "--tun", "intruder");

        Conversations.await(
                "it is told why",
                BOUND,
                () -> intruder.process().log().stream().anyMatch(line -> line.contains("has been used")));
        assertThat(host.exec("ip", "-o", "link").output()).doesNotContain("intruder");
        assertThat(RelayProcess.administer(nats.relay(), "devices")).doesNotContain("intruder");
        intruder.stop();
    }

    private static void awaitReached(DeviceProcess from, DeviceProcess to) {
        Conversations.await(from.name() + " reaches " + to.name(), BOUND, () -> reaches(from, to));
    }

    private static boolean reaches(DeviceProcess from, DeviceProcess to) {
        return from.host().exec("ping", "-n", "-c1", "-W1", to.ipv4()).succeeded();
    }
}
