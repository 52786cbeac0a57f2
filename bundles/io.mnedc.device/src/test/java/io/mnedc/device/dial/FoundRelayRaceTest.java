package io.mnedc.device.dial;

import static io.mnedc.api.device.RelayTry.Outcome.CONNECTED;
import static io.mnedc.api.device.RelayTry.Outcome.DISTRUSTED;
import static io.mnedc.api.device.RelayTry.Outcome.GIVEN_UP;
import static io.mnedc.api.device.RelayTry.Outcome.NOT_FOUND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.device.RelayTry;
import io.mnedc.device.dial.SimulatedNetwork.Behaviour;
import io.mnedc.device.settings.RelayAddress;
import java.security.cert.CertificateException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Relays that SRV records or announcements name, if nobody means harm. */
class FoundRelayRaceTest extends InSimulatedTime {
    @Test
    void hostsOfSrvRecordsAreTriedInTheirOrderAtThePaceOfAddresses() {
        race(SRV, TWO);
        assertThat(network.asked).containsExactly(SRV);
        network.found(SRV, "a.example", "b.example");
        network.known(A, "fd00::1", "10.0.0.1");
        assertThat(network.running()).containsExactly("fd00::1");
        network.pass(250);
        assertThat(network.running()).containsExactly("fd00::1", "10.0.0.1");
        assertThat(network.asked).containsExactly(SRV, A);
        network.pass(250);
        network.known(B, "10.0.0.2");
        assertThat(network.running()).containsExactly("fd00::1", "10.0.0.1", "10.0.0.2");
        network.secured("10.0.0.2");
        assertThat(events).containsExactly("trying srv:example.org", "won 10.0.0.2");
        assertThat(tries.last())
                .extracting(RelayTry::relay, RelayTry::source, RelayTry::address, RelayTry::outcome)
                .containsExactly(
                        tuple("srv:example.org", RelayTry.Source.SRV, "[fd00:0:0:0:0:0:0:1]:3334", GIVEN_UP),
                        tuple("srv:example.org", RelayTry.Source.SRV, "10.0.0.1:3334", GIVEN_UP),
                        tuple("srv:example.org", RelayTry.Source.SRV, "10.0.0.2:3334", CONNECTED));
    }

    @Test
    void hostOfSrvRecordsWhoseNameHangsHoldsUpTheNextForTwoSeconds() {
        race(SRV);
        network.found(SRV, "a.example", "b.example");
        network.pass(1999);
        assertThat(network.asked).containsExactly(SRV, A);
        network.pass(1);
        network.known(B, "10.0.0.2");
        assertThat(network.running()).containsExactly("10.0.0.2");
    }

    @Test
    void hostThatWorkedLastIsTriedFirstIfTheDnsStillNamesIt() {
        good.put(SRV, new Target(new Place(SRV, "b.example", 3334), SimulatedNetwork.address("10.0.0.4"), Paths.USUAL));
        RelayRace race = race(SRV);
        network.found(SRV, "a.example", "b.example");
        assertThat(network.asked).containsExactly(SRV, B);
        network.known(B, "10.0.0.3", "10.0.0.4");
        assertThat(network.running()).containsExactly("10.0.0.4");
        race.cancel();
        race(SRV);
        network.found(SRV, "a.example");
        assertThat(network.asked).endsWith(SRV, A);
    }

    @Test
    void whatIsNotFoundIsToldAndFollowedByTheNextRelayAtOnce() {
        race(LAN, SRV, TWO);
        network.found(LAN);
        network.found(SRV);
        assertThat(network.asked).containsExactly(LAN, SRV, TWO);
        assertThat(events).contains("failed lan: none is there", "failed srv:example.org: none is there");
        assertThat(tries.last())
                .extracting(RelayTry::source, RelayTry::outcome, RelayTry::detail)
                .containsExactly(
                        tuple(RelayTry.Source.LAN, NOT_FOUND, "none is there"),
                        tuple(RelayTry.Source.SRV, NOT_FOUND, "none is there"));
    }

    @Test
    void remembersWhereTheRelayOfTheLanWasWhileItAsksForIt() {
        good.put(LAN, new Target(new Place(LAN, "10.0.0.9", 3334), SimulatedNetwork.address("10.0.0.9"), Paths.USUAL));
        race(LAN);
        assertThat(network.running()).containsExactly("10.0.0.9");
        network.found(LAN, "10.0.0.9", "10.0.0.8");
        network.pass(250);
        // not the same again
        assertThat(network.started).containsExactly("10.0.0.9", "10.0.0.8");
    }

    @Test
    void falseRelayOfTheLanIsRefusedAndToldAndTheTrueOneWins() {
        race(LAN);
        network.found(LAN, "10.0.0.66", "10.0.0.8");
        network.connected("10.0.0.66");
        network.fail("10.0.0.66", new CertificateException("not of this overlay"));
        network.secured("10.0.0.8");
        assertThat(events)
                .containsExactly("trying lan", "failed lan: 10.0.0.66:3334: not of this overlay", "won 10.0.0.8");
        assertThat(tries.last())
                .extracting(RelayTry::address, RelayTry::outcome)
                .containsExactly(tuple("10.0.0.66:3334", DISTRUSTED), tuple("10.0.0.8:3334", CONNECTED));
    }

    @Test
    void finderThatHangsEndsTheRound() {
        race(SRV);
        network.pass(RaceTurns.LOOK_UP.toMillis());
        assertThat(events)
                .containsExactly(
                        "trying srv:example.org", "failed srv:example.org: the look-up has not ended", "exhausted");
    }

    @Test
    void manyHostsOfManyAddressesEndInATimeAndAreFewAtATime() {
        race(SRV);
        String[] hosts =
                IntStream.range(0, 16).mapToObj(i -> "h" + i + ".example").toArray(String[]::new);
        network.found(SRV, hosts);
        for (int i = 0; i < 4000; i++) {
            for (int host = 0; host < hosts.length; host++) {
                RelayAddress each = new RelayAddress(hosts[host], 3334);
                if (network.asked.contains(each) && network.answered.add(each)) {
                    int part = host;
                    network.known(
                            each,
                            IntStream.range(1, 100)
                                    .mapToObj(n -> "10.0." + part + "." + n)
                                    .toArray(String[]::new));
                }
            }
            network.pass(50);
            assertThat(network.running()).hasSizeLessThanOrEqualTo(RaceLanes.MOST);
        }
        assertThat(network.started).hasSize(16 * RaceLeg.MOST_ADDRESSES_FOUND);
        assertThat(tries.last()).hasSize(DeviceStatus.MOST_TRIES);
    }

    @Test
    void whatIsFoundWaitsForAConfiguredRelayBeforeItThatIsConnected() {
        race(ONE, LAN);
        network.known(ONE, "10.0.0.1");
        network.pass(2_000);
        network.connected("10.0.0.1");
        network.found(LAN, "10.0.0.8");
        network.pass(4_999);
        assertThat(network.running()).containsExactly("10.0.0.1");
        network.pass(1);
        assertThat(network.running()).containsExactly("10.0.0.1", "10.0.0.8");
    }

    @Test
    void relayThatIsFoundLateIsTriedBesideTheNextEntryAndMayWin() {
        network.finds(LAN, 1_900, "10.0.0.8");
        network.behaves("10.0.0.8", Behaviour.good(200));
        network.finds(SRV, 3_000, "10.0.0.9");
        network.behaves("10.0.0.9", Behaviour.good(10));
        network.knows(ONE, 20, "10.0.0.1");
        network.behaves("10.0.0.1", Behaviour.stalling(20));
        race(LAN, ONE);
        network.pass(2_499);
        assertThat(network.running()).containsExactly("10.0.0.8", "10.0.0.1");
        network.pass(1);
        assertThat(events).containsExactly("trying lan", "trying one.example:3334", "won 10.0.0.8");
        events.clear();
        race(SRV, ONE);
        network.pass(3_030);
        assertThat(events).containsExactly("trying srv:example.org", "trying one.example:3334", "won 10.0.0.9");
    }

    @Test
    void whatIsFoundDoesNotWaitForAConfiguredRelayBehindIt() {
        race(LAN, ONE);
        network.pass(2_000);
        network.known(ONE, "10.0.0.1");
        network.connected("10.0.0.1");
        network.found(LAN, "10.0.0.8");
        assertThat(network.running()).containsExactly("10.0.0.1", "10.0.0.8");
    }
}
