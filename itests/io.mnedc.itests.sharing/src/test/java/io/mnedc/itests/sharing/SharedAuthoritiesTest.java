package io.mnedc.itests.sharing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.relay.RelayAdministration.Authority;
import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.api.store.Transaction;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.relay.PlainDevice;
import io.mnedc.relay.TestOverlay;
import io.mnedc.security.JoinToken;
import io.mnedc.security.device.DeviceIdentityStore;
import io.mnedc.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** All relays trust the same CAs; the CA's key is only where somebody has put it. */
@Timeout(180)
class SharedAuthoritiesTest extends TwoRelays {
    private static final String KEY = "authority/ca/certificates";

    private static List<String> trusted(Member at) {
        return at.administration().authorities().stream()
                .map(Authority::fingerprint)
                .sorted()
                .toList();
    }

    private static String inUse(Member at) {
        return at.administration().authorities().stream()
                .filter(Authority::inUse)
                .map(Authority::fingerprint)
                .findFirst()
                .orElseThrow();
    }

    /** Its own certificate stays. */
    private static void takeKeyAway(Member at) throws Exception {
        at.overlay.authority();
        Files.delete(at.file("ca.key.pem"));
    }

    private static String token(Member at) throws IOException {
        return at.administration()
                .token(new TokenRequest(Optional.empty(), Set.of(), Duration.ofHours(1), 1, List.of("127.0.0.1:1")));
    }

    @Test
    void aChangeOfTheCaReachesAllRelays() throws Exception {
        takeKeyAway(b);
        a.start();
        b.start();
        DeviceIdentityStore device = a.overlay.enrolled(a.relay().address(), "pump");
        String old = inUse(a);
        try (PlainDevice joined = TestOverlay.joined(b.relay().address(), device.identity(), "pump")) {
            String added = a.administration().addAuthority();
            int told = 0;
            while (told != 3) {
                // both, and the vouching one
                told = joined.await(Credentials.class).trusted().size();
            }
            assertThat(trusted(b)).contains(old, added);
            a.administration().useAuthority(added);
            Await.until("in use", () -> inUse(b).equals(added));
            assertThat(b.file("ca.key.pem")).doesNotExist();
            a.administration().dropAuthority(old);
            // its certificate is by the CA that was dropped
            assertThat(TestOverlay.code(joined.awaitEnd())).isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
        }
        assertThat(trusted(b)).isEqualTo(trusted(a)).hasSize(1).doesNotContain(old);
        assertThat(b.read("trusted.pem")).isEqualTo(a.read("trusted.pem"));
        assertThat(TestOverlay.refusal(b.relay().address(), device.identity(), "pump"))
                .isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
    }

    @Test
    void aRelayThatHasAnOldKeyKeepsItApartFromTheNewCertificate() throws Exception {
        a.start();
        b.start();
        String old = inUse(a);
        String key = b.read("ca.key.pem");
        String added = a.administration().addAuthority();
        a.administration().useAuthority(added);
        Await.until("in use", () -> inUse(b).equals(added));
        assertThat(b.file("ca.key.pem")).doesNotExist();
        assertThat(b.read("ca-" + old.substring(0, 16) + ".key.pem").lines().skip(1))
                .isEqualTo(key.lines().skip(1).toList());
        assertThatThrownBy(() -> token(b)).isInstanceOf(IllegalStateException.class);
        // the key of the new one is brought there by hand
        Files.copy(a.file("ca.key.pem"), b.file("ca.key.pem"), StandardCopyOption.COPY_ATTRIBUTES);
        Await.until("it makes certificates again", () -> {
            try {
                return !token(b).isEmpty();
            } catch (IllegalStateException e) {
                return false;
            }
        });
    }

    @Test
    void aRelayWithoutTheKeyPassesEnrolmentsOnOrTellsWhereToEnrol() throws Exception {
        takeKeyAway(b);
        a.start();
        b.start();
        String place = a.relay().relay().listening().get(0);
        Await.until(
                "it is known where", () -> !a.store().below("authority/signers").isEmpty());
        JoinToken token = JoinToken.parse(token(a));
        Await.until("the token is known", () -> !b.administration().tokens().isEmpty());
        Await.until(
                "the two are linked, and a makes a certificate for a device that has dialled b",
                () -> TestOverlay.enrol(b.relay().address(), b.overlay.store("pump"), "pump", token)
                        instanceof Credentials);
        TestOverlay.joined(b.relay().address(), b.overlay.store("pump").identity(), "pump")
                .close();
        a.stop();
        Await.until(
                "nobody signs any more, and a device hears who does",
                () -> TestOverlay.enrol(b.relay().address(), b.overlay.store("valve"), "valve", token)
                                instanceof ErrorReport report
                        && TestOverlay.code(report) == ErrorCode.ENROLMENT_UNAVAILABLE
                        && report.sentence().contains("its CA key is kept elsewhere: ask " + place));
        Files.delete(a.file("ca.key.pem"));
        a.start();
        Await.until(
                "no relay has it", () -> b.store().below("authority/signers").isEmpty());
    }

    @Test
    void aNewRelayHasTheCaFromTheOthersAndMakesNone() throws Exception {
        a.start();
        for (String file : List.of("ca.crt.pem", "trusted.pem", "ca.key.pem")) {
            Files.delete(b.file(file));
        }
        assertThatThrownBy(b::start)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("this relay has no certificate of the overlay that shares the store");
        assertThat(b.read("ca.crt.pem")).isEqualTo(a.read("ca.crt.pem"));
        assertThat(b.file("ca.key.pem")).doesNotExist();
        Files.copy(a.file("ca.key.pem"), b.file("ca.key.pem"), StandardCopyOption.COPY_ATTRIBUTES);
        b.start();
        assertThat(trusted(b)).isEqualTo(trusted(a));
    }

    @Test
    void aRelayOfAnotherOverlayDoesNotStartAndChangesNothing() throws Exception {
        a.start();
        String before = a.read("trusted.pem");
        for (String file : List.of("ca.crt.pem", "trusted.pem", "ca.key.pem")) {
            Files.delete(b.file(file));
        }
        b.overlay.authority();
        String other = b.read("trusted.pem");
        assertThatThrownBy(b::start)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("belongs to another overlay, whose CA is");
        assertThat(b.read("trusted.pem")).isEqualTo(other);
        assertThat(a.read("trusted.pem")).isEqualTo(before);
        assertThat(trusted(a)).hasSize(1);
    }

    @Test
    void certificatesOfAnotherRelayAreChecked() throws Exception {
        a.start();
        Await.until("shared", () -> a.store().get(KEY).isPresent());
        String good = a.store().get(KEY).orElseThrow().value();
        String before = a.read("trusted.pem");
        String leaf = a.read("relay.crt.pem");
        for (String bad : List.of(
                "",
                "x".repeat(100_000),
                good.substring(0, good.length() / 2),
                good + a.read("ca.key.pem"),
                leaf + leaf,
                good + leaf,
                good + good + good + good)) {
            put(bad);
            long begin = System.nanoTime();
            Await.until("looked at", () -> System.nanoTime() - begin > TimeUnit.MILLISECONDS.toNanos(1500));
            assertThat(a.read("trusted.pem")).isEqualTo(before);
            assertThat(trusted(a)).hasSize(1);
        }
    }

    private void put(String text) throws Exception {
        assertThat(a.store()
                        .commit(Transaction.EMPTY.put(KEY, text))
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS))
                .isTrue();
    }
}
