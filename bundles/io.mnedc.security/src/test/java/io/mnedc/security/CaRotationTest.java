package io.mnedc.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.identity.Identity;
import io.mnedc.files.PrivateFiles;
import io.mnedc.security.authority.Issuer;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.security.device.DeviceIdentityStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One CA takes the place of another while devices come and go. */
class CaRotationTest {
    @TempDir
    private Path directory;

    private TestOverlay overlay;
    private String old;

    @BeforeEach
    void relay() throws Exception {
        overlay = new TestOverlay(directory.resolve("relay"));
        old = overlay.authority.fingerprint();
    }

    private static void believes(Set<X509Certificate> trusted, TestOverlay overlay) throws Exception {
        OverlayTrust.check(
                overlay.authority.identity().chain(), Role.RELAY, trusted, overlay.clock.instant(), Duration.ZERO);
    }

    @Test
    void aRunningRelayFollowsWhatAnotherProcessDoesAndNobodyIsCutOff() throws Exception {
        Identity before = overlay.device("before");
        OverlayAuthority command = overlay.open();

        String added = command.add();
        assertThat(overlay.authority.refresh()).as("devices are to be told").isTrue();
        assertThat(overlay.authority.fingerprint()).isEqualTo(old);
        assertThat(overlay.authority.authorities())
                .extracting(OverlayCa::fingerprint)
                .containsExactly(old, added);

        assertThatThrownBy(() -> command.use(added.substring(0, 7)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("first 8 digits");
        command.use(added.substring(0, 8));
        assertThat(overlay.authority.refresh()).isTrue();
        assertThat(overlay.authority.fingerprint()).isEqualTo(added);
        Identity after = overlay.device("after");
        assertThat(overlay.authority.admit(before.chain(), Duration.ZERO).deviceId())
                .isEqualTo("before");
        assertThat(overlay.authority.admit(after.chain(), Duration.ZERO).deviceId())
                .isEqualTo("after");
        believes(before.trusted(), overlay);
        believes(after.trusted(), overlay);

        command.drop(old);
        assertThat(overlay.authority.refresh()).isTrue();
        assertThatThrownBy(() -> overlay.authority.admit(before.chain(), Duration.ZERO))
                .hasMessageContaining("not of this overlay");
        assertThat(overlay.authority.admit(after.chain(), Duration.ZERO).deviceId())
                .isEqualTo("after");
        assertThat(overlay.authority.trusted()).hasSize(1);
        assertThat(Files.exists(overlay.directory.resolve("ca-" + old.substring(0, 16) + ".key.pem")))
                .isFalse();
    }

    @Test
    void aTokenMadeBeforeTheRotationIsGoodAfterIt() throws Exception {
        JoinToken token = overlay.token(TestOverlay.forAnyDevice(1));
        overlay.authority.use(overlay.authority.add());
        var relay = overlay.authority.identity().chain().toArray(new X509Certificate[0]);
        TimeFloor floor = TimeFloor.inMemory(overlay.clock);
        assertThatCode(() -> OverlayTrust.pinned(token.fingerprint(), floor).checkServerTrusted(relay, "UNKNOWN"))
                .doesNotThrowAnyException();
        DeviceIdentityStore device = DeviceIdentityStore.open(directory.resolve("device"), overlay.clock);
        byte[] request = device.enrolmentRequest("d", token);
        device.enrolled(
                overlay.authority
                        .enrol(token.id(), token.secret(), "d", request)
                        .credentials(),
                token);
        assertThat(device.identity().trusted())
                .as("the new CA by the old one's word")
                .hasSize(2);
    }

    @Test
    void aDeviceFollowsTheRelayToANewCaThatTheOldOneVouchesFor() throws Exception {
        JoinToken token = overlay.token(TestOverlay.forAnyDevice(1));
        DeviceIdentityStore device = DeviceIdentityStore.open(directory.resolve("device"), overlay.clock);
        device.enrolled(
                overlay.authority
                        .enrol(token.id(), token.secret(), "d", device.enrolmentRequest("d", token))
                        .credentials(),
                token);
        overlay.authority.use(overlay.authority.add());
        assertThat(device.update(new Credentials(List.of(), overlay.authority.trusted())))
                .isTrue();
        assertThat(device.identity().trusted()).hasSize(2);
        Credentials renewed = overlay.authority
                .renew(device.identity().chain().get(0), "d", device.renewalRequest("d"))
                .credentials();
        assertThat(device.update(renewed)).isTrue();
        overlay.authority.drop(old);
        assertThat(device.update(new Credentials(List.of(), overlay.authority.trusted())))
                .isTrue();
        assertThat(device.identity().trusted()).hasSize(1);
        assertThat(overlay.authority
                        .admit(device.identity().chain(), Duration.ZERO)
                        .deviceId())
                .isEqualTo("d");
        assertThat(DeviceIdentityStore.open(directory.resolve("device"), overlay.clock)
                        .identity()
                        .trusted())
                .isEqualTo(device.identity().trusted());
    }

    @Test
    void aRelayWithoutTheCaKeyCannotBringInACaOfItsOwn() throws Exception {
        JoinToken token = overlay.token(TestOverlay.forAnyDevice(1));
        DeviceIdentityStore device = DeviceIdentityStore.open(directory.resolve("device"), overlay.clock);
        device.enrolled(
                overlay.authority
                        .enrol(token.id(), token.secret(), "d", device.enrolmentRequest("d", token))
                        .credentials(),
                token);
        Set<X509Certificate> trusted = device.identity().trusted();

        KeyPair key = Keys.generate();
        X509Certificate rogue = Issuer.selfSigned(key, overlay.clock.instant());
        X509Certificate trustedOne = trusted.iterator().next();
        X509Certificate flattering = new Issuer(key.getPrivate(), rogue).vouch(trustedOne, overlay.clock.instant());
        List<byte[]> named = Pem.encode(List.of(trustedOne, rogue, flattering));
        assertThat(device.update(new Credentials(List.of(), named))).isFalse();
        assertThat(device.identity().trusted()).isEqualTo(trusted);
        assertThatThrownBy(() -> device.update(new Credentials(List.of(), Pem.encode(List.of(rogue)))))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("vouches for");
        assertThat(device.identity().trusted()).isEqualTo(trusted);
    }

    @Test
    void whatWouldLockEverybodyOutIsRefused() throws Exception {
        assertThatThrownBy(() -> overlay.authority.drop(old)).hasMessageContaining("is in use");
        assertThatThrownBy(() -> overlay.authority.use("0123456789"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(old);
        assertThatThrownBy(() -> overlay.authority.drop("")).isInstanceOf(IllegalArgumentException.class);
        String added = overlay.authority.add();
        assertThatThrownBy(() -> overlay.authority.add()).hasMessageContaining("two CAs are trusted already");
        Path key = overlay.directory.resolve("ca-" + added.substring(0, 16) + ".key.pem");
        Files.delete(key);
        assertThatThrownBy(() -> overlay.authority.use(added)).hasMessageContaining("put it back as " + key);
        Files.delete(overlay.directory.resolve("ca.key.pem"));
        overlay.authority.drop(added);
        assertThatThrownBy(() -> overlay.authority.add()).hasMessageContaining("vouches for the new CA");
    }

    @Test
    void aCrashBetweenTheRenamesOfAChangeIsMended() throws Exception {
        String added = overlay.authority.add();
        Path relay = overlay.directory;
        byte[] oldKey = Files.readAllBytes(relay.resolve("ca.key.pem"));
        byte[] newKey = Files.readAllBytes(relay.resolve("ca-" + added.substring(0, 16) + ".key.pem"));
        byte[] oldCertificate = Files.readAllBytes(relay.resolve("ca.crt.pem"));
        overlay.authority.use(added);
        byte[] newCertificate = Files.readAllBytes(relay.resolve("ca.crt.pem"));

        // cut off after the old key was put aside
        PrivateFiles.write(relay.resolve("ca-" + old.substring(0, 16) + ".key.pem"), oldKey);
        PrivateFiles.write(relay.resolve("ca-" + added.substring(0, 16) + ".key.pem"), newKey);
        PrivateFiles.write(relay.resolve("ca.crt.pem"), oldCertificate);
        Files.delete(relay.resolve("ca.key.pem"));
        OverlayAuthority first = overlay.open();
        assertThat(first.fingerprint()).isEqualTo(old);
        assertThat(first.issues()).isTrue();

        // cut off after the certificate was replaced
        PrivateFiles.write(relay.resolve("ca-" + old.substring(0, 16) + ".key.pem"), oldKey);
        PrivateFiles.write(relay.resolve("ca.crt.pem"), newCertificate);
        Files.delete(relay.resolve("ca.key.pem"));
        OverlayAuthority second = overlay.open();
        assertThat(second.fingerprint()).isEqualTo(added);
        assertThat(second.issues()).isTrue();
        second.use(old);
        assertThat(second.fingerprint()).isEqualTo(old);
    }
}
