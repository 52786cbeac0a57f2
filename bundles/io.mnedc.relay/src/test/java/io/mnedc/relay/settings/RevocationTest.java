package io.mnedc.relay.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Preamble.StreamKind;
import io.mnedc.relay.PlainDevice;
import io.mnedc.relay.TestOverlay;
import io.mnedc.relay.TestRelay;
import io.mnedc.relay.work.Counter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class RevocationTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path temporary;

    private Path directory = Path.of("");

    @BeforeEach
    void choose() {
        directory = temporary.resolve("relay");
    }

    private static ErrorReport refusal(TestRelay relay, String id) throws IOException {
        try (PlainDevice device = new PlainDevice(relay.address())) {
            device.sendPreamble(StreamKind.CONTROL);
            device.send(device.hello(id, 1));
            device.receivePreamble();
            return (ErrorReport) device.receive();
        }
    }

    @Test
    void aRevokedDeviceIsSentAwayItsPeersHearItAndItDoesNotComeBack() throws Exception {
        try (TestRelay relay = TestRelay.with(Policy.DEFAULT, directory);
                PlainDevice thief = relay.joined("stolen");
                PlainDevice peer = relay.joined("peer")) {
            peer.await(Announce.class);
            relay.relay().services().access().revoke("stolen", "left in a taxi");
            ErrorReport told = thief.awaitEnd();
            assertThat(told.code()).isEqualTo(ErrorCode.REVOKED.number());
            assertThat(told.fatal()).isTrue();
            assertThat(told.sentence())
                    .as("not the reason: it may say too much")
                    .doesNotContain("taxi");
            assertThat(thief.data.getInputStream().read())
                    .as("the data stream ends")
                    .isEqualTo(-1);
            assertThat(peer.await(Announce.class).changes()).containsExactly(new Change.Absent("stolen"));
            assertThat(refusal(relay, "stolen").code()).isEqualTo(ErrorCode.REVOKED.number());
            assertThat(relay.count(Counter.REFUSED_REVOKED)).isEqualTo(2);
        }
        assertThat(Files.readString(directory.resolve("audit.jsonl")))
                .containsPattern("revoked.*stolen.*left in a taxi");
    }

    @Test
    void aDeviceThatIsDisconnectedMayComeBack() throws Exception {
        try (TestRelay relay = TestRelay.with(Policy.DEFAULT, directory);
                PlainDevice device = relay.joined("a")) {
            assertThat(relay.relay().services().access().disconnect("b")).isFalse();
            assertThat(relay.relay().services().access().disconnect("a")).isTrue();
            ErrorReport told = device.awaitEnd();
            assertThat(told.code()).isEqualTo(ErrorCode.DISCONNECTED.number());
            assertThat(told.fatal()).isTrue();
            assertThat(told.retryMillis()).isZero();
            assertThat(told.sentence()).contains("administrator", "may connect again");
            try (PlainDevice again = relay.joined("a")) {
                assertThat(again.welcome.node()).isEqualTo(device.welcome.node());
            }
        }
        String log = Files.readString(directory.resolve("audit.jsonl"));
        assertThat(log)
                .containsPattern(
                        "joined.*\n.*\"event\":\"disconnected\",\"device\":\"a\",\"remote\":\"127.0.0.1:\\d+\","
                                + "\"detail\":\"by the administrator.*\n.*left.*\n.*joined");
        assertThat(log).as("nobody was there").doesNotContain("\"b\"");
    }

    @Test
    void aRevocationSurvivesARestartAndCanBeUndone() throws Exception {
        try (TestRelay relay = TestRelay.with(Policy.DEFAULT, directory)) {
            relay.relay().services().access().revoke("a", "");
        }
        try (TestRelay relay = TestRelay.with(Policy.DEFAULT, directory)) {
            assertThat(refusal(relay, "a").code()).isEqualTo(ErrorCode.REVOKED.number());
            assertThat(relay.relay().services().access().unrevoke("a")).isTrue();
            assertThat(relay.relay().services().access().unrevoke("a")).isFalse();
            try (PlainDevice again = relay.joined("a")) {
                assertThat(again.welcome.node()).isEqualTo(2);
            }
        }
    }

    @Test
    void whoCameInBetweenTwoLooksIsSentAwayThoughItsRevocationIsOld() throws Exception {
        TestOverlay overlay = new TestOverlay(temporary);
        try (TestRelay relay = TestRelay.with(overlay.settings())) {
            var identity = overlay.identity("a", Instant.now());
            relay.relay().services().access().revoke("a", "stolen");
            // as an editor does that takes the line out and puts it in again: access control need not have seen either
            var list = relay.authority().revocations();
            for (int i = 0; i < 3; i++) {
                list.unrevoke("a");
                try (PlainDevice device = TestOverlay.joined(relay.address(), identity, "a")) {
                    list.revoke("a", "stolen");
                    assertThat(device.awaitEnd().code()).isEqualTo(ErrorCode.REVOKED.number());
                }
            }
        }
    }

    @Test
    void theFileIsReadWhileTheRelayRuns() throws Exception {
        Path file = directory.resolve("revoked");
        try (TestRelay relay = TestRelay.with(Policy.DEFAULT, directory);
                PlainDevice a = relay.joined("a")) {
            Files.writeString(file, "# by hand\na 2026-01-02T03:04:05Z stolen\n");
            assertThat(a.awaitEnd().code()).isEqualTo(ErrorCode.REVOKED.number());
            Files.delete(file);
            TestRelay.eventually(
                    () -> relay.relay().services().access().refusal("a").isEmpty());
        }
        assertThat(Files.readString(directory.resolve("audit.jsonl"))).containsSubsequence("revoked", "unrevoked");
    }
}
