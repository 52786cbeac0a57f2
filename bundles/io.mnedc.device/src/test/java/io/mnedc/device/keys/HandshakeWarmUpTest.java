package io.mnedc.device.keys;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.device.InTlsLab;
import io.mnedc.device.identity.DeviceIdentity;
import io.mnedc.device.seal.PeerEngines;
import io.mnedc.device.seal.SealCipher;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.testing.Await;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a device does for itself so that the first packets to a peer need not wait for long. */
@Timeout(180)
class HandshakeWarmUpTest extends InTlsLab implements PeerEngines {
    private final AtomicInteger made = new AtomicInteger();
    private final AtomicInteger admitted = new AtomicInteger();
    private final CountDownLatch third = new CountDownLatch(1);
    private PeerTls engines;

    @BeforeEach
    void join() throws Exception {
        lab.joined("one").device().close();
        DeviceSettings settings = lab.settings("one");
        DeviceIdentity identities = new DeviceIdentity(name -> Optional.empty(), lab.clock);
        assertThat(identities.ask(settings.security(), "one", token -> false)).isInstanceOf(DeviceIdentity.Known.class);
        engines = new PeerTls(identities, () -> settings, () -> null, () -> {});
    }

    @Override
    public SSLEngine engine(String peerId, boolean initiator) throws GeneralSecurityException {
        if (made.incrementAndGet() == 9) {
            third.countDown();
        }
        return engines.engine(peerId, initiator);
    }

    @Override
    public void admit(String peerId, SSLSession session) throws CertificateException {
        engines.admit(peerId, session);
        admitted.incrementAndGet();
        throw new CertificateException("this device does not talk to itself");
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("mnedc-device-warmup"))
                .count();
    }

    @Test
    void handshakesArePlayedToTheirEndsByBothAndLeaveNothing() throws Exception {
        // those of devices of other tests
        Await.until("nobody else warms up", () -> threads() == 0);
        HandshakeWarmUp warmUp = new HandshakeWarmUp("one", this, SealCipher.AES_128_GCM, 6, 0);
        warmUp.run();
        assertThat(warmUp.done()).isEqualTo(6);
        // each of two understudies makes sure that it has an identity
        assertThat(made).hasValue(2 + 2 * 6);
        assertThat(admitted).hasValue(2 * 6);
        Await.until("no thread is left", () -> threads() == 0);
    }

    @Test
    void deviceWithoutAnIdentityDoesNotRehearse() throws Exception {
        DeviceIdentity nobody = new DeviceIdentity(name -> Optional.empty(), lab.clock);
        DeviceSettings settings = lab.settings("one");
        HandshakeWarmUp warmUp = new HandshakeWarmUp(
                "one", new PeerTls(nobody, () -> settings, () -> null, () -> {}), SealCipher.AES_128_GCM, 6, 0);
        warmUp.run();
        assertThat(warmUp.done()).isZero();
    }

    @Test
    void itEndsWithTheDevice() throws Exception {
        Await.until("nobody else warms up", () -> threads() == 0);
        HandshakeWarmUp warmUp = new HandshakeWarmUp("one", this, SealCipher.AES_128_GCM, Integer.MAX_VALUE, 0);
        warmUp.begin();
        third.await();
        warmUp.close();
        Await.until("no thread is left", () -> threads() == 0);
        assertThat(warmUp.done()).isPositive();
    }
}
