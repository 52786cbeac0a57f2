package io.mnedc.relay.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.identity.IdentityProvider;
import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Renew;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Preamble.StreamKind;
import io.mnedc.relay.PlainDevice;
import io.mnedc.relay.TestOverlay;
import io.mnedc.relay.TestRelay;
import io.mnedc.relay.WithOverlay;
import io.mnedc.relay.session.Session;
import io.mnedc.security.OverlayTls;
import io.mnedc.security.OverlayTrust;
import io.mnedc.security.TimeFloor;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.security.device.DeviceIdentityStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whom a secured relay lets in by certificate, and what it does with certificates of those who are in. */
@Timeout(180)
public class CertificatesTest extends WithOverlay {
    private static final byte[] HI = {1, 2, 3};

    @Override
    protected void prepare() throws Exception {
        // an authority from then can have issued certificates then
        overlay.authority(InstantSource.fixed(Instant.now().minus(Duration.ofDays(1500))));
    }

    private ErrorCode refusal(Identity identity, String deviceId) throws Exception {
        return TestOverlay.refusal(relay.address(), identity, deviceId);
    }

    @Test
    void devicesJoinByCertificateAndTalk() throws Exception {
        try (PlainDevice a = TestOverlay.joined(relay.address(), overlay.identity("a", Instant.now()), "a");
                PlainDevice b = TestOverlay.joined(relay.address(), overlay.identity("b", Instant.now()), "b")) {
            a.sendFrame(b.welcome.node(), HI);
            assertThat(PlainDevice.payload(b.receiveFrame())).isEqualTo(HI);
        }
        assertThat(relay.relay().status().snapshot().security()).isEqualTo("tls");
    }

    @Test
    void theRelayTellsTimeAndTrustBehindTheSnapshot() throws Exception {
        try (PlainDevice a = TestOverlay.joined(relay.address(), overlay.identity("a", Instant.now()), "a")) {
            assertThat(a.receive()).isInstanceOf(Announce.class);
            Credentials told = (Credentials) a.receive();
            assertThat(told.chain()).isEmpty();
            assertThat(told.trusted()).hasSize(1);
            assertThat(Instant.ofEpochMilli(told.timeMillis()))
                    .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
        }
    }

    @Test
    void aCertificateOfAnotherOverlayIsRefusedWithASentence() throws Exception {
        TestOverlay other = new TestOverlay(directory.resolve("other"));
        Identity foreign = other.identity("a", Instant.now());
        Identity mixed = new Identity(
                foreign.key(),
                foreign.chain(),
                overlay.identity("x", Instant.now()).trusted());
        assertThat(refusal(mixed, "a")).isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
        assertThat(relay.count(Counter.REFUSED_CERTIFICATE)).isEqualTo(1);
        assertThat(relay.relay().services().sessions().all()).isEmpty();
    }

    @Test
    void noCertificateIsRefused() throws Exception {
        Identity known = overlay.identity("x", Instant.now());
        try (PlainDevice device = new PlainDevice(
                relay.address(),
                OverlayTls.context(
                        null,
                        OverlayTrust.relayTrust(
                                known.trusted(), "127.0.0.1", TimeFloor.inMemory(InstantSource.system()))),
                OverlayTls.CONTROL)) {
            device.receivePreamble();
            ErrorReport report = (ErrorReport) device.receive();
            assertThat(TestOverlay.code(report)).isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
            assertThat(report.sentence()).contains("token");
        }
    }

    @Test
    void anExpiredCertificateLetsInWithinTheGraceAndNotAfterIt() throws Exception {
        Identity stored = overlay.identity("a", Instant.now().minus(Duration.ofDays(365 + 300)));
        TestOverlay.joined(relay.address(), stored, "a").close();
        Identity forgotten = overlay.identity("b", Instant.now().minus(Duration.ofDays(365 + 500)));
        assertThat(refusal(forgotten, "b")).isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
        relay.become(overlay.settings().grace(Duration.ZERO));
        assertThat(refusal(stored, "a")).isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
    }

    @Test
    void revocationEndsTheGrace() throws Exception {
        Identity stored = overlay.identity("a", Instant.now().minus(Duration.ofDays(365 + 300)));
        overlay.authority().revocations().revoke("a", "stolen from the store");
        assertThat(refusal(stored, "a")).isEqualTo(ErrorCode.REVOKED);
        overlay.authority().revocations().unrevoke("a");
        TestOverlay.joined(relay.address(), stored, "a").close();
    }

    @Test
    void groupsAreThoseOfTheEnrolmentNotThoseOfAnOlderCertificate() throws Exception {
        DeviceIdentityStore store = overlay.enrolled(relay.address(), "a");
        assertThat(groupsOf("a", store.identity())).containsExactly("sensors");
        Path record = overlay.directory().resolve("devices").resolve("a");
        Files.writeString(record, Files.readString(record).replaceAll("(?m)^groups=.*$", "groups="));
        assertThat(groupsOf("a", store.identity())).isEmpty();
    }

    private Set<String> groupsOf(String deviceId, Identity identity) throws Exception {
        try (PlainDevice device = TestOverlay.joined(relay.address(), identity, deviceId)) {
            assertThat(device.welcome.node()).isEqualTo(2);
            return Objects.requireNonNull(relay.relay().services().sessions().ofDevice(deviceId))
                    .groups();
        }
    }

    @Test
    void theIdMustBeTheCertificates() throws Exception {
        Identity identity = overlay.identity("a", Instant.now());
        try (PlainDevice device = TestOverlay.dial(relay.address(), identity)) {
            device.sendPreamble(StreamKind.CONTROL);
            device.send(device.hello("b", 1));
            device.receivePreamble();
            ErrorReport report = (ErrorReport) device.receive();
            assertThat(TestOverlay.code(report)).isEqualTo(ErrorCode.ID_MISMATCH);
            assertThat(report.sentence()).contains("device.id = a");
        }
    }

    @Test
    void aRevokedDeviceIsRefused() throws Exception {
        Identity identity = overlay.identity("a", Instant.now());
        overlay.authority().revocations().revoke("a", "stolen");
        assertThat(refusal(identity, "a")).isEqualTo(ErrorCode.REVOKED);
    }

    @Test
    void aCertificateIsRenewedWithoutABreak() throws Exception {
        DeviceIdentityStore store = overlay.enrolled(relay.address(), "a");
        try (PlainDevice a = TestOverlay.joined(relay.address(), store.identity(), "a");
                PlainDevice b = TestOverlay.joined(relay.address(), overlay.identity("b", Instant.now()), "b")) {
            a.await(Credentials.class);
            var before = store.identity().chain().get(0);
            a.send(new Renew(Opaque.copyOf(store.renewalRequest("a"))));
            assertThat(store.update(TestOverlay.stored(a.await(Credentials.class))))
                    .isTrue();
            assertThat(store.identity().chain().get(0)).isNotEqualTo(before);
            assertThat(store.identity().chain().get(0).getPublicKey()).isEqualTo(before.getPublicKey());
            a.sendFrame(b.welcome.node(), HI);
            assertThat(PlainDevice.payload(b.receiveFrame())).isEqualTo(HI);
            assertThat(relay.count(Counter.RENEWALS)).isEqualTo(1);
        }
        TestOverlay.joined(relay.address(), store.identity(), "a").close();
    }

    @Test
    void aRenewalForAnotherKeyIsANoticeAndTheSessionGoesOn() throws Exception {
        DeviceIdentityStore store = overlay.enrolled(relay.address(), "a");
        DeviceIdentityStore other = overlay.enrolled(relay.address(), "b");
        try (PlainDevice a = TestOverlay.joined(relay.address(), store.identity(), "a")) {
            a.await(Credentials.class);
            a.send(new Renew(Opaque.copyOf(other.renewalRequest("b"))));
            ErrorReport notice = a.await(ErrorReport.class);
            assertThat(TestOverlay.code(notice)).isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
            assertThat(notice.fatal()).isFalse();
            a.send(new Renew(Opaque.copyOf(store.renewalRequest("a"))));
            assertThat(a.await(Credentials.class).chain()).isNotEmpty();
        }
    }

    @Test
    void anotherAuthorityIsToldToThoseWhoAreThereAndOneThatIsDroppedEndsItsCertificates() throws Exception {
        DeviceIdentityStore store = overlay.enrolled(relay.address(), "a");
        Identity lazy = overlay.identity("lazy", Instant.now());
        OverlayAuthority beside = overlay.authority();
        String first = beside.fingerprint();
        try (PlainDevice a = TestOverlay.joined(relay.address(), store.identity(), "a");
                PlainDevice b = TestOverlay.joined(relay.address(), lazy, "lazy")) {
            assertThat(a.await(Credentials.class).trusted()).hasSize(1);
            String second = beside.add();
            Credentials pushed = a.await(Credentials.class);
            assertThat(pushed.chain()).isEmpty();
            store.update(TestOverlay.stored(pushed));
            assertThat(store.identity().trusted()).hasSize(2);

            beside.use(second);
            TestRelay.eventually(() -> relay.authority().fingerprint().equals(second));
            a.send(new Renew(Opaque.copyOf(store.renewalRequest("a"))));
            Credentials renewed = a.await(Credentials.class);
            while (renewed.chain().isEmpty()) {
                renewed = a.await(Credentials.class);
            }
            store.update(TestOverlay.stored(renewed));
            a.control.close();
            try (PlainDevice again = TestOverlay.joined(relay.address(), store.identity(), "a")) {
                beside.drop(first);
                ErrorReport gone = b.await(ErrorReport.class);
                assertThat(TestOverlay.code(gone)).isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
                assertThat(relay.relay().services().sessions().all())
                        .extracting(Session::deviceId)
                        .containsExactly("a");
                assertThat(again.welcome.node()).isEqualTo(2);
            }
        }
    }

    @Test
    void anIdentityMayComeFromAServiceAndChangeWithoutARestart() throws Exception {
        // another overlay stands for a PKI that others run
        TestOverlay elsewhere = new TestOverlay(directory.resolve("elsewhere"));
        OverlayAuthority pki = elsewhere.authority();
        Identity device = elsewhere.identity("a", Instant.now());
        relay.restart(overlay.settings().identityProvider("vault"));
        try (PlainDevice late = new PlainDevice(relay.address())) {
            late.control.getOutputStream().write(new byte[] {0x16, 3, 1});
            assertThat(late.control.getInputStream().read())
                    .as("no identity, no handshake")
                    .isEqualTo(-1);
        }
        IdentityProvider vault = pki;
        var reference = relay.supply("vault", 1, vault);
        try (PlainDevice a = TestOverlay.joined(relay.address(), device, "a")) {
            assertThat(a.await(Credentials.class).trusted())
                    .as("trust is not the relay's to say")
                    .isEmpty();
            a.send(new Renew(Opaque.copyOf(new byte[10])));
            assertThat(TestOverlay.code(a.await(ErrorReport.class))).isEqualTo(ErrorCode.ENROLMENT_UNAVAILABLE);
            relay.withdraw(reference);
            TestOverlay third = new TestOverlay(directory.resolve("third"));
            OverlayAuthority next = third.authority();
            relay.supply("vault", 1, next);
            TestOverlay.joined(relay.address(), third.identity("c", Instant.now()), "c")
                    .close();
            assertThat(TestOverlay.code(a.await(ErrorReport.class)))
                    .as("whom nobody trusts any more has to go")
                    .isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
        }
    }
}
