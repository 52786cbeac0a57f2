package io.mnedc.tun;

import static io.mnedc.tun.NetworkNamespace.ip;
import static io.mnedc.tun.Packets.settings;
import static io.mnedc.tun.RealTunWatchTest.both;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.tun.TunDevice;
import io.mnedc.api.tun.TunObserver;
import io.mnedc.api.tun.TunState;
import io.mnedc.testing.Await;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Routes of the machine that lead the overlay's packets elsewhere. */
@Timeout(120)
class RealTunRouteTest extends InNamespace {
    @TempDir
    private Path directory;

    @BeforeEach
    void otherInterface() throws Exception {
        namespace.run(() -> driver.open(settings("lan", "198.18.9.1/24", "fd00:9::1/64")));
    }

    @Test
    void anEqualRouteThatWasThereFirstIsAFaultUntilItGoes() throws Exception {
        namespace.run(() -> {
            ip("route", "add", "198.18.0.0/24", "dev", "lan");
            try (TunDevice device = driver.open(both("tun0"))) {
                assertThat(device.state().fault().orElseThrow())
                        .contains("198.18.0.0/24 do not go into interface tun0", "not sealed")
                        .contains("route \"198.18.0.0/24 dev lan\"", "ip route del 198.18.0.0/24 dev lan", "\"pool\"");
                ip("route", "del", "198.18.0.0/24", "dev", "lan");
                Await.until("over", () -> device.state().fault().isEmpty());
                assertThat(device.state().warning()).isEmpty();
            }
        });
    }

    @Test
    void whatTakesAllPacketsIsAFault() throws Exception {
        namespace.run(() -> {
            try (TunDevice device = driver.open(both("tun0"))) {
                fault(device, "route prepend 198.18.0.0/24 dev lan", "route del 198.18.0.0/24 dev lan", "dev lan");
                ip("route", "add", "198.18.0.128/25", "via", "198.18.9.2");
                fault(
                        device,
                        "route add 198.18.0.0/25 via 198.18.9.2",
                        "route del 198.18.0.0/25",
                        "\"198.18.0.0/25 via 198.18.9.2 dev lan\"");
                ip("route", "del", "198.18.0.128/25");
                fault(
                        device,
                        "-6 route add fd00:6d::/64 dev lan metric 5",
                        "-6 route del fd00:6d::/64 dev lan",
                        "\"fd00:6d:0:0:0:0:0:0/64 dev lan metric 5\"");
                ip("route", "add", "default", "via", "198.18.9.2", "table", "77");
                fault(device, "rule add to 198.18.0.0/24 table 77", "rule del to 198.18.0.0/24", "table 77");
                // once an application has the interface's address
                fault(device, "rule add from 198.18.0.1 table 77", "rule del from 198.18.0.1", "ip rule show");
                fault(
                        device,
                        "rule add to 198.18.0.0/24 prohibit",
                        "rule del to 198.18.0.0/24",
                        "a rule that says prohibit");
                ip("route", "add", "unreachable", "198.18.0.0/25");
                fault(
                        device,
                        "route add unreachable 198.18.0.128/25",
                        "route del unreachable 198.18.0.0/25",
                        "\"unreachable 198.18.0.0/25\"");
                ip("route", "del", "unreachable", "198.18.0.128/25");
                ip("-6", "route", "add", "blackhole", "fd00:6d:0:0:8000::/65");
                fault(
                        device,
                        "-6 route add blackhole fd00:6d::/65",
                        "-6 route del blackhole fd00:6d::/65",
                        "blackhole fd00:6d:");
            }
        });
    }

    /** Also of one that has no address. The kernel takes almost any name, and what is wrong is shown in logs and on terminals. */
    @Test
    void namesOfOtherInterfacesAreShownWithoutTheirControlCharacters() throws Exception {
        namespace.run(() -> {
            ip("link", "add", "bad\u001b[31m", "type", "veth", "peer", "name", "end");
            ip("link", "set", "end", "up");
            ip("link", "set", "bad\u001b[31m", "up");
            try (TunDevice device = driver.open(both("tun0"))) {
                fault(
                        device,
                        "route prepend 198.18.0.0/24 dev bad\u001b[31m",
                        "route del 198.18.0.0/24 dev bad\u001b[31m",
                        "dev bad?[31m");
            }
            ip("address", "add", "198.18.0.7/24", "dev", "bad\u001b[31m");
            assertThatThrownBy(() -> driver.open(both("tun0")))
                    .hasMessageContaining("overlaps 198.18.0.0/24 of interface bad?[31m;");
        });
    }

    @Test
    void whatTakesAPartIsAWarning() throws Exception {
        namespace.run(() -> {
            try (TunDevice device = driver.open(both("tun0"))) {
                told(
                        device,
                        TunState::warning,
                        "route add 198.18.0.128/25 dev lan",
                        "route del 198.18.0.128/25",
                        "some packets to 198.18.0.0/24 (such as to 198.18.0.254)");
                assertThat(device.state().fault()).isEmpty();
                ip("route", "add", "198.18.0.128/25", "dev", "lan");
                Await.until("warned", () -> device.state().warning().isPresent());
                // its routes go with an interface, and the kernel says nothing of them
                ip("link", "delete", "lan");
                Await.until("over", () -> device.state().warning().isEmpty());
            }
        });
    }

    @Test
    void aPeerThatIsReachedElsewhereIsFoundAmongMany() throws Exception {
        List<InetAddress> peers = new CopyOnWriteArrayList<>(addresses(2, 71));
        namespace.run(() -> {
            ip("route", "add", "198.18.0.70/32", "dev", "lan");
            try (TunDevice device = driver.open(both("tun0"))) {
                assertThat(device.state().warning()).isEmpty();
                device.observe(observing(peers::iterator));
                Await.until(
                        "found",
                        () -> device.state()
                                .warning()
                                .orElse("")
                                .contains("packets to 198.18.0.70 do not go into interface tun0"));
                ip("route", "add", "198.18.0.250/32", "dev", "lan");
                ip("route", "del", "198.18.0.70/32", "dev", "lan");
                Await.until(
                        "over: the other one is nobody's",
                        () -> device.state().warning().isEmpty());
                peers.add(InetAddress.getByName("198.18.0.250"));
                device.destinationsChanged();
                Await.until("found", () -> device.state().warning().orElse("").contains("198.18.0.250"));
                peers.remove(peers.size() - 1);
                device.destinationsChanged();
                Await.until("left", () -> device.state().warning().isEmpty());
            }
        });
    }

    @Test
    void manyChangesOfRoutesCostLittle() throws Exception {
        Path batch = directory.resolve("batch");
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            String network = "172." + (16 + i / 65_536) + "." + i / 256 % 256 + "." + i % 256 + "/32 dev lan";
            lines.add("route add " + network);
            lines.add("route del " + network);
        }
        Files.write(batch, lines);
        namespace.run(() -> {
            try (TunDevice device = driver.open(both("tun0"))) {
                device.observe(observing(addresses(2, 250)::iterator));
                Await.until("at rest", () -> cpu() > 0);
                Duration before = Duration.ofNanos(cpu());
                ip("-batch", batch.toString());
                ip("route", "add", "198.18.0.128/25", "dev", "lan");
                Await.until("still seen", () -> device.state().warning().isPresent());
                Duration used = Duration.ofNanos(cpu()).minus(before);
                // 100,000 took a quarter of a second, most of it for the looks every two seconds
                assertThat(used).isLessThan(Duration.ofSeconds(1));
            }
        });
    }

    /** {@return the processor time of the threads that watch "tun" interfaces} */
    private static long cpu() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Stream.of(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(thread -> thread != null && thread.getThreadName().startsWith("mnedc-tun-watch"))
                .mapToLong(ThreadInfo::getThreadId)
                .map(threads::getThreadCpuTime)
                .filter(time -> time > 0)
                .sum();
    }

    private static List<InetAddress> addresses(int from, int to) throws IOException {
        List<InetAddress> all = new ArrayList<>();
        for (int i : IntStream.range(from, to).toArray()) {
            all.add(InetAddress.getByName("198.18.0." + i));
            all.add(InetAddress.getByName("fd00:6d::" + Integer.toHexString(i)));
        }
        return all;
    }

    @Test
    void aRouteThatLeadsTheRelaysPacketsIntoTheInterfaceIsAFault() throws Exception {
        InetAddress far = InetAddress.getByName("203.0.113.5");
        InetAddress far6 = InetAddress.getByName("2001:db8::5");
        List<InetAddress> relays = new CopyOnWriteArrayList<>(List.of(far));
        namespace.run(() -> {
            ip("route", "add", "default", "via", "198.18.9.2", "metric", "100");
            ip("-6", "route", "add", "default", "via", "fd00:9::2", "metric", "100");
            try (TunDevice device = driver.open(both("tun0"))) {
                device.observe(new TunObserver() {
                    @Override
                    public void changed() {}

                    @Override
                    public Iterator<InetAddress> destinations() {
                        return Collections.emptyIterator();
                    }

                    @Override
                    public Collection<InetAddress> outside() {
                        return relays;
                    }
                });
                fault(
                        device,
                        "route add default dev tun0",
                        "route del default dev tun0",
                        "packets to the relay at 203.0.113.5 go into interface tun0 itself and never get there: route"
                                + " \"default dev tun0\" of this machine leads them there; remove it (ip route del"
                                + " default dev tun0)");
                // one of two is left
                relays.add(far6);
                device.destinationsChanged();
                told(
                        device,
                        TunState::warning,
                        "-6 route add 2001:db8::/32 dev tun0",
                        "-6 route del 2001:db8::/32 dev tun0",
                        "packets to the relay at 2001:db8:0:0:0:0:0:5 go into interface tun0 itself");
                assertThat(device.state().fault()).isEmpty();
            }
        });
    }

    private static TunObserver observing(java.util.function.Supplier<Iterator<InetAddress>> destinations) {
        return new TunObserver() {
            @Override
            public void changed() {}

            @Override
            public Iterator<InetAddress> destinations() {
                return destinations.get();
            }
        };
    }

    private static void fault(TunDevice device, String harm, String cure, String text) throws Exception {
        told(device, TunState::fault, harm, cure, text);
    }

    private static void told(
            TunDevice device, Function<TunState, Optional<String>> what, String harm, String cure, String text)
            throws Exception {
        ip(harm.split(" "));
        Await.until(harm, () -> what.apply(device.state()).isPresent());
        assertThat(what.apply(device.state()).orElseThrow()).contains(text);
        ip(cure.split(" "));
        Await.until(cure, () -> what.apply(device.state()).isEmpty());
    }
}
