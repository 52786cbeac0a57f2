package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.relay.accept.JoinDelays;
import io.mnedc.relay.trust.RelaySecurity;
import io.mnedc.relay.work.Counter;
import io.mnedc.relay.work.SourceNetwork;
import io.mnedc.security.JoinToken;
import io.mnedc.security.authority.JoinTokens;
import io.mnedc.security.device.DeviceIdentityStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a device without a certificate gets one, and how it does not. */
@Timeout(180)
class EnrolmentTest extends WithOverlay {
    private ControlMessage enrol(String store, String deviceId, JoinToken token) throws Exception {
        return TestOverlay.enrol(relay.address(), overlay.store(store), deviceId, token);
    }

    @Test
    void aTokenGivesACertificateThatJoinsAndItsGroups() throws Exception {
        DeviceIdentityStore store = overlay.enrolled(relay.address(), "a");
        try (PlainDevice device = TestOverlay.joined(relay.address(), store.identity(), "a")) {
            assertThat(device.welcome.node()).isEqualTo(2);
            assertThat(relay.relay().services().sessions().all())
                    .singleElement()
                    .satisfies(session -> assertThat(session.groups()).containsExactly("sensors"));
        }
        assertThat(relay.count(Counter.ENROLMENTS)).isEqualTo(1);
        assertThat(overlay.authority().enrolments().find("a")).isPresent();
    }

    @Test
    void theAuditLogNamesATokenByAllItsDigits() throws Exception {
        JoinToken token = overlay.token(Optional.empty(), 1);
        while (!JoinTokens.name(token.id()).startsWith("0")) {
            token = overlay.token(Optional.empty(), 1);
        }
        String name = "token " + JoinTokens.name(token.id());
        assertThat(enrol("a", "a", token)).isInstanceOf(Credentials.class);

        TestRelay.eventually(() -> Files.readAllLines(directory.resolve("relay/audit.jsonl")).stream()
                .anyMatch(line -> line.contains("\"enrolled\"") && line.contains(name)));
    }

    @Test
    void aWrongSecretIsRefusedLate() throws Exception {
        JoinToken right = overlay.token(Optional.empty(), 1);
        JoinToken wrong = new JoinToken(right.addresses(), right.fingerprint(), right.id(), new byte[32]);
        JoinToken unknown = new JoinToken(right.addresses(), right.fingerprint(), right.id() + 1, right.secret());
        long begin = System.nanoTime();
        assertThat(TestOverlay.code(enrol("a", "a", wrong))).isEqualTo(ErrorCode.JOIN_REFUSED);
        assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(JoinDelays.FIRST.toNanos());
        assertThat(TestOverlay.code(enrol("b", "b", unknown))).isEqualTo(ErrorCode.JOIN_REFUSED);
        assertThat(relay.count(Counter.REFUSED_ENROLMENT)).isEqualTo(2);
        assertThat(enrol("c", "c", right)).isInstanceOf(Credentials.class);
    }

    @Test
    void aTokenWorksAsOftenAsItMayAndAgainForTheSameKey() throws Exception {
        JoinToken token = overlay.token(Optional.empty(), 1);
        assertThat(enrol("a", "a", token)).isInstanceOf(Credentials.class);
        long begin = System.nanoTime();
        assertThat(TestOverlay.code(enrol("b", "b", token))).isEqualTo(ErrorCode.JOIN_USED);
        assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(JoinDelays.FIRST.toNanos());
    }

    @Test
    void whoHangsUpAndDialsAgainWaitsAllTheSame() throws Exception {
        JoinToken right = overlay.token(Optional.empty(), 1);
        JoinToken wrong = new JoinToken(right.addresses(), right.fingerprint(), right.id(), new byte[32]);
        long begin = System.nanoTime();
        try (PlainDevice device = TestOverlay.enrolling(relay.address(), wrong)) {
            device.send(new Enrol(
                    "a",
                    wrong.id(),
                    Opaque.copyOf(wrong.secret()),
                    Opaque.copyOf(overlay.store("a").enrolmentRequest("a", wrong)),
                    "test/1"));
            SourceNetwork source = SourceNetwork.of(relay.address());
            RelaySecurity secured = Objects.requireNonNull(relay.relay().security());
            TestRelay.eventually(() -> !secured.untilNext(source).isZero());
        }
        assertThat(enrol("b", "b", right)).isInstanceOf(Credentials.class);
        assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(JoinDelays.FIRST.toNanos());
    }

    @Test
    void anExpiredTokenIsNamedAsSuch() throws Exception {
        JoinToken token = overlay.token(
                Optional.empty(), 1, InstantSource.fixed(Instant.now().minus(Duration.ofHours(2))));
        long begin = System.nanoTime();
        assertThat(TestOverlay.code(enrol("a", "a", token))).isEqualTo(ErrorCode.JOIN_EXPIRED);
        assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(JoinDelays.FIRST.toNanos());
    }

    @Test
    void anEnrolledIdIsTakenOverOnlyByATokenForIt() throws Exception {
        DeviceIdentityStore first = overlay.enrolled(relay.address(), "a");
        assertThat(TestOverlay.code(enrol("thief", "a", overlay.token(Optional.empty(), 1))))
                .isEqualTo(ErrorCode.ID_TAKEN);
        try (PlainDevice old = TestOverlay.joined(relay.address(), first.identity(), "a")) {
            DeviceIdentityStore second = overlay.store("replacement");
            TestOverlay.enrol(relay.address(), second, "a", overlay.token(Optional.of("a"), 1));
            // its key is no longer the enrolled one
            assertThat(TestOverlay.code(old.await(ErrorReport.class))).isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
            TestOverlay.joined(relay.address(), second.identity(), "a").close();
        }
        assertThat(TestOverlay.refusal(relay.address(), first.identity(), "a"))
                .isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
    }

    @Test
    void withoutItsKeyTheRelayEnrolsNobodyAndLetsTheEnrolledIn() throws Exception {
        DeviceIdentityStore store = overlay.enrolled(relay.address(), "a");
        JoinToken token = overlay.token(Optional.empty(), 1);
        Path key = overlay.directory().resolve("ca.key.pem");
        Path safe = directory.resolve("safe.pem");
        Files.move(key, safe);
        TestRelay.eventually(() -> !relay.authority().issues());
        assertThat(TestOverlay.code(enrol("b", "b", token))).isEqualTo(ErrorCode.ENROLMENT_UNAVAILABLE);
        TestOverlay.joined(relay.address(), store.identity(), "a").close();
        Files.move(safe, key);
        TestRelay.eventually(() -> relay.authority().issues());
        assertThat(enrol("b", "b", token)).isInstanceOf(Credentials.class);
    }

    @Test
    void nothingButEnrolIsTakenOnAnEnrolmentStream() throws Exception {
        try (PlainDevice device = TestOverlay.enrolling(relay.address(), overlay.token(Optional.empty(), 1))) {
            device.send(new Ping(1));
            assertThat(TestOverlay.code(device.receive())).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
        }
        try (PlainDevice device = TestOverlay.enrolling(relay.address(), overlay.token(Optional.empty(), 1))) {
            device.send(device.hello("a", 1));
            assertThat(TestOverlay.code(device.receive())).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
        }
    }

    @Test
    void whoAsksForNothingIsToldInTime() throws Exception {
        relay.restart(overlay.settings().handshake(Duration.ofMillis(500)));
        try (PlainDevice device = TestOverlay.enrolling(relay.address(), overlay.token(Optional.empty(), 1))) {
            assertThat(TestOverlay.code(device.receive())).isEqualTo(ErrorCode.TIMED_OUT);
        }
    }

    @Test
    void eachRefusalOfOneSourceWaitsLongerUpToALimitAndIsForgottenInTheEnd() {
        JoinDelays delays = new JoinDelays();
        SourceNetwork source = new SourceNetwork(1, false);
        assertThat(delays.refused(source, 0)).isEqualTo(Duration.ofSeconds(1));
        assertThat(delays.refused(source, 0)).isEqualTo(Duration.ofSeconds(2));
        assertThat(delays.untilNext(source, Duration.ofMillis(500).toNanos())).isEqualTo(Duration.ofMillis(1500));
        assertThat(delays.untilNext(source, Duration.ofSeconds(3).toNanos())).isZero();
        assertThat(delays.untilNext(new SourceNetwork(2, false), 0)).isZero();
        assertThat(delays.refused(new SourceNetwork(2, false), 0)).isEqualTo(Duration.ofSeconds(1));
        for (int i = 0; i < 100; i++) {
            assertThat(delays.refused(source, 0)).isLessThanOrEqualTo(JoinDelays.LONGEST);
        }
        assertThat(delays.refused(source, Duration.ofMinutes(10).toNanos())).isEqualTo(Duration.ofSeconds(1));
        for (int i = 0; i < 2 * JoinDelays.MOST; i++) {
            delays.refused(new SourceNetwork(100 + i, true), 0);
        }
        assertThat(delays.refused(new SourceNetwork(2, false), 0))
                .as("bounded: the oldest source is forgotten")
                .isEqualTo(Duration.ofSeconds(1));
    }
}
