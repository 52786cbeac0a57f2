package io.mnedc.device.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.tun.TunSettings;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.Opaque;
import io.mnedc.device.Fixture;
import io.mnedc.device.TestRelay;
import io.mnedc.device.dial.Place;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.device.settings.RelayAddress;
import io.mnedc.testing.Await;
import io.mnedc.transport.ControlLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The names of relays may stand for other addresses later, while the device is connected to one of them. */
@Timeout(120)
class RelayNamesTest {
    private static final RelayAddress FIRST = new RelayAddress("first.example", 3334);
    private static final RelayAddress SECOND = new RelayAddress("second.example", 3334);

    private final ControlLoop loop = new ControlLoop("test-control", fault -> {});
    private final ScheduledExecutorService lookUps = Executors.newSingleThreadScheduledExecutor();
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger others = new AtomicInteger();
    private volatile String second = "203.0.113.2";

    @AfterEach
    void end() {
        loop.close();
        lookUps.shutdownNow();
    }

    private InetAddress[] lookUp(String host) throws UnknownHostException {
        asked.incrementAndGet();
        String address = host.equals(FIRST.host()) ? "203.0.113.1" : second;
        if (address.isEmpty()) {
            throw new UnknownHostException(host);
        }
        return InetAddress.getAllByName(address);
    }

    private final class Door implements NetworkGuard.Gate {
        @Override
        public void want(TunSettings settings) {
            said.add("wanted " + settings.addresses());
        }

        @Override
        public void refuse(String problem) {
            said.add("refused " + problem);
        }

        @Override
        public void recheck() {
            // the driver's business
        }

        @Override
        public void destinationsChanged() {
            others.incrementAndGet();
        }
    }

    private String next() throws InterruptedException {
        String next = said.poll(60, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    @Test
    void nameThatStandsForAnAddressOfTheOverlayLaterTakesTheInterfaceAwayUntilItIsAnother() throws Exception {
        NetworkGuard guard = guard();
        Membership place = place(0x0a000000);
        loop.execute(() -> {
            guard.relays(List.of(FIRST, SECOND));
            guard.joined(place, List.of());
        });
        assertThat(next()).startsWith("wanted [10.0.0.2/24");

        second = "10.0.0.9";
        assertThat(next()).startsWith("refused").contains("contains 10.0.0.9, where relay second.example:3334 is");

        // a DNS that does not answer says nothing new
        second = "";
        int before = asked.get();
        Await.until("it is asked again", () -> asked.get() > before + 3);
        assertThat(said).isEmpty();

        second = "203.0.113.7";
        assertThat(next()).startsWith("wanted");

        second = "fd12:3456:789a:1::99";
        assertThat(next()).startsWith("refused").contains("IPv6 prefix");

        assertThat(guard.outside())
                .containsExactlyInAnyOrder(
                        InetAddress.getByName("203.0.113.1"), InetAddress.getByName("fd12:3456:789a:1::99"));
        assertThat(others).as("told with each change").hasValueGreaterThan(3);
        CompletableFuture.runAsync(guard::close, loop).get(60, TimeUnit.SECONDS);
    }

    @Test
    void whatTheLanSaysOfARelayTakesNoInterfaceAwayBeforeTheRelayHasProvedItself() throws Exception {
        NetworkGuard guard = guard();
        Membership joined = place(0x0a000000);
        RelayAddress lan = RelayAddress.parse("lan");
        Place there = new Place(lan, "10.0.0.9", 3334);
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName("10.0.0.9"), 3334);
        loop.execute(() -> {
            guard.relays(List.of(lan));
            guard.found(there, List.of(address));
            guard.joined(joined, List.of());
        });
        assertThat(next()).startsWith("wanted [10.0.0.2/24");
        assertThat(guard.outside()).isEmpty();

        loop.execute(() -> guard.proved(there, address));
        assertThat(next()).startsWith("refused").contains("contains 10.0.0.9, where relay lan is");
        CompletableFuture.runAsync(guard::close, loop).get(60, TimeUnit.SECONDS);
    }

    @Test
    void hostsOfSrvRecordsCountUntilTheNextRoundAndAreFew() throws Exception {
        NetworkGuard guard = guard();
        RelayAddress srv = RelayAddress.parse("srv:example.org");
        CompletableFuture.runAsync(
                        () -> {
                            guard.relays(List.of(srv));
                            for (int host = 0; host < 1000; host++) {
                                guard.found(
                                        new Place(srv, "h" + host, 3334),
                                        List.of(new InetSocketAddress(
                                                "203.0." + (host >> 8) + "." + (host & 255), 3334)));
                            }
                        },
                        loop)
                .get(60, TimeUnit.SECONDS);
        assertThat(guard.outside()).hasSizeBetween(2, 200);
        CompletableFuture.runAsync(() -> guard.relays(List.of(srv)), loop).get(60, TimeUnit.SECONDS);
        assertThat(guard.outside()).isEmpty();
        assertThat(asked).as("its hosts are not looked up here").hasValue(0);
        CompletableFuture.runAsync(guard::close, loop).get(60, TimeUnit.SECONDS);
    }

    private NetworkGuard guard() throws Exception {
        DeviceSettings settings = Fixture.settings(Map.of("device.id", "one", "relays", List.of("first.example")));
        return new NetworkGuard(
                loop,
                lookUps,
                this::lookUp,
                Duration.ofMillis(20),
                Runnable::run,
                () -> settings,
                List::<InetAddress>of,
                new Door());
    }

    private static Membership place(int network) throws Exception {
        Opaque secret = Opaque.copyOf(new byte[16]);
        return Membership.of(new Welcome(0, 1, secret, 2, network, 24, TestRelay.ULA, 1000, 1, "test/1"), false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.5", "fd12:3456:789a:1::5"})
    void networkThatHasAnEndOfTheConnectionToTheRelayIsRefused(String end) throws Exception {
        NetworkGuard guard = guard();
        Membership place = place(0x0a000000);
        List<InetAddress> ends = List.of(InetAddress.getByName("203.0.113.1"), InetAddress.getByName(end));
        loop.execute(() -> guard.joined(place, ends));
        assertThat(next()).startsWith("refused").contains(", an end of the connection to the relay:");

        loop.execute(() -> guard.joined(place, ends.subList(0, 1)));
        assertThat(next()).startsWith("wanted");
        CompletableFuture.runAsync(guard::close, loop).get(60, TimeUnit.SECONDS);
    }

    @Test
    void networkOfTheOverlayBeforeIsForgottenForGood() throws Exception {
        NetworkGuard guard = guard();
        Membership before = place(0x0a000000);
        Membership now = place(0x0a010000);
        Membership another = place(0x0a020000);
        loop.execute(() -> guard.joined(before, List.of()));
        assertThat(next()).startsWith("wanted [10.0.0.2/24");
        loop.execute(() -> guard.joined(now, List.of()));
        assertThat(next()).startsWith("refused").contains("was 10.0.0.0/24");
        assertThat(guard.waiting()).isPresent();

        CompletableFuture.runAsync(guard::forget, loop).get(60, TimeUnit.SECONDS);
        assertThat(guard.waiting()).isEmpty();
        // a change of settings, say, before the relay of the other overlay has said anything
        CompletableFuture.runAsync(guard::settingsChanged, loop).get(60, TimeUnit.SECONDS);
        loop.execute(() -> guard.joined(another, List.of()));
        assertThat(next()).startsWith("wanted [10.2.0.2/24");
        CompletableFuture.runAsync(guard::close, loop).get(60, TimeUnit.SECONDS);
    }
}
