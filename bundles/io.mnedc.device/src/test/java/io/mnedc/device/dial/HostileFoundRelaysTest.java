package io.mnedc.device.dial;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.device.RelayTry;
import io.mnedc.device.dial.SimulatedNetwork.Behaviour;
import io.mnedc.device.settings.RelayAddress;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Relays that an attacker has named, by SRV records or in the LAN, beside those that the administrator has configured. */
class HostileFoundRelaysTest extends InSimulatedTime {
    private static final RelayAddress LITERAL = RelayAddress.parse("10.0.0.1");
    private static final RelayAddress OTHER = RelayAddress.parse("srv:other.example");

    /** Hosts of the LAN that do all the same. */
    private String[] hostile(int count, Behaviour behaviour) {
        String[] hosts = names(66, count);
        for (String host : hosts) {
            network.behaves(host, behaviour);
        }
        return hosts;
    }

    private static String[] names(int net, int count) {
        return IntStream.range(1, count + 1)
                .mapToObj(n -> "10." + net + ".0." + n)
                .toArray(String[]::new);
    }

    private List<String> running(int net) {
        return network.running().stream()
                .filter(host -> host.startsWith("10." + net + "."))
                .toList();
    }

    @Test
    void foundRelaysThatStallHoldUpTheNextEntryForTwoSecondsHoweverManyTheyAre() {
        network.finds(LAN, 20, hostile(16, Behaviour.stalling(1)));
        network.behaves("10.0.0.1", Behaviour.good(20));
        race(LAN, LITERAL);
        network.pass(1_999);
        assertThat(network.asked).doesNotContain(LITERAL);
        network.pass(1);
        assertThat(running(0)).containsExactly("10.0.0.1");
        network.pass(60);
        assertThat(events).endsWith("won 10.0.0.1");
    }

    @Test
    void searchThatIsAnsweredLateHoldsUpTheNextEntryForNoMoreThanTheTwoSeconds() {
        network.finds(LAN, 1_990, hostile(16, Behaviour.stalling(1)));
        race(LAN, LITERAL);
        network.pass(1_999);
        assertThat(running(66)).containsExactly("10.66.0.1");
        assertThat(network.asked).doesNotContain(LITERAL);
        network.pass(1);
        assertThat(running(0)).containsExactly("10.0.0.1");
    }

    @Test
    void searchesThatAreNotAnsweredHaveTheTwoSecondsTogether() {
        race(LAN, SRV, OTHER, LITERAL);
        network.pass(1_999);
        assertThat(network.asked).containsExactly(LAN);
        network.pass(1);
        assertThat(network.asked).containsExactly(LAN, SRV);
        network.pass(250);
        assertThat(network.asked).containsExactly(LAN, SRV, OTHER);
        network.pass(250);
        assertThat(running(0)).containsExactly("10.0.0.1");
    }

    @Test
    void foundRelayThatConnectsLateHoldsUpNobodyAnyLonger() {
        network.finds(LAN, 0, hostile(16, Behaviour.stalling(1_990)));
        race(LAN, LITERAL, TWO);
        network.pass(2_000);
        assertThat(running(0)).containsExactly("10.0.0.1");
        network.pass(2_000);
        assertThat(network.asked).contains(TWO);
    }

    @Test
    void severalSearchesHaveTheTwoSecondsTogether() {
        network.finds(LAN, 0, hostile(16, Behaviour.stalling(1)));
        network.finds(SRV, 0, names(67, 16));
        network.finds(OTHER, 0, names(68, 16));
        race(LAN, SRV, OTHER, LITERAL);
        network.pass(2_000);
        assertThat(network.asked).contains(SRV).doesNotContain(OTHER, LITERAL);
        // each has its start before the next
        network.pass(250);
        assertThat(network.asked).contains(OTHER).doesNotContain(LITERAL);
        network.pass(250);
        assertThat(running(0)).containsExactly("10.0.0.1");
    }

    @Test
    void foundHostsDoNotGoBeforeLaterEntries() {
        network.finds(LAN, 0, hostile(16, Behaviour.silent()));
        race(LAN, ONE, TWO);
        network.pass(4_000);
        assertThat(network.asked).contains(ONE, TWO);
        // they are not forgotten either
        network.pass(8_000);
        assertThat(network.asked.stream().filter(asked -> asked.host().startsWith("10.66.")))
                .hasSize(16);
    }

    @Test
    void foundRelaysLeaveAPlaceToAConfiguredOne() {
        network.finds(SRV, 0, "a.example");
        race(SRV, ONE);
        network.pass(0);
        network.known(A, names(66, 8));
        network.pass(1_999);
        assertThat(running(66)).hasSize(RaceLanes.MOST_OF_A_KIND);
        network.pass(1);
        network.known(ONE, "10.0.0.1");
        assertThat(running(66)).hasSize(RaceLanes.MOST_OF_A_KIND);
        assertThat(running(0)).containsExactly("10.0.0.1");
    }

    @Test
    void configuredRelayPushesOutFoundOnesThatHaveHadTwoSeconds() {
        network.finds(LAN, 0, hostile(7, Behaviour.stalling(1_700)));
        race(LAN, ONE);
        network.pass(2_000);
        assertThat(running(66)).hasSize(RaceLanes.MOST_OF_A_KIND);
        network.known(ONE, names(0, 32));
        network.pass(5_000);
        assertThat(running(0)).hasSize(RaceLanes.MOST_OF_A_KIND);
        assertThat(running(66)).containsExactly("10.66.0.7");
        network.pass(1_000);
        assertThat(running(66)).containsExactly("10.66.0.7");
    }

    @Test
    void foundRelayIsNotPushedOutBeforeItsTwoSeconds() {
        network.finds(LAN, 0, names(66, 16));
        race(ONE, LAN);
        network.pass(3_500);
        assertThat(running(66)).containsExactly(names(66, 7));
        running(66).forEach(network::connected);
        network.known(ONE, names(0, 2));
        network.pass(499);
        assertThat(running(0)).containsExactly("10.0.0.1");
        assertThat(running(66)).contains("10.66.0.1");
        network.pass(1);
        assertThat(running(0)).containsExactly("10.0.0.1", "10.0.0.2");
        assertThat(running(66)).doesNotContain("10.66.0.1");
    }

    @Test
    void foundRelaysNeverPushOutConfiguredOnesAndStillHaveTheirTry() {
        String[] all = hostile(16, Behaviour.stalling(1));
        network.behaves("10.66.0.16", Behaviour.good(20));
        network.finds(LAN, 0, all);
        race(ONE, LAN);
        network.known(ONE, names(0, 7));
        for (String each : names(0, 7)) {
            network.connected(each);
            network.pass(1_000);
        }
        network.watch(() -> {
            if (events.stream().noneMatch(event -> event.startsWith("won"))) {
                assertThat(running(0)).containsExactly(names(0, 7));
            }
        });
        network.passUntil(() -> events.contains("won 10.66.0.16"));
        assertThat(network.started).containsAll(List.of(all));
    }

    @Test
    void configuredRelaysThatAllStallMakeRoomForEachOther() {
        race(ONE);
        network.known(ONE, names(0, 9));
        for (int each = 1; each <= 8; each++) {
            network.connected("10.0.0." + each);
            network.pass(each < 8 ? 1_000 : 999);
        }
        assertThat(network.running()).containsExactly(names(0, 8));
        network.pass(1);
        assertThat(network.running()).doesNotContain("10.0.0.1").contains("10.0.0.2", "10.0.0.9");
        assertThat(tries.last().get(0).outcome()).isEqualTo(RelayTry.Outcome.NO_ANSWER);
    }

    @Test
    void foundRelaysThatSeemToBeBehindANarrowPathTakeNoMorePlaces() {
        for (String host : hostile(16, Behaviour.stalling(1))) {
            network.stuck.add(host);
            network.stuck.add(host + "/1220");
        }
        network.finds(LAN, 0, names(66, 16));
        network.watch(() -> assertThat(running(66)).hasSizeLessThanOrEqualTo(RaceLanes.MOST_OF_A_KIND));
        race(LAN, ONE);
        network.pass(60_000);
        assertThat(network.started).contains("10.66.0.1/1220", "10.66.0.1/536", "10.66.0.16");
    }

    @Test
    void foundRelaysOfOneSearchDoNotKeepAwayThoseOfAnother() {
        network.finds(SRV, 0, "a.example", "b.example");
        for (String host : hostile(8, Behaviour.stalling(1_700))) {
            network.stuck.add(host);
        }
        network.knows(A, 0, names(66, 8));
        network.knows(B, 0, names(67, 8));
        network.finds(LAN, 0, "10.1.0.1");
        network.behaves("10.1.0.1", Behaviour.good(20));
        race(SRV, LAN, ONE);
        assertThat(network.passUntil(() -> events.contains("won 10.1.0.1"))).isLessThanOrEqualTo(2_310);
    }

    @Test
    void foundRelaysPushOutNoConfiguredOneThatIsSilent() {
        network.finds(LAN, 0, hostile(16, Behaviour.stalling(1_700)));
        race(ONE, LAN);
        network.known(ONE, names(0, 3));
        network.watch(() -> assertThat(network.started.stream().filter(host -> host.startsWith("10.0.")))
                .hasSize(running(0).size()));
        network.pass(20_000);
        assertThat(network.started).contains("10.66.0.16");
    }

    @Test
    void namesThatAreKnownAllAtOnceKeepThePaceAndLetAnotherSearchHaveItsTurn() {
        network.finds(SRV, 0, "a.example", "b.example", "one.example", "two.example");
        network.finds(LAN, 5_000, "10.1.0.1");
        network.behaves("10.1.0.1", Behaviour.good(20));
        race(SRV, LAN);
        network.pass(6_999);
        int net = 60;
        for (RelayAddress host : List.of(A, B, ONE, TWO)) {
            network.known(host, names(net++, 8));
        }
        assertThat(network.running()).containsExactly("10.60.0.1");
        network.pass(249);
        assertThat(network.running()).containsExactly("10.60.0.1");
        network.pass(1);
        assertThat(network.running()).containsExactly("10.60.0.1", "10.1.0.1");
    }
}
