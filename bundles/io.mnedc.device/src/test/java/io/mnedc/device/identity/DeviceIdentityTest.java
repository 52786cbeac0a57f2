package io.mnedc.device.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.device.Fixture.Node;
import io.mnedc.device.InTlsLab;
import io.mnedc.device.settings.DeviceSecuritySettings;
import io.mnedc.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a relay's word for the time is worth. */
@Timeout(180)
class DeviceIdentityTest extends InTlsLab {
    private static final Instant BOOT = Instant.parse("1970-01-01T00:00:10Z");
    private static final Duration CENTURY = Duration.ofDays(36_500);

    private DeviceIdentity identities() throws Exception {
        DeviceIdentity identities = new DeviceIdentity(name -> Optional.empty(), () -> BOOT);
        assertThat(identities.ask(lab.settings("one").security(), "one", token -> false))
                .isInstanceOf(DeviceIdentity.Missing.class);
        return identities;
    }

    @Test
    void aDirectoryThatCannotBeUsedIsLookedForAgainSoonButAMissingTokenIsNot() throws Exception {
        DeviceIdentity identities = new DeviceIdentity(name -> Optional.empty(), () -> BOOT);
        Path home = Files.createFile(lab.home("late"));
        DeviceSecuritySettings settings = lab.settings("late").security();
        assertThat(identities.ask(settings, "late", token -> false))
                .isInstanceOfSatisfying(DeviceIdentity.Missing.class, missing -> {
                    assertThat(missing.why()).contains(home.toString());
                    assertThat(missing.soon()).isTrue();
                });
        Files.delete(home);
        assertThat(identities.ask(settings, "late", token -> false))
                .isInstanceOfSatisfying(
                        DeviceIdentity.Missing.class,
                        missing -> assertThat(missing.soon()).isFalse());
    }

    private X509Certificate relay() throws Exception {
        return lab.gate.authority.identity().chain().get(0);
    }

    @Test
    void timeIsBelievedAndGoesBackToWhatIsSaidNextButNotBehindWhatIsProven() throws Exception {
        DeviceIdentity identities = identities();
        assertThat(identities.floor().now()).isBefore(BOOT.plus(Duration.ofHours(1)));
        Instant said = relay().getNotBefore().toInstant().plus(Duration.ofDays(3));
        identities.time(said.toEpochMilli(), relay());
        assertThat(identities.floor().now()).isBetween(said, said.plus(Duration.ofMinutes(5)));
        identities.time(0, relay());
        Instant begin = relay().getNotBefore().toInstant();
        assertThat(identities.floor().now()).isBetween(begin, begin.plus(Duration.ofMinutes(5)));
    }

    @Test
    void timeBeyondTheEndOfTheRelaysCertificateIsNotBelieved() throws Exception {
        DeviceIdentity identities = identities();
        Instant end = relay().getNotAfter().toInstant();
        identities.time(end.plus(CENTURY).toEpochMilli(), relay());
        assertThat(identities.floor().now()).isBetween(end, end.plus(Duration.ofMinutes(5)));
        identities.time(Long.MAX_VALUE, relay());
        assertThat(identities.floor().now()).isBetween(end, end.plus(Duration.ofMinutes(5)));
    }

    @Test
    void timeOfSomebodyWithoutACertificateIsNotBelieved() throws Exception {
        DeviceIdentity identities = identities();
        identities.time(System.currentTimeMillis(), null);
        identities.time(-1, relay());
        assertThat(identities.floor().now()).isBefore(BOOT.plus(Duration.ofHours(1)));
    }

    @Test
    void relayWhoseClockIsACenturyAheadLocksNobodyOut() throws Exception {
        lab.gate.clock = InstantSource.offset(InstantSource.system(), CENTURY);
        Node one = lab.device(lab.settings("one", lab.gate.token(lab.relay)));
        Await.until("told the time", () -> Files.exists(lab.home("one").resolve("time-floor")));
        one.device().close();
        assertThat(lab.store("one").floor().now())
                .as("what it has kept")
                .isBetween(
                        Instant.now().minus(Duration.ofDays(1)), Instant.now().plus(Duration.ofDays(1)));
    }
}
