package io.mnedc.device;

import static io.mnedc.device.Fixture.ipv4;
import static io.mnedc.device.Fixture.receive;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.device.DeviceStatus.State;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Renew;
import io.mnedc.codec.ErrorCode;
import io.mnedc.device.Fixture.Node;
import io.mnedc.testing.Await;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A device that has an identity, and relays that accept it or not. */
@Timeout(180)
class TlsTest extends InTlsLab {
    /** Has the device's connections cut. */
    private void restart() throws IOException {
        lab.relay = lab.fixture.restart(lab.relay);
    }

    /** Waits until the device tells of a certificate that expires later than that. */
    private static void awaitGoodUntil(Node node, Instant least) throws Exception {
        Await.until(
                "renewed",
                () -> node.device()
                        .snapshot()
                        .certificate()
                        .orElseThrow()
                        .expires()
                        .isAfter(least));
    }

    private long renewals() {
        return lab.gate.asked.stream().filter(Renew.class::isInstance).count();
    }

    @Test
    void relayOfAnotherOverlayIsRefused() throws Exception {
        Node one = lab.joined("one");
        lab.gate.shown = lab.strangers().authority.identity();
        restart();
        one.awaitFailed("not of this overlay");
        assertThat(lab.relay.registrations).hasValue(0);
        lab.gate.shown = null;
        one.awaitReady();
    }

    @Test
    void expiredCertificateOfARelayIsRefused() throws Exception {
        Node one = lab.joined("one");
        lab.ahead.set(Duration.ofDays(370));
        restart();
        one.awaitFailed("expired");
        assertThat(lab.relay.registrations).hasValue(0);
        assertThat(lab.gate.authority.refresh()).isTrue();
        one.awaitReady();
    }

    @Test
    void certificateIsRenewedAtHalfLifeWithoutABreak() throws Exception {
        lab.joined("one").device().close();
        X509Certificate before = lab.store("one").identity().chain().get(0);
        lab.ahead.set(Duration.ofDays(200));
        Node one = lab.device(lab.settings("one"));
        one.awaitReady();
        Await.until(
                "renewed",
                () -> !before.equals(lab.store("one").identity().chain().get(0)));
        Instant expires = lab.clock.instant().plus(Duration.ofDays(360));
        awaitGoodUntil(one, expires);
        assertThat(renewals()).isEqualTo(1);
        assertThat(lab.store("one").identity().chain().get(0).getPublicKey()).isEqualTo(before.getPublicKey());
        // streams are as they were
        assertThat(one.state()).isEqualTo(State.READY);
        assertThat(one.count("reconnects")).isZero();
        assertThat(lab.relay.registrations).hasValue(2);
        assertThat(lab.relay.bindings).hasValue(2);
        // and the new one is good for the next time
        restart();
        Await.until("registered anew", () -> lab.relay.registrations.get() == 1);
        one.awaitReady();
        assertThat(renewals()).isEqualTo(1);
    }

    @Test
    void certificateInItsGraceIsRenewedAtOnce() throws Exception {
        lab.joined("one").device().close();
        lab.ahead.set(Duration.ofDays(600));
        lab.gate.authority.refresh();
        Node one = lab.device(lab.settings("one"));
        Await.until("renewed", () -> renewals() == 1);
        one.awaitReady();
        awaitGoodUntil(one, lab.clock.instant());
    }

    @Test
    void certificateBeyondItsGraceIsRefused() throws Exception {
        lab.joined("one").device().close();
        lab.ahead.set(Duration.ofDays(800));
        lab.gate.authority.refresh();
        lab.device(lab.settings("one")).awaitFailed("(setting join.token)");
    }

    @Test
    void newAuthorityIsTrustedOnceTheRelaySaysSo() throws Exception {
        Node one = lab.joined("one");
        String first = lab.gate.authority.fingerprint();
        String second = lab.gate.authority.add();
        lab.relay.tell("one", lab.gate.credentials(List.of()));
        Await.until(
                "both trusted",
                () -> one.device()
                        .snapshot()
                        .certificate()
                        .orElseThrow()
                        .trusted()
                        .containsAll(List.of(first, second)));
        lab.gate.authority.use(second);
        lab.gate.authority.refresh();
        restart();
        Await.until("registered at the new one", () -> lab.relay.registrations.get() == 1);
        one.awaitReady();
    }

    @Test
    void authorityThatNobodyVouchesForIsNotTrusted() throws Exception {
        Node one = lab.joined("one");
        TestGate strangers = lab.strangers();
        lab.relay.tell("one", strangers.credentials(List.of()));
        lab.relay.tell("one", lab.gate.credentials(List.of()));
        restart();
        Await.until("registered", () -> lab.relay.registrations.get() == 1);
        assertThat(one.device().snapshot().certificate().orElseThrow().trusted())
                .containsExactly(lab.gate.authority.fingerprint());
    }

    @Test
    void revokedDeviceIsToldSoAndComesBackWhenItMay() throws Exception {
        Node one = lab.joined("one");
        lab.gate.authority.revocations().revoke("one", "stolen");
        restart();
        one.awaitFailed("device one is revoked");
        assertThat(lab.relay.registrations).hasValue(0);
        assertThat(lab.gate.authority.revocations().unrevoke("one")).isTrue();
        one.awaitReady();
        assertThat(one.problem()).isEmpty();
    }

    @Test
    void certificateOfAnotherIdIsNamed() throws Exception {
        lab.joined("one").device().close();
        Node two = lab.device(lab.settings("one", Map.of("device.id", "two")));
        two.awaitFailed("the certificate is for one");
        assertThat(two.problem()).contains("(setting device.id)");
    }

    @Test
    void quarantineIsExplained() throws Exception {
        Node one = lab.joined("one");
        restart();
        lab.relay.refusal = ErrorReport.fatal(ErrorCode.QUARANTINED, "two devices took turns");
        one.awaitFailed("two devices took turns");
    }

    @Test
    void relayWithoutTlsIsNamed() throws Exception {
        lab.joined("one").device().close();
        TestRelay naked = lab.fixture.relay();
        Node one = lab.device(Fixture.settings(lab.values("one"), naked));
        Await.until("said", () -> one.problem().contains("security = none"));
        assertThat(naked.heard).isEmpty();
    }

    @Test
    void deviceWithoutTlsIsToldByARelayWithIt() throws Exception {
        Node one = lab.fixture.device("one", lab.relay);
        one.awaitFailed("security = tls");
        assertThat(lab.relay.registrations).hasValue(0);
    }

    @Test
    void securityCanBeTurnedOffAndOnWhileItRuns() throws Exception {
        TestRelay naked = lab.fixture.relay();
        Node one = lab.joined("one");
        one.device().reconfigure(Fixture.settings("one", naked));
        Await.until("naked", () -> naked.has("one"));
        one.awaitReady();
        assertThat(one.device().snapshot().security()).isEqualTo("none");
        assertThat(one.device().snapshot().certificate()).isEmpty();
        one.device().reconfigure(lab.settings("one"));
        Await.until("secure", () -> lab.relay.registrations.get() == 2);
        one.awaitReady();
        assertThat(one.device().snapshot().security()).isEqualTo("tls");
    }

    @Test
    void devicesWhoseClocksAreIn1970MakeKeysWithEachOther() throws Exception {
        InstantSource stuck = () -> Instant.parse("1970-01-01T00:00:10Z");
        Node one = lab.fixture.device(lab.settings("one", lab.gate.token(lab.relay)), stuck);
        one.awaitReady();
        Node two = lab.fixture.device(lab.settings("two", lab.gate.token(lab.relay)), stuck);
        two.awaitReady();
        exchange(one, two);
        assertThat(one.count("sealed.keys")).isEqualTo(1);
        assertThat(two.count("sealed.failures")).isZero();
        // and after the next boot
        two.device().close();
        one.device().close();
        one = lab.fixture.device(lab.settings("one"), stuck);
        two = lab.fixture.device(lab.settings("two"), stuck);
        one.awaitReady();
        two.awaitReady();
        exchange(one, two);
    }

    private static void exchange(Node one, Node two) throws Exception {
        DeviceTest.awaitKnown(one, 1);
        DeviceTest.awaitKnown(two, 1);
        byte[] packet = TestPackets.udp4(ipv4(2), ipv4(3), "hello".getBytes(US_ASCII));
        one.tun().injectPacket(packet);
        assertThat(receive(two)).isEqualTo(packet);
    }

    @Test
    void devicesThatWereStoredForLongTalkOnceTheirCertificatesAreRenewed() throws Exception {
        lab.joined("one").device().close();
        lab.joined("two").device().close();
        lab.ahead.set(Duration.ofDays(600));
        lab.gate.authority.refresh();
        Node one = lab.device(lab.settings("one"));
        Node two = lab.device(lab.settings("two"));
        for (Node node : List.of(one, two)) {
            node.awaitReady();
            awaitGoodUntil(node, lab.clock.instant());
        }
        exchange(one, two);
        assertThat(renewals()).isEqualTo(2);
    }

    @Test
    void renewalLeavesKeysAlone() throws Exception {
        Node one = lab.joined("one");
        Node two = lab.joined("two");
        exchange(one, two);
        lab.ahead.set(Duration.ofDays(200));
        lab.relay.tell("one", lab.gate.credentials(List.of()));
        Instant expires = lab.clock.instant().plus(Duration.ofDays(360));
        awaitGoodUntil(one, expires);
        exchange(one, two);
        assertThat(one.count("sealed.keys")).isEqualTo(1);
    }

    @Test
    void keysEndWithTheTrustInAnAuthority() throws Exception {
        Node one = lab.joined("one");
        Node two = lab.joined("two");
        exchange(one, two);
        String first = lab.gate.authority.fingerprint();
        String second = lab.gate.authority.add();
        lab.relay.tell("one", lab.gate.credentials(List.of()));
        lab.gate.authority.use(second);
        lab.gate.authority.drop(first);
        lab.relay.tell("one", lab.gate.credentials(List.of()));
        Await.until(
                "one trusted",
                () -> one.device()
                        .snapshot()
                        .certificate()
                        .orElseThrow()
                        .trusted()
                        .equals(List.of(second)));
        // the other device's certificate is by the first one
        byte[] packet = TestPackets.udp4(ipv4(2), ipv4(3), new byte[9]);
        Await.until("no keys", () -> {
            // one that is quicker than the end of the keys still leaves under them
            one.tun().injectPacket(packet);
            return one.count("sealed.failures") > 0;
        });
    }
}
