package io.mnedc.device.dial;

import static io.mnedc.api.device.RelayTry.Outcome.CONNECTED;
import static io.mnedc.api.device.RelayTry.Outcome.DISTRUSTED;
import static io.mnedc.api.device.RelayTry.Outcome.GIVEN_UP;
import static io.mnedc.api.device.RelayTry.Outcome.NOT_FOUND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.device.RelayTry;
import io.mnedc.api.finder.RelayFinder.Found;
import io.mnedc.device.settings.RelayAddress;
import io.mnedc.transport.ControlStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which address of which relay is tried when, and which one wins, in a time that the test moves. */
class RelayRaceTest {
    private static final RelayAddress ONE = new RelayAddress("one.example", 3334);
    private static final RelayAddress SRV = RelayAddress.parse("srv:example.org");
    private static final RelayAddress LAN = RelayAddress.parse("lan");
    private static final RelayAddress A = new RelayAddress("a.example", 3334);
    private static final RelayAddress B = new RelayAddress("b.example", 3334);
    private static final RelayAddress TWO = new RelayAddress("two.example", 3334);

    private final Network network = new Network();
    private final List<String> events = new ArrayList<>();
    private final Map<RelayAddress, Target> good = new HashMap<>();
    private final Tries tries = new Tries();

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
    void familiesTakeTurnsAndWhatWorkedLastIsFirst() throws UnknownHostException {
        List<InetSocketAddress> found = addresses("10.0.0.1", "10.0.0.2", "fd00::1", "10.0.0.1", "fd00::2", "fd00::3");
        assertThat(hosts(AddressOrder.of(found, null, 32)))
                .containsExactly("fd00::1", "10.0.0.1", "fd00::2", "10.0.0.2", "fd00::3");
        InetSocketAddress last = address("10.0.0.2");
        assertThat(hosts(AddressOrder.of(found, last, 3))).containsExactly("10.0.0.2", "fd00::1", "10.0.0.1");
        assertThat(hosts(AddressOrder.of(found, address("10.9.9.9"), 1))).containsExactly("fd00::1");
    }

    @Test
    void manyAddressesAreTriedAtTheSamePaceButFewAtATime() {
        race(ONE);
        String[] many = IntStream.range(1, 51).mapToObj(i -> "10.0.0." + i).toArray(String[]::new);
        network.known(ONE, many);
        for (int i = 0; i < 200; i++) {
            assertThat(network.running()).hasSizeLessThanOrEqualTo(RelayRace.MOST_AT_ONCE);
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
        network.pass(RelayRace.LOOK_UP.toMillis());
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
        good.put(SRV, new Target(new Place(SRV, "b.example", 3334), address("10.0.0.4"), Paths.USUAL));
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
        good.put(LAN, new Target(new Place(LAN, "10.0.0.9", 3334), address("10.0.0.9"), Paths.USUAL));
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
        network.pass(RelayRace.LOOK_UP.toMillis());
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
            assertThat(network.running()).hasSizeLessThanOrEqualTo(RelayRace.MOST_AT_ONCE);
        }
        assertThat(network.started).hasSize(16 * RaceLeg.MOST_ADDRESSES_FOUND);
        assertThat(tries.last()).hasSize(DeviceStatus.MOST_TRIES);
    }

    private RelayRace race(RelayAddress... relays) {
        RelayRace race = new RelayRace(network, List.of(relays), good, tries, new RecordedEvents());
        race.resume();
        return race;
    }

    private final class RecordedEvents implements RelayRace.Events {
        @Override
        public void trying(RelayAddress relay) {
            events.add("trying " + relay);
        }

        @Override
        public void failed(RelayAddress relay, String why, boolean lasting) {
            events.add("failed " + relay + (lasting ? " lasting" : "") + ": " + why);
        }

        @Override
        public void won(Target target, Connection connection) {
            events.add("won " + Network.name(target));
        }

        @Override
        public void exhausted() {
            events.add("exhausted");
        }
    }

    private static String host(InetSocketAddress address) {
        return address.getAddress().getHostAddress().replaceFirst("^fd00:0:0:0:0:0:0:", "fd00::");
    }

    private static List<String> hosts(List<InetSocketAddress> addresses) {
        return addresses.stream().map(RelayRaceTest::host).toList();
    }

    private static InetSocketAddress address(String host) {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), 3334);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static List<InetSocketAddress> addresses(String... hosts) {
        return List.of(hosts).stream().map(RelayRaceTest::address).toList();
    }

    private record Task(long due, Runnable run) {}

    /** A network without packets. */
    private static final class Network implements RaceTrack {
        final List<RelayAddress> asked = new ArrayList<>();
        final List<String> started = new ArrayList<>();
        final Map<String, Throwable> failAtOnce = new HashMap<>();
        final Set<RelayAddress> answered = new HashSet<>();
        final Set<String> stuck = new HashSet<>();
        final List<Task> tasks = new ArrayList<>();
        private final Map<RelayAddress, Consumer<List<InetSocketAddress>>> lookUps = new HashMap<>();
        private final Map<RelayAddress, Consumer<Finders.Finding>> finds = new HashMap<>();
        private final Map<String, Attempt> attempts = new LinkedHashMap<>();
        private long now = Long.MAX_VALUE - 5; // it may wrap round

        private final class Attempt implements Runner {
            final String host;
            final Progress progress;

            Attempt(String host, Progress progress) {
                this.host = host;
                this.progress = progress;
            }

            @Override
            public void cut() {
                attempts.remove(host, this);
            }

            @Override
            public boolean stuck() {
                return stuck.contains(host);
            }

            @Override
            public void hand(ControlStream.Handler next) {
                throw new AssertionError("there is nothing to hand on");
            }
        }

        @Override
        public Runner start(Target target, Progress progress) {
            String host = name(target);
            started.add(host);
            Attempt attempt = new Attempt(host, progress);
            Throwable cause = failAtOnce.get(host);
            if (cause == null) {
                attempts.put(host, attempt);
            } else {
                progress.failed(cause);
            }
            return attempt;
        }

        static String name(Target target) {
            return host(target.address()) + (target.segment() == Paths.USUAL ? "" : "/" + target.segment());
        }

        @Override
        public int segment(InetSocketAddress address) {
            return Paths.USUAL;
        }

        @Override
        public void lookUp(Place place, Consumer<List<InetSocketAddress>> found) {
            RelayAddress host = new RelayAddress(place.host(), place.port());
            asked.add(host);
            lookUps.put(host, found);
            if (Place.literal(place.host()).isPresent()) {
                found.accept(addresses(place.host()));
            }
        }

        @Override
        public void find(RelayAddress relay, Consumer<Finders.Finding> found) {
            asked.add(relay);
            finds.put(relay, found);
        }

        void found(RelayAddress relay, String... hosts) {
            Consumer<Finders.Finding> asking = finds.get(relay);
            if (asking == null) {
                throw new AssertionError("nobody has asked for " + relay);
            }
            asking.accept(new Finders.Finding(
                    List.of(hosts).stream().map(host -> new Found(host, 3334)).toList(),
                    hosts.length == 0 ? "none is there" : ""));
        }

        @Override
        public Runnable later(long nanos, Runnable task) {
            Task scheduled = new Task(now + nanos, task);
            tasks.add(scheduled);
            return () -> tasks.remove(scheduled);
        }

        @Override
        public long now() {
            return now;
        }

        void pass(long millis) {
            long end = now + Duration.ofMillis(millis).toNanos();
            for (Task next = due(end); next != null; next = due(end)) {
                now = next.due();
                tasks.remove(next);
                next.run().run();
            }
            now = end;
        }

        private @Nullable Task due(long end) {
            return tasks.stream()
                    .filter(task -> task.due() - end <= 0)
                    .min((a, b) -> Long.compare(a.due() - b.due(), 0))
                    .orElse(null);
        }

        void known(RelayAddress relay, String... hosts) {
            Consumer<List<InetSocketAddress>> asking = lookUps.get(relay);
            if (asking == null) {
                throw new AssertionError("nobody has asked for " + relay);
            }
            asking.accept(addresses(hosts));
        }

        List<String> running() {
            return List.copyOf(attempts.keySet());
        }

        private Attempt attempt(String host) {
            Attempt attempt = attempts.get(host);
            if (attempt == null) {
                throw new AssertionError(host + " is not tried, but " + attempts.keySet());
            }
            return attempt;
        }

        void connected(String host) {
            attempt(host).progress.connected();
        }

        void secured(String host) {
            Attempt attempt = attempt(host);
            attempt.progress.connected();
            attempt.progress.ready(attempt);
        }

        void fail(String host, Throwable cause) {
            Attempt attempt = attempt(host);
            attempts.remove(host);
            attempt.progress.failed(cause);
        }

        /** The winner's connection has ended. */
        void forget(String host) {
            attempts.remove(host);
        }
    }
}
