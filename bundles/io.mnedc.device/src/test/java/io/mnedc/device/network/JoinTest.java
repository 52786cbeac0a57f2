package io.mnedc.device.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.device.DeviceStatus.State;
import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.device.Fixture;
import io.mnedc.device.Fixture.Node;
import io.mnedc.device.InTlsLab;
import io.mnedc.device.TestGate;
import io.mnedc.device.TestRelay;
import io.mnedc.security.JoinToken;
import io.mnedc.testing.Await;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a device joins: real sockets, real TLS, a real authority. */
@Timeout(180)
class JoinTest extends InTlsLab {
    private long enrolments() {
        return lab.gate.asked.stream().filter(Enrol.class::isInstance).count();
    }

    @Test
    void joinsByATokenAndRegisters() throws Exception {
        Node one = lab.joined("one", "press");
        var snapshot = one.device().snapshot();
        assertThat(snapshot.security()).isEqualTo("tls");
        assertThat(snapshot.problem()).isEmpty();
        assertThat(snapshot.certificate().orElseThrow().trusted()).containsExactly(lab.gate.authority.fingerprint());
        assertThat(snapshot.certificate().orElseThrow().expires())
                .isBetween(
                        Instant.now().plus(Duration.ofDays(360)), Instant.now().plus(Duration.ofDays(370)));
        assertThat(lab.store("one").deviceId()).contains("one");
        assertThat(enrolments()).isEqualTo(1);
    }

    @Test
    void nobodyElseMayReadWhatItKeepsAndTheTokenIsNotThere() throws Exception {
        JoinToken token = lab.gate.token(lab.relay);
        lab.device(lab.settings("one", token)).awaitReady();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(lab.home("one"))))
                .isEqualTo("rwx------");
        // the last that it writes
        Await.until("remembered", () -> Files.exists(lab.home("one").resolve(KnownNetwork.FILE)));
        try (Stream<Path> files = Files.list(lab.home("one"))) {
            for (Path file : files.toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .isEqualTo("rw-------");
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain(token.text());
            }
        }
    }

    @Test
    void relayThatSoonMakesCertificatesAgainIsAskedAgain() throws Exception {
        lab.gate.refusals.add(new ErrorReport(
                ErrorCode.ENROLMENT_UNAVAILABLE.number(), "no relay with the CA key is reached", true, 1_000));
        Node one = lab.device(lab.settings("one", lab.gate.token(lab.relay)));
        Await.until(
                "it says why it waits",
                () -> one.device().snapshot().problem().orElse("").contains("no relay with the CA key is reached"));
        one.awaitReady();
        assertThat(enrolments()).isEqualTo(2);
    }

    @Test
    void secondStartNeedsNoTokenAndNoRelays() throws Exception {
        lab.joined("one").device().close();
        Map<String, Object> values = lab.values("one");
        Node again = lab.device(Fixture.settings(values));
        again.awaitReady();
        assertThat(again.device().snapshot().relays())
                .containsExactly(lab.relay.address().toString());
        assertThat(enrolments()).isEqualTo(1);
    }

    @Test
    void usedTokenIsIgnoredByWhoHasJoined() throws Exception {
        JoinToken token = lab.gate.token(lab.relay);
        Node one = lab.device(lab.settings("one", token));
        one.awaitReady();
        one.device().close();
        lab.device(lab.settings("one", token)).awaitReady();
        assertThat(enrolments()).isEqualTo(1);
    }

    private void handOver(String id, String text) throws Exception {
        Files.createDirectories(
                lab.home(id), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(lab.home(id).resolve("join-token"), text);
    }

    @Test
    void tokenThatIsHandedOverAsAFileIsGoneOnceItHasBeenUsed() throws Exception {
        JoinToken token = lab.gate.token(lab.relay);
        handOver("one", token.text() + "\n");
        Node one = lab.device(Fixture.settings(lab.values("one")));
        one.awaitReady();
        one.device().close();
        assertThat(lab.home("one").resolve("join-token")).doesNotExist();
        try (Stream<Path> files = Files.list(lab.home("one"))) {
            for (Path file : files.toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain(token.text());
            }
        }
        // as by a unit file that names it at each start
        handOver("one", token.text() + "\n");
        Node again = lab.device(Fixture.settings(lab.values("one")));
        again.awaitReady();
        assertThat(lab.home("one").resolve("join-token")).doesNotExist();
        assertThat(enrolments()).isEqualTo(1);
    }

    @Test
    void tokenThatIsHandedOverCountsBeforeThatOfTheSettings() throws Exception {
        JoinToken used = lab.gate.token(lab.relay);
        lab.device(lab.settings("one", used)).awaitReady();
        TokenRequest again = new TokenRequest(Optional.of("two"), Set.of("welders"), Duration.ofHours(1), 1, List.of());
        handOver("two", lab.gate.token(lab.relay, again).text());
        lab.device(lab.settings("two", used)).awaitReady();
        assertThat(lab.gate.authority.enrolments().find("two").orElseThrow().groups())
                .containsExactly("welders");
        assertThat(lab.home("two").resolve("join-token")).doesNotExist();
    }

    @Test
    void damagedTokenThatIsHandedOverDoesNotTakeTheIdentityAway() throws Exception {
        lab.joined("one").device().close();
        handOver("one", "mnedc1-half");
        Path token = lab.home("one").resolve("join-token");
        // a younger one may still be being written
        Files.setLastModifiedTime(token, FileTime.from(Instant.now().minusSeconds(3600)));
        lab.device(lab.settings("one")).awaitReady();
        assertThat(token).doesNotExist();
    }

    @Test
    void damagedTokenThatWasWrittenJustNowIsGoneAMomentLaterFromADeviceThatIsReady() throws Exception {
        lab.joined("one").device().close();
        handOver("one", "mnedc1-half");
        Path token = lab.home("one").resolve("join-token");
        Node one = lab.device(lab.settings("one"));
        one.awaitReady();
        Await.until("deleted", () -> Files.notExists(token));
        one.awaitReady();
        assertThat(lab.relay.registrations).hasValue(2);
    }

    @Test
    void tokenThatIsWrittenInPiecesIsTakenFromADeviceThatIsReady() throws Exception {
        lab.joined("one").device().close();
        TokenRequest again = new TokenRequest(Optional.of("one"), Set.of("welders"), Duration.ofHours(1), 1, List.of());
        String text = lab.gate.token(lab.relay, again).text();
        handOver("one", text.substring(0, 20));
        Path token = lab.home("one").resolve("join-token");
        // young for long enough on a slow machine, too
        Files.setLastModifiedTime(token, FileTime.from(Instant.now().plusSeconds(1)));
        lab.device(lab.settings("one")).awaitReady();
        Files.writeString(token, text);
        Await.until("joined anew", () -> enrolments() == 2 && lab.relay.registrations.get() == 3);
        assertThat(token).doesNotExist();
    }

    @Test
    void relaysMayBeThoseOfTheToken() throws Exception {
        Map<String, Object> values = lab.values("one");
        values.put("join.token", lab.gate.token(lab.relay).text());
        lab.device(Fixture.settings(values)).awaitReady();
    }

    @Test
    void withoutATokenItSaysWhatToSetAndJoinsOnceItHasOne() throws Exception {
        Node one = lab.device(lab.settings("one"));
        one.awaitFailed("set join.token");
        assertThat(lab.relay.connections).hasValue(0);
        one.device().reconfigure(lab.settings("one", lab.gate.token(lab.relay)));
        one.awaitReady();
    }

    @Test
    void anotherTokenMakesItJoinAnewWhileItRuns() throws Exception {
        Node one = lab.joined("one");
        TokenRequest again = new TokenRequest(Optional.of("one"), Set.of("welders"), Duration.ofHours(1), 1, List.of());
        one.device().reconfigure(lab.settings("one", lab.gate.token(lab.relay, again)));
        Await.until("joined anew", () -> enrolments() == 2 && lab.relay.registrations.get() == 2);
        one.awaitReady();
        assertThat(lab.gate.authority.enrolments().find("one").orElseThrow().groups())
                .containsExactly("welders");
    }

    @Test
    void whoJoinsAnewTakesTheNetworkOfThatRelay() throws Exception {
        Node one = lab.device(lab.settings("one", lab.gate.token(lab.relay)));
        one.awaitReady();
        Path remembered = lab.home("one").resolve(KnownNetwork.FILE);
        Await.until("remembered", () -> Files.exists(remembered));

        lab.relay.network = 0x0a010000;
        TokenRequest again = new TokenRequest(Optional.of("one"), Set.of(), Duration.ofHours(1), 1, List.of());
        one.device().reconfigure(lab.settings("one", lab.gate.token(lab.relay, again)));
        Await.until("joined anew", () -> enrolments() == 2);
        Await.until("ready there", () -> one.device().snapshot().addresses().contains("10.1.0.2/24"));
        one.awaitReady();
        Await.until(
                "remembered",
                () -> Files.exists(remembered) && Files.readString(remembered).startsWith("10.1.0.0/24,"));
    }

    @Test
    void tokenThatIsRefusedDoesNotTakeTheIdentityAway() throws Exception {
        JoinToken used = lab.gate.token(lab.relay);
        lab.device(lab.settings("two", used)).awaitReady();
        lab.joined("one").device().close();
        Node one = lab.device(lab.settings("one", used));
        one.awaitReady();
        one.device().close();
    }

    @Test
    void tokenWhoseRelayIsAwayDoesNotTakeTheIdentityAway() throws Exception {
        TestRelay gone = lab.fixture.relay();
        String away = gone.address().toString();
        gone.close();
        lab.joined("one").device().close();
        JoinToken token = lab.gate.token(lab.relay);
        JoinToken elsewhere =
                new JoinToken(List.of(away), lab.strangers().authority.fingerprint(), token.id(), token.secret());
        Map<String, Object> values = lab.values("one");
        values.put("join.token", elsewhere.text());
        Node one = lab.device(Fixture.settings(values));
        one.awaitReady();
        assertThat(enrolments()).isEqualTo(1);
    }

    @Test
    void wrongSecretIsRefusedAndNotTriedAgainSoon() throws Exception {
        JoinToken token = lab.gate.token(lab.relay);
        JoinToken wrong = new JoinToken(token.addresses(), token.fingerprint(), token.id(), new byte[32]);
        Node one = lab.device(lab.settings("one", wrong));
        one.awaitFailed("join.token");
        assertThat(enrolments()).isEqualTo(1);
        assertThat(one.problem()).doesNotContain(wrong.text());
        // the right one at once
        one.device().reconfigure(lab.settings("one", token));
        one.awaitReady();
        assertThat(enrolments()).isEqualTo(2);
    }

    @Test
    void expiredTokenIsRefused() throws Exception {
        JoinToken token = lab.gate.token(
                lab.relay, new TokenRequest(Optional.empty(), Set.of(), Duration.ofHours(1), 1, List.of()));
        lab.ahead.set(Duration.ofHours(2));
        lab.device(lab.settings("one", token)).awaitFailed("expired");
    }

    @Test
    void usedUpTokenIsRefused() throws Exception {
        JoinToken token = lab.gate.token(lab.relay);
        lab.device(lab.settings("one", token)).awaitReady();
        Node two = lab.device(lab.settings("two", token));
        two.awaitFailed("used");
        assertThat(two.problem()).contains("(setting join.token)");
    }

    @Test
    void idOfAnotherDeviceIsRefused() throws Exception {
        lab.joined("one");
        Map<String, Object> values = lab.values("one");
        values.put("data.dir", lab.home("copy").toString());
        values.put("join.token", lab.gate.token(lab.relay).text());
        lab.device(Fixture.settings(values, lab.relay)).awaitFailed("is enrolled with another key");
    }

    @Test
    void relayThatIsNotTheTokensHearsNothing() throws Exception {
        TestGate strangers = lab.strangers();
        TestRelay middle = lab.fixture.relay(strangers);
        JoinToken token = lab.gate.token(lab.relay);
        JoinToken diverted =
                new JoinToken(List.of(middle.address().toString()), token.fingerprint(), token.id(), token.secret());
        Map<String, Object> values = lab.values("one");
        values.put("join.token", diverted.text());
        Node one = lab.device(Fixture.settings(values));
        one.awaitFailed(token.fingerprint());
        assertThat(middle.connections.get()).isPositive();
        assertThat(strangers.asked).isEmpty();
        assertThat(lab.store("one").stored()).isEmpty();
    }

    @Test
    void nextRelayOfTheTokenIsAskedIfTheFirstIsAway() throws Exception {
        TestRelay gone = lab.fixture.relay();
        String address = gone.address().toString();
        gone.close();
        JoinToken token = lab.gate.token(
                lab.relay,
                new TokenRequest(
                        Optional.empty(),
                        Set.of(),
                        Duration.ofHours(1),
                        1,
                        List.of(address, lab.relay.address().toString())));
        Map<String, Object> values = lab.values("one");
        values.put("join.token", token.text());
        lab.device(Fixture.settings(values)).awaitReady();
    }

    @Test
    void joinsWhenTheRelayComesBack() throws Exception {
        JoinToken token = lab.gate.token(lab.relay);
        lab.relay.close();
        Node one = lab.device(lab.settings("one", token));
        Await.until("refused", () -> one.problem().contains("refused"));
        assertThat(one.state()).isEqualTo(State.CONNECTING);
        lab.relay = lab.fixture.restart(lab.relay);
        one.awaitReady();
    }

    @Test
    void clockIn1970DoesNotKeepItOut() throws Exception {
        Instant boot = Instant.parse("1970-01-01T00:00:10Z");
        InstantSource stuck = () -> boot;
        Node one = lab.fixture.device(lab.settings("one", lab.gate.token(lab.relay)), stuck);
        one.awaitReady();
        Await.until("the time is kept", () -> Files.exists(lab.home("one").resolve("time-floor")));
        one.device().close();
        // its own certificate counts as valid, and the relay's time is known, before it is told again
        assertThat(lab.store("one").floor().now()).isAfter(Instant.now().minus(Duration.ofDays(1)));
        lab.fixture.device(lab.settings("one"), stuck).awaitReady();
    }

    @Test
    void directoryThatOthersCanReadIsRefusedWithTheCure() throws Exception {
        Files.createDirectory(
                lab.home("one"), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        lab.device(lab.settings("one", lab.gate.token(lab.relay))).awaitFailed("chmod 700");
        assertThat(enrolments()).isZero();
    }
}
