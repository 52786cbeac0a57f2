package io.mnedc.device.dial;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.device.settings.RelayAddress;
import org.junit.jupiter.api.Test;

/** The entries of the list: when the next one has its turn. */
class RelayListRaceTest extends InSimulatedTime {
    @Test
    void silentRelayCostsTwoSecondsAndMayStillWin() {
        race(ONE, TWO);
        network.known(ONE, "10.0.0.1");
        network.pass(1999);
        assertThat(network.asked).containsExactly(ONE);
        network.pass(1);
        network.known(TWO, "10.0.0.2");
        assertThat(network.running()).containsExactly("10.0.0.1", "10.0.0.2");
        network.secured("10.0.0.1");
        assertThat(events).containsExactly("trying one.example:3334", "trying two.example:3334", "won 10.0.0.1");
        assertThat(network.running()).containsExactly("10.0.0.1");
    }

    @Test
    void relayThatIsConnectedHasItsTimeForTls() {
        race(ONE, TWO);
        network.known(ONE, "10.0.0.1");
        network.pass(1000);
        network.connected("10.0.0.1");
        network.pass(4999);
        assertThat(network.asked).containsExactly(ONE);
        network.pass(1);
        assertThat(network.asked).containsExactly(ONE, TWO);
    }

    @Test
    void nameThatHangsHoldsUpNoOtherRelay() {
        race(ONE, TWO);
        network.pass(2000);
        network.known(TWO, "10.0.0.2");
        assertThat(network.running()).containsExactly("10.0.0.2");
        network.secured("10.0.0.2");
        assertThat(events).endsWith("won 10.0.0.2");
        // what comes late starts nothing
        network.known(ONE, "10.0.0.1");
        assertThat(network.running()).containsExactly("10.0.0.2");
    }

    @Test
    void nameThatHangsForEverEndsTheRound() {
        race(ONE);
        network.pass(RaceTurns.LOOK_UP.toMillis());
        assertThat(events)
                .containsExactly(
                        "trying one.example:3334",
                        "failed one.example:3334: the DNS has not answered for the name one.example",
                        "exhausted");
        network.known(ONE, "10.0.0.1");
        assertThat(network.started).isEmpty();
    }

    @Test
    void unknownNameIsFollowedByTheNextRelayAtOnce() {
        race(ONE, TWO);
        network.known(ONE);
        assertThat(network.asked).containsExactly(ONE, TWO);
        assertThat(events).contains("failed one.example:3334: the name one.example is not known to the DNS");
    }

    @Test
    void cancelledRaceTellsAndStartsNothing() {
        RelayRace race = race(ONE, TWO);
        network.known(ONE, "10.0.0.1", "10.0.0.2");
        race.cancel();
        assertThat(network.running()).isEmpty();
        network.pass(60_000);
        race.resume();
        assertThat(network.started).containsExactly("10.0.0.1");
        assertThat(events).containsExactly("trying one.example:3334");
    }

    @Test
    void deadAddressInTheListCostsAsLittleAsOneOfAName() {
        race(RelayAddress.parse("10.0.0.1"), RelayAddress.parse("10.0.0.2"), TWO);
        network.pass(249);
        assertThat(network.running()).containsExactly("10.0.0.1");
        network.pass(1);
        assertThat(network.running()).containsExactly("10.0.0.1", "10.0.0.2");
        // a name is another relay: the order of the list means something
        network.pass(1749);
        assertThat(network.asked).doesNotContain(TWO);
        network.pass(251);
        assertThat(network.asked).endsWith(TWO);
    }
}
