package io.mnedc.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.identity.Identity;
import io.mnedc.security.authority.Issuer;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a relay remembers of certificates that it has checked, and what it looks at each time. */
class VerifiedChainsTest {
    private static final Duration GRACE = Duration.ofDays(100);

    /** Tells how often somebody has gone through the authorities, which who checks a signature has to. */
    private static final class Watched extends AbstractSet<X509Certificate> {
        private final Set<X509Certificate> all;
        int looks;

        Watched(Set<X509Certificate> all) {
            this.all = all;
        }

        @Override
        public Iterator<X509Certificate> iterator() {
            looks++;
            return all.iterator();
        }

        @Override
        public boolean contains(Object one) {
            return all.contains(one);
        }

        @Override
        public int size() {
            return all.size();
        }
    }

    @TempDir
    private Path directory;

    private TestOverlay overlay;
    private VerifiedChains verified;

    @BeforeEach
    void relay() throws Exception {
        overlay = new TestOverlay(directory.resolve("relay"));
        verified = new VerifiedChains(3);
    }

    private PeerName check(Identity identity, Set<X509Certificate> trusted) throws CertificateException {
        return verified.check(identity.chain(), trusted, overlay.clock.instant(), GRACE);
    }

    @Test
    void aCertificateThatWasGoodIsNotCheckedAgain() throws Exception {
        Identity device = overlay.device("a", "press");
        Watched trusted = new Watched(device.trusted());
        PeerName name = check(device, trusted);
        int looks = trusted.looks;
        assertThat(name).isEqualTo(new PeerName("a", Set.of("press"), true));
        assertThat(looks).isPositive();
        for (int i = 0; i < 5; i++) {
            assertThat(check(device, trusted)).isEqualTo(name);
        }
        assertThat(trusted.looks).isEqualTo(looks);
        assertThat(check(overlay.device("b"), trusted).deviceId()).isEqualTo("b");
        assertThat(trusted.looks).as("another one is").isGreaterThan(looks);
    }

    @Test
    void timeIsLookedAtEachTime() throws Exception {
        Identity device = overlay.device("a");
        check(device, device.trusted());
        overlay.clock.advance(TestOverlay.YEAR.plus(GRACE).minusDays(1));
        assertThat(check(device, device.trusted()).deviceId()).isEqualTo("a");
        overlay.clock.advance(Duration.ofDays(2));
        assertThatThrownBy(() -> check(device, device.trusted()))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("expired");
        overlay.clock.advance(TestOverlay.YEAR.multipliedBy(-3));
        assertThatThrownBy(() -> check(device, device.trusted()))
                .as("not yet good")
                .isInstanceOf(CertificateException.class);
    }

    @Test
    void whoeverIsNoLongerTrustedIsForgotten() throws Exception {
        Identity device = overlay.device("a");
        TestOverlay other = new TestOverlay(directory.resolve("other"));
        Identity stranger = other.device("a");
        check(device, device.trusted());
        assertThatThrownBy(() -> check(device, stranger.trusted())).isInstanceOf(CertificateException.class);
        assertThat(verified.count()).isZero();
        check(stranger, stranger.trusted());
        assertThatThrownBy(() -> check(device, stranger.trusted())).isInstanceOf(CertificateException.class);
        assertThat(check(device, device.trusted()).deviceId()).isEqualTo("a");
    }

    @Test
    void whatWasRefusedIsNotRemembered() throws Exception {
        Identity stranger = new TestOverlay(directory.resolve("other")).device("a");
        Set<X509Certificate> trusted = overlay.device("x").trusted();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> check(stranger, trusted)).isInstanceOf(CertificateException.class);
        }
        assertThat(verified.count()).isZero();
    }

    @Test
    void onlyTheLatestAreRemembered() throws Exception {
        List<Identity> devices =
                List.of(overlay.device("a"), overlay.device("b"), overlay.device("c"), overlay.device("d"));
        Watched trusted = new Watched(devices.get(0).trusted());
        for (Identity device : devices.subList(0, 3)) {
            check(device, trusted);
        }
        check(devices.get(0), trusted);
        check(devices.get(3), trusted);
        assertThat(verified.count()).isEqualTo(3);
        int looks = trusted.looks;
        check(devices.get(0), trusted);
        assertThat(trusted.looks).isEqualTo(looks);
        check(devices.get(1), trusted);
        assertThat(trusted.looks).as("b came longest ago").isGreaterThan(looks);
    }

    @Test
    void anyCertificateThatEndsIsAReasonToLookAgain() throws Exception {
        Identity device = overlay.device("a");
        var key = Keys.generate();
        X509Certificate brief = new Issuer(
                        key.getPrivate(), device.trusted().iterator().next())
                .device(key.getPublic(), "brief", Set.of(), overlay.clock.instant(), Duration.ofDays(10));
        Identity shown = new Identity(device.key(), List.of(device.chain().get(0), brief), device.trusted());
        Watched trusted = new Watched(device.trusted());
        check(shown, trusted);
        int looks = trusted.looks;
        overlay.clock.advance(Duration.ofDays(9));
        check(shown, trusted);
        assertThat(trusted.looks).isEqualTo(looks);
        overlay.clock.advance(Duration.ofDays(2));
        check(shown, trusted);
        assertThat(trusted.looks).isGreaterThan(looks);
    }

    @Test
    void inItsGraceACertificateIsNotCheckedAgainEither() throws Exception {
        Identity device = overlay.device("a");
        Watched trusted = new Watched(device.trusted());
        check(device, trusted);
        int looks = trusted.looks;
        overlay.clock.advance(TestOverlay.YEAR.plusDays(10));
        assertThat(check(device, trusted).deviceId()).isEqualTo("a");
        assertThat(trusted.looks).isEqualTo(looks);
    }
}
