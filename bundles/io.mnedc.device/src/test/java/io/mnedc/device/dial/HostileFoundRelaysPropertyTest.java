package io.mnedc.device.dial;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.device.dial.SimulatedNetwork.Behaviour;
import io.mnedc.device.settings.RelayAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random lists, with hostile relays that are found before a good one that is configured. Each list is raced twice: once
 * without its searches, once with them. So all is seen that they cost: the search itself, and what it finds.
 */
class HostileFoundRelaysPropertyTest {
    private static final int LISTS = 200;
    private static final long TWO_SECONDS = 2_000;

    /** Each search but the first has its start. */
    private static final long EACH_FURTHER = 250;

    /** With a dead configured relay beside it, a second or third address may have to wait for a place. */
    private static final long PLACE = 700;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void hostileFoundRelaysCostAConfiguredOneTwoSecondsInAll(long seed) {
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int list = 0; list < LISTS; list++) {
            hostileFoundRelaysCostNoMore(seeds.nextLong());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {6678097419889160932L, 539447834771366053L, -3555820787214152450L})
    void theWorstListsOfManyMoreAreNoExceptions(long seed) {
        hostileFoundRelaysCostNoMore(seed);
    }

    private static void hostileFoundRelaysCostNoMore(long seed) {
        Lists quiet = new Lists(seed, false);
        Lists hostile = new Lists(seed, true);
        long place = quiet.addresses == 1 || quiet.dead == 0 ? 0 : PLACE;
        assertThat(hostile.millis)
                .as("seed %s: %s", seed, hostile.list)
                .isLessThanOrEqualTo(quiet.millis + TWO_SECONDS + EACH_FURTHER * (quiet.searches - 1) + place);
    }

    /** One list, with all that happens to it. */
    private static final class Lists extends InSimulatedTime {
        final List<RelayAddress> list = new ArrayList<>();
        final int searches;
        final int dead;
        final int addresses;
        final long millis;
        private final SplittableRandom random;

        Lists(long seed, boolean hostile) {
            random = new SplittableRandom(seed);
            searches = random.nextInt(1, 4);
            dead = random.nextInt(0, 3);
            for (int each = 0; each < searches; each++) {
                search(each, random.split());
            }
            for (int each = 0; each < dead; each++) {
                dead(each);
            }
            addresses = random.nextInt(1, 4);
            good();
            network.watch(this::check);
            race(list.stream().filter(relay -> hostile || !relay.isFound()).toArray(RelayAddress[]::new));
            millis = network.passUntil(() -> events.stream().anyMatch(event -> event.startsWith("won 10.0.")));
        }

        private void search(int number, SplittableRandom of) {
            RelayAddress search =
                    number == 0 && of.nextBoolean() ? LAN : RelayAddress.parse("srv:s" + number + ".example");
            list.add(search);
            long answers = of.nextLong(0, 4_000);
            if (of.nextInt(8) == 0) {
                return; // it never answers
            }
            List<String> hosts = new ArrayList<>();
            boolean together = of.nextBoolean();
            for (int host = 0; host < of.nextInt(1, 17); host++) {
                hosts.add(host(number, host, together, of));
            }
            network.finds(search, answers, of.nextInt(8) == 0 ? new String[0] : hosts.toArray(String[]::new));
        }

        private String host(int search, int number, boolean literal, SplittableRandom of) {
            String net = "10." + (60 + search) + "." + number + ".";
            if (literal) {
                network.behaves(net + 1, hostile(net + 1, of));
                return net + 1;
            }
            RelayAddress name = new RelayAddress("h" + number + ".s" + search + ".example", 3334);
            List<String> addresses = new ArrayList<>();
            for (int address = 1; address <= of.nextInt(1, 20); address++) {
                addresses.add(net + address);
                network.behaves(net + address, hostile(net + address, of));
            }
            if (of.nextInt(8) != 0) {
                network.knows(name, of.nextInt(0, 3_000), addresses.toArray(String[]::new));
            }
            return name.host();
        }

        private Behaviour hostile(String address, SplittableRandom of) {
            if (of.nextInt(4) == 0) {
                network.stuck.add(address);
                network.stuck.add(address + "/1220");
            }
            return switch (of.nextInt(6)) {
                case 0 -> Behaviour.silent();
                case 1 -> Behaviour.refusing(of.nextInt(0, 300));
                case 2 -> Behaviour.foreign(of.nextInt(0, 4_000));
                case 3 -> Behaviour.stalling(of.nextInt(900, 2_100));
                default -> Behaviour.stalling(of.nextInt(0, 4_900));
            };
        }

        private void dead(int number) {
            RelayAddress name = new RelayAddress("dead" + number + ".example", 3334);
            list.add(random.nextInt(0, list.size() + 1), name);
            List<String> addresses = new ArrayList<>();
            for (int address = 1; address <= random.nextInt(1, 4); address++) {
                String text = "10.9." + number + "." + address;
                addresses.add(text);
                network.behaves(text, dead());
            }
            network.knows(name, 20, addresses.toArray(String[]::new));
        }

        private Behaviour dead() {
            return switch (random.nextInt(3)) {
                case 0 -> Behaviour.silent();
                case 1 -> Behaviour.refusing(30);
                default -> Behaviour.stalling(50);
            };
        }

        private void good() {
            list.add(ONE);
            List<String> hosts = new ArrayList<>();
            for (int address = addresses; address > 0; address--) {
                hosts.add("10.0.0." + address);
                network.behaves("10.0.0." + address, Behaviour.silent());
            }
            network.behaves("10.0.0.1", Behaviour.good(random.nextInt(1, 200)));
            network.knows(ONE, random.nextInt(0, 200), hosts.toArray(String[]::new));
        }

        private void check() {
            List<String> running = network.running();
            assertThat(running).hasSizeLessThanOrEqualTo(RaceLanes.MOST);
            assertThat(running.stream().filter(host -> host.startsWith("10.6")).count())
                    .isLessThanOrEqualTo(RaceLanes.MOST_OF_A_KIND);
        }
    }
}
