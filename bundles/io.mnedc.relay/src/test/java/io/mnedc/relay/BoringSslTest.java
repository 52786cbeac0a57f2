package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.identity.Identity;
import io.mnedc.boringssl.BoringSslProvider;
import io.mnedc.relay.work.CertificatesTest;
import io.mnedc.relay.work.UnprovenTest;
import java.nio.file.Path;
import java.security.Provider;
import java.time.Instant;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a secured relay keeps, it keeps by BoringSSL, too: whom it lets in, what it says, and what attackers can do. */
@Timeout(180)
class BoringSslTest {
    private static final Provider BORING = new BoringSslProvider();

    @BeforeAll
    static void everywhere() {
        TestRelay.usualTls(BORING);
    }

    @AfterAll
    static void asBefore() {
        TestRelay.usualTls(null);
    }

    @Nested
    class Certificates extends CertificatesTest {}

    @Nested
    class Enrolments extends EnrolmentTest {}

    @Nested
    class Floods extends FloodTest {}

    @Nested
    class Unproven extends UnprovenTest {}

    private static SSLContext used(TestRelay relay) throws Exception {
        return Objects.requireNonNull(relay.relay().security())
                .identity()
                .shown()
                .context();
    }

    @Test
    void itIsUsedAsSoonAsItIsThereAndForAsLong(@TempDir Path directory) throws Exception {
        TestOverlay overlay = new TestOverlay(directory);
        Identity device = overlay.identity("a", Instant.now());
        try (TestRelay relay = TestRelay.with(overlay.settings())) {
            TestOverlay.joined(relay.address(), device, "a").close();
            assertThat(used(relay).getProvider()).isSameAs(BORING);
            relay.tls(null);
            TestOverlay.joined(relay.address(), device, "a").close();
            assertThat(used(relay).getProvider()).isNotSameAs(BORING);
            relay.tls(BORING);
            TestOverlay.joined(relay.address(), device, "a").close();
            assertThat(used(relay).getProvider()).isSameAs(BORING);
        }
    }

    @Test
    void aPkiOfOnesOwnMayHaveEd25519CertificatesSoItHasToBeSaid(@TempDir Path directory) throws Exception {
        TestOverlay pki = new TestOverlay(directory.resolve("pki"));
        Identity server = pki.authority().identity();
        Identity device = pki.identity("a", Instant.now());
        try (TestRelay relay = TestRelay.with(
                new TestOverlay(directory.resolve("own")).settings().identityProvider("vault"))) {
            relay.supply("vault", 1, () -> server);
            TestOverlay.joined(relay.address(), device, "a").close();
            assertThat(used(relay).getProvider()).isNotSameAs(BORING);
        }
    }
}
