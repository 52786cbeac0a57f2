package io.mnedc.device.dial;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.security.cert.CertificateException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The addresses of one relay: which is tried when, and which one wins. */
class AddressRaceTest extends InSimulatedTime {
    @Test
    void deadAddressCostsAQuarterOfASecond() {
        RelayRace race = race(ONE);
        network.known(ONE, "fd00::1", "10.0.0.1");
        assertThat(network.running()).containsExactly("fd00::1");
        network.pass(249);
        assertThat(network.running()).containsExactly("fd00::1");
        network.pass(1);
        assertThat(network.running()).containsExactly("fd00::1", "10.0.0.1");
        network.secured("10.0.0.1");
        assertThat(events).containsExactly("trying one.example:3334", "won 10.0.0.1");
        // the loser is closed at once, the winner is not
        assertThat(network.running()).containsExactly("10.0.0.1");
        race.cancel();
        assertThat(network.tasks).isEmpty();
    }

    @Test
    void addressWithoutARouteCostsNothing() {
        network.failAtOnce.put("fd00::1", new ConnectException("Network is unreachable"));
        race(ONE);
        network.known(ONE, "fd00::1", "10.0.0.1");
        assertThat(network.running()).containsExactly("10.0.0.1");
        network.secured("10.0.0.1");
        assertThat(events).endsWith("won 10.0.0.1");
        // nothing is wrong with the relay
        assertThat(events).noneMatch(line -> line.startsWith("failed"));
    }

    @Test
    void firstThatRefusesIsFollowedByTheNextAtOnce() {
        race(ONE);
        network.known(ONE, "10.0.0.1", "10.0.0.2");
        network.fail("10.0.0.1", new ConnectException("Connection refused"));
        assertThat(network.running()).containsExactly("10.0.0.2");
    }

    @Test
    void addressThatAcceptsAndIsSilentCostsASecond() {
        race(ONE);
        network.known(ONE, "10.0.0.1", "10.0.0.2");
        network.connected("10.0.0.1");
        network.pass(999);
        assertThat(network.running()).containsExactly("10.0.0.1");
        network.pass(1);
        assertThat(network.running()).containsExactly("10.0.0.1", "10.0.0.2");
        network.secured("10.0.0.2");
        assertThat(events).endsWith("won 10.0.0.2");
        assertThat(network.running()).containsExactly("10.0.0.2");
    }

    @Test
    void slowFirstMayStillWin() {
        race(ONE);
        network.known(ONE, "10.0.0.1", "10.0.0.2");
        network.pass(300);
        network.secured("10.0.0.1");
        assertThat(events).endsWith("won 10.0.0.1");
        assertThat(network.running()).containsExactly("10.0.0.1");
    }

    @Test
    void wrongCertificateIsFollowedByTheNextAddressAndToldIfNoneIsRight() {
        race(ONE);
        network.known(ONE, "10.0.0.1", "10.0.0.2");
        network.connected("10.0.0.1");
        network.fail("10.0.0.1", new CertificateException("not of this overlay"));
        assertThat(network.running()).containsExactly("10.0.0.2");
        network.fail("10.0.0.2", new CertificateException("not of this overlay"));
        assertThat(events)
                .containsExactly(
                        "trying one.example:3334",
                        "failed one.example:3334 lasting: not of this overlay (2 addresses tried)",
                        "exhausted");
    }

    @Test
    void whatSaysMostIsTold() {
        race(ONE);
        network.known(ONE, "10.0.0.1", "10.0.0.2", "10.0.0.3");
        network.fail("10.0.0.1", new ConnectException("connection timed out after 5000 ms"));
        network.fail("10.0.0.2", new CertificateException("not of this overlay"));
        network.fail("10.0.0.3", new ConnectException("Connection refused"));
        // one of them may only be away for a while
        assertThat(events).contains("failed one.example:3334: not of this overlay (3 addresses tried)");
    }

    @Test
    void manyAddressesAreTriedAtTheSamePaceButFewAtATime() {
        race(ONE);
        String[] many = IntStream.range(1, 51).mapToObj(i -> "10.0.0." + i).toArray(String[]::new);
        network.known(ONE, many);
        for (int i = 0; i < 200; i++) {
            assertThat(network.running()).hasSizeLessThanOrEqualTo(RaceLanes.MOST);
            network.pass(50);
        }
        assertThat(network.started).hasSize(RaceLeg.MOST_ADDRESSES);
        assertThat(network.started).startsWith("10.0.0.1", "10.0.0.2");
        for (String left : network.running()) {
            network.fail(left, new ConnectException("connection timed out"));
        }
        assertThat(events).endsWith("exhausted");
    }

    @Test
    void winnerThatIsOfNoUseIsFollowedByThoseWhoHaveNotFailed() {
        RelayRace race = race(ONE);
        network.known(ONE, "10.0.0.1", "10.0.0.2", "10.0.0.3");
        network.pass(250);
        network.secured("10.0.0.2");
        network.forget("10.0.0.2");
        race.resume();
        assertThat(network.running()).containsExactly("10.0.0.1");
        network.fail("10.0.0.1", new ConnectException("Connection refused"));
        network.secured("10.0.0.3");
        network.forget("10.0.0.3");
        race.resume();
        assertThat(events).endsWith("exhausted");
    }

    @Test
    void addressWhoseTlsIsStuckIsTriedWithSmallerSegmentsBesideIt() {
        race(ONE);
        network.known(ONE, "10.0.0.1");
        network.connected("10.0.0.1");
        network.pass(2000);
        // slow, but nothing is missing
        assertThat(network.running()).containsExactly("10.0.0.1");
        network.stuck.add("10.0.0.1");
        network.pass(1000);
        assertThat(network.running()).containsExactly("10.0.0.1", "10.0.0.1/1220");
        network.connected("10.0.0.1/1220");
        network.stuck.add("10.0.0.1/1220");
        network.pass(2000);
        assertThat(network.running()).containsExactly("10.0.0.1", "10.0.0.1/1220", "10.0.0.1/536");
        network.connected("10.0.0.1/536");
        network.stuck.add("10.0.0.1/536");
        network.pass(5000);
        assertThat(network.started).hasSize(3);
        network.secured("10.0.0.1/536");
        assertThat(events).containsExactly("trying one.example:3334", "won 10.0.0.1/536");
        assertThat(network.running()).containsExactly("10.0.0.1/536");
    }
}
