package io.mnedc.relay.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.identity.IdentityProvider;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.relay.PlainDevice;
import io.mnedc.relay.TestOverlay;
import io.mnedc.relay.TestRelay;
import io.mnedc.testing.TestClock;
import java.nio.file.Path;
import java.security.KeyStoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A device that is being let in while the reason to let it in ends. */
@Timeout(180)
class RecheckTest {
    /** The relay asks it whom to trust, when a device has shown its certificate: that answer takes long. */
    private static final class SlowVault implements IdentityProvider {
        private final AtomicBoolean first = new AtomicBoolean(true);
        final CountDownLatch asked = new CountDownLatch(1);
        final CountDownLatch answer = new CountDownLatch(1);
        volatile Identity now;

        SlowVault(Identity now) {
            this.now = now;
        }

        @Override
        public Identity identity() {
            Identity said = now;
            // the warm-up and the engines ask, too
            boolean admits = StackWalker.getInstance()
                    .walk(frames ->
                            frames.anyMatch(frame -> frame.getMethodName().equals("admit")));
            if (admits && first.getAndSet(false)) {
                asked.countDown();
                try {
                    assertThat(answer.await(60, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            return said;
        }
    }

    @Test
    void whoseCertificateEndsWhileItIsConnectedHasToGoWithinTheHour(@TempDir Path directory) throws Exception {
        TestOverlay overlay = new TestOverlay(directory);
        TestClock clock = TestClock.now();
        Instant begin = clock.instant();
        try (TestRelay relay = TestRelay.with(overlay.settings().grace(Duration.ofDays(10)), clock);
                PlainDevice old = TestOverlay.joined(relay.address(), overlay.identity("old", begin), "old")) {
            // of a relay that has run for long
            clock.set(begin.plus(Duration.ofDays(200)));
            Identity fresh = overlay.identity("new", clock.instant());
            clock.set(begin.plus(Duration.ofDays(365 + 9)));
            try (PlainDevice young = TestOverlay.joined(relay.address(), fresh, "new")) {
                assertThat(relay.relay().services().sessions().count())
                        .as("within the grace")
                        .isEqualTo(2);
                clock.set(begin.plus(Duration.ofDays(365 + 11)));
                assertThat(TestOverlay.code(old.await(ErrorReport.class))).isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
                TestRelay.eventually(() -> relay.relay().services().sessions().count() == 1);
                young.sendFrame(young.welcome.node(), new byte[] {1});
                assertThat(PlainDevice.payload(young.receiveFrame())).containsExactly(1);
            }
        }
    }

    @Test
    void whoWasCheckedBeforeAChangeAndListedAfterItIsCheckedAgain(@TempDir Path directory) throws Exception {
        TestOverlay pki = new TestOverlay(directory.resolve("pki"));
        Identity device = pki.identity("a", Instant.now());
        Identity server = pki.authority().identity();
        Identity stranger =
                new TestOverlay(directory.resolve("other")).authority().identity();
        SlowVault vault = new SlowVault(server);
        try (TestRelay relay = TestRelay.with(
                new TestOverlay(directory.resolve("own")).settings().identityProvider("vault"))) {
            relay.supply("vault", 1, vault);
            try (PlainDevice a = TestOverlay.dial(relay.address(), device)) {
                assertThat(vault.asked.await(60, TimeUnit.SECONDS)).isTrue();
                vault.now = new Identity(server.key(), server.chain(), Set.copyOf(stranger.trusted()));
                RelaySecurity overlay = Objects.requireNonNull(relay.relay().security());
                relay.relay().services().controls().recheck(peer -> true, overlay::stillGood);
                vault.answer.countDown();
                a.control.setSoTimeout(15_000); // less than keepalives are apart
                // it hears of it, preamble first, before it has said anything
                a.receivePreamble();
                assertThat(TestOverlay.code(a.await(ErrorReport.class))).isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
                TestRelay.eventually(() -> relay.relay().services().sessions().count() == 0);
            }
        }
    }

    @Test
    void whileItIsNotKnownWhomToTrustWhoIsConnectedStays(@TempDir Path directory) throws Exception {
        TestOverlay pki = new TestOverlay(directory.resolve("pki"));
        Identity server = pki.authority().identity();
        AtomicBoolean broken = new AtomicBoolean();
        try (TestRelay relay = TestRelay.with(
                new TestOverlay(directory.resolve("own")).settings().identityProvider("vault"))) {
            relay.supply("vault", 1, () -> {
                if (broken.get()) {
                    throw new KeyStoreException("the vault is locked");
                }
                return server;
            });
            try (PlainDevice a = TestOverlay.joined(relay.address(), pki.identity("a", Instant.now()), "a")) {
                RelaySecurity overlay = Objects.requireNonNull(relay.relay().security());
                broken.set(true);
                relay.relay().services().controls().recheck(peer -> true, overlay::stillGood);
                a.sendFrame(a.welcome.node(), new byte[] {1});
                assertThat(PlainDevice.payload(a.receiveFrame())).containsExactly(1);
                assertThat(relay.relay().services().sessions().ofDevice("a")).isNotNull();
            }
        }
    }
}
