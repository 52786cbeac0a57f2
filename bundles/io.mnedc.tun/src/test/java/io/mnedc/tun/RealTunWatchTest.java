package io.mnedc.tun;

import static io.mnedc.tun.NetworkNamespace.ip;
import static io.mnedc.tun.Packets.prefix;
import static io.mnedc.tun.Packets.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.tun.TunDevice;
import io.mnedc.api.tun.TunSettings;
import io.mnedc.testing.Await;
import io.mnedc.testing.Log;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Somebody else changes an interface of the kernel. */
@Timeout(120)
class RealTunWatchTest extends InNamespace {
    private static final String OWN_SOURCES = "198.18.0.1 fd00:6d::1";
    private static final String IPV6 = "fd00006d000000000000000000000001/64";

    @TempDir
    private Path directory;

    @Test
    void whatIsTakenAwayIsPutBackAndForeignAddressesStay() throws Exception {
        namespace.run(() -> {
            try (TunDevice device = driver.open(settings("tun0", "198.18.0.1/24", "fd00:6d::1/64"))) {
                ip("address", "add", "198.18.77.1/32", "dev", "tun0");
                for (String harm : List.of(
                        "link set tun0 down",
                        "link set tun0 carrier off",
                        "link set tun0 mtu 1300",
                        "address del 198.18.0.1/24 dev tun0",
                        "-6 address del fd00:6d::1/64 dev tun0",
                        "route del 198.18.0.0/24 dev tun0",
                        "-6 route del fd00:6d::/64 dev tun0")) {
                    calm(device);
                    ip(harm.split(" "));
                    Await.until(harm, RealTunWatchTest::isWhole);
                    assertThat(ip("address", "show", "dev", "tun0")).contains("198.18.77.1/32");
                }
                calm(device);
                ip("address", "flush", "dev", "tun0");
                Await.until("flushed", RealTunWatchTest::isWhole);
                assertThat(device.state().addresses())
                        .containsExactly(prefix("198.18.0.1/24"), prefix("fd00:6d::1/64"));
                assertThat(ip("address", "show", "dev", "tun0")).doesNotContain("198.18.77.1/32");
            }
        });
    }

    /** Begins the count of what others do anew: this test is no tug-of-war. */
    private static void calm(TunDevice device) throws Exception {
        device.configure(device.settings());
    }

    @Test
    void anMtuThatIsTooSmallForIpv6LosesNothing() throws Exception {
        namespace.run(() -> {
            try (TunDevice device = driver.open(settings("tun0", "198.18.0.1/24", "fd00:6d::1/64"))) {
                ip("link", "set", "tun0", "mtu", "1000");
                Await.until("MTU", RealTunWatchTest::isWhole);
                assertThat(device.state().fault()).isEmpty();
                ip("link", "set", "tun0", "down");
                Await.until("up", RealTunWatchTest::isWhole);
                assertThat(NetworkNamespace.ipv6Addresses("tun0")).containsExactly(IPV6);
            }
        });
    }

    @Test
    void anIpv6AddressOfAnotherLengthIsReplaced() throws Exception {
        namespace.run(() -> {
            try (TunDevice device = driver.open(settings("tun0", "198.18.0.1/24", "fd00:6d::1/64"))) {
                ip("-6", "address", "del", "fd00:6d::1/64", "dev", "tun0");
                // whoever is first, the other one has to give way
                Await.until("put back", RealTunWatchTest::isWhole);
                NetworkNamespace.ipTry("-6", "address", "add", "fd00:6d::1/128", "dev", "tun0");
                Await.until("put back", RealTunWatchTest::isWhole);
                assertThat(device.state().fault()).isEmpty();
            }
        });
    }

    /** What a network manager does that has an address of its own for the interface. */
    @Test
    void anAddressThatTakesThePlaceOfTheOwnOneIsRemoved() throws Exception {
        namespace.run(() -> {
            // or the kernel would remove with an address those that stand behind it
            Files.writeString(Path.of("/proc/sys/net/ipv4/conf/all/promote_secondaries"), "1");
            try (TunDevice device = driver.open(settings("tun0", "198.18.0.1/24", "fd00:6d::1/64"))) {
                ip("address", "add", "198.18.0.99/24", "dev", "tun0");
                calm(device);
                // behind the own one it does no harm
                assertThat(ip("address", "show", "dev", "tun0")).contains("198.18.0.99/24");
                ip("address", "del", "198.18.0.1/24", "dev", "tun0");
                Await.until("own one first", () -> isWhole() && sources().equals(OWN_SOURCES));
                ip("address", "add", "198.18.0.99/25", "dev", "tun0");
                Await.until("nothing better", () -> isWhole() && sources().equals(OWN_SOURCES));
                ip("-6", "address", "add", "fd00:6d::98/64", "nodad", "dev", "tun0");
                Await.until(
                        "IPv6, where the latest is the first",
                        () -> isWhole() && sources().equals(OWN_SOURCES));
                Await.until("told", () -> device.state().fault().isEmpty());
            }
        });
    }

    /** What packets get as their source, whose applications do not choose. */
    private static String sources() throws Exception {
        return (ip("route", "get", "198.18.0.7") + ip("-6", "route", "get", "fd00:6d::7"))
                .lines()
                .filter(line -> line.contains(" src "))
                .map(line -> line.replaceAll(".* src (\\S+).*", "$1"))
                .collect(Collectors.joining(" "));
    }

    @Test
    void aRouteWithAWrongSourceIsTold() throws Exception {
        namespace.run(() -> {
            try (TunDevice device = driver.open(settings("tun0", "198.18.0.1/24", "fd00:6d::1/64"))) {
                ip("address", "add", "198.18.77.1/32", "dev", "tun0");
                ip("route", "replace", "198.18.0.0/24", "dev", "tun0", "src", "198.18.77.1");
                Await.until("told", () -> device.state().fault().orElse("").contains("wrong source"));
                assertThat(device.state().fault().orElseThrow()).contains("198.18.77.1", "ip route show");
                ip("route", "del", "198.18.0.0/24", "dev", "tun0", "src", "198.18.77.1");
                Await.until("over", () -> device.state().fault().isEmpty() && isWhole());
            }
        });
    }

    @Test
    void ipv6ThatIsSwitchedOffAndOnComesBack() throws Exception {
        namespace.run(() -> {
            try (TunDevice device = driver.open(settings("tun0", "198.18.0.1/24", "fd00:6d::1/64"))) {
                Path off = Path.of("/proc/sys/net/ipv6/conf/tun0/disable_ipv6");
                Files.writeString(off, "1");
                Await.until("only IPv4", () -> device.state().addresses().equals(List.of(prefix("198.18.0.1/24"))));
                assertThat(device.state().fault()).isEmpty();
                assertThat(device.settings().addresses()).containsExactly(prefix("198.18.0.1/24"));
                Files.writeString(off, "0");
                Await.until("IPv6 again", RealTunWatchTest::isWhole);
                Await.until("known", () -> device.state().addresses().size() == 2);
            }
        });
    }

    @Test
    void anInterfaceThatIsRenamedIsFollowed() throws Exception {
        namespace.run(() -> {
            try (TunDevice device = driver.open(settings("tun0", "198.18.0.1/24"))) {
                ip("link", "set", "tun0", "down");
                NetworkNamespace.ipTry("link", "set", "tun0", "name", "other");
                Await.until("down again and renamed", () -> {
                    if (!NetworkNamespace.interfaces().contains("other")) {
                        ip("link", "set", "tun0", "down");
                        NetworkNamespace.ipTry("link", "set", "tun0", "name", "other");
                    }
                    return NetworkNamespace.interfaces().contains("other");
                });
                Await.until("followed", () -> device.name().equals("other"));
                assertThat(device.state().name()).isEqualTo("other");
                assertThat(device.settings().name()).isEqualTo("other");
                device.configure(settings("other", "198.18.0.7/24"));
                assertThat(ip("address", "show", "dev", "other")).contains("198.18.0.7/24");
                // what it was asked to be called still means it
                device.configure(settings("tun0", "198.18.0.8/24"));
            }
        });
    }

    @Test
    void anInterfaceWithANameThatIsNoneEndsTheReader() throws Exception {
        namespace.run(() -> {
            try (TunDevice device = driver.open(settings("tun0", "198.18.0.1/24"))) {
                Await.until("down and renamed", () -> {
                    NetworkNamespace.ipTry("-batch", batch("link set tun0 down", "link set tun0 name \u001b[31m+"));
                    return !NetworkNamespace.interfaces().contains("tun0");
                });
                assertThatThrownBy(() -> {
                            while (true) {
                                Packets.read(device);
                            }
                        })
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("the name \"?[31m+\", which is not one of letters");
            }
        });
    }

    private String batch(String... lines) throws IOException {
        return Files.write(directory.resolve("batch"), List.of(lines)).toString();
    }

    @Test
    void anInterfaceThatIsMovedAwayEndsTheReader() throws Exception {
        try (NetworkNamespace elsewhere = new NetworkNamespace("elsewhere")) {
            String thread = elsewhere.call(() ->
                    Path.of("/proc/thread-self").toRealPath().getFileName().toString());
            namespace.run(() -> {
                try (TunDevice device = driver.open(settings("tun0", "198.18.0.1/24"))) {
                    ip("link", "set", "tun0", "netns", thread);
                    assertThatThrownBy(() -> {
                                while (true) {
                                    Packets.read(device);
                                }
                            })
                            .isInstanceOf(IOException.class)
                            .hasMessageContaining("moved it to another network namespace");
                }
                assertThat(driver.open(settings("tun0", "198.18.0.1/24")).name())
                        .isEqualTo("tun0");
            });
            elsewhere.run(() -> assertThat(NetworkNamespace.interfaces()).containsExactly("lo"));
        }
    }

    @Test
    void aTugOfWarIsToldOnceAndEnds() throws Exception {
        String text = Log.of(() -> namespace.run(() -> {
            try (TunDevice device = driver.open(settings("tun0", "198.18.0.1/24", "fd00:6d::1/64"))) {
                int times = 0;
                while (device.state().fault().isEmpty()) {
                    ip("address", "flush", "dev", "tun0");
                    assertThat(times++).isLessThan(1000);
                }
                assertThat(device.state().fault().orElseThrow())
                        .contains("tun0", "again and again", "the address 198.18.0.1/24", "INSTALL");
                // it goes on for a while
                for (int i = 0; i < 50; i++) {
                    ip("address", "flush", "dev", "tun0");
                }
                Await.until("put back", RealTunWatchTest::isWhole);
                Await.until("over", () -> device.state().fault().isEmpty());
                assertThat(isWhole()).isTrue();
            }
        }));
        assertThat(text.lines().filter(line -> line.contains("put back: "))).hasSizeBetween(1, TugOfWar.AT_ONCE);
        assertThat(text.lines().filter(line -> line.contains("again and again")))
                .hasSize(1);
        assertThat(text.lines()).hasSizeLessThan(12);
    }

    @Test
    void anInterfaceThatNobodyTouchesCostsNothing() throws Exception {
        namespace.run(() -> {
            try (TunDevice device = driver.open(settings("tun0", "198.18.0.1/24", "fd00:6d::1/64"));
                    DatagramSocket socket = new DatagramSocket()) {
                Path watch = watchThread();
                Await.until("at rest", () -> {
                    long switches = switches(watch);
                    for (int i = 0; i < 50; i++) {
                        byte[] bytes = new byte[100];
                        socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.getByName("198.18.0.2"), 9));
                        Packets.read(device);
                    }
                    return switches(watch) == switches;
                });
            }
            Await.until("no thread left", () -> watchThreads().isEmpty());
        });
    }

    private static Path watchThread() throws Exception {
        // a thread gets its name a moment after it has begun
        Await.until("its thread", () -> !watchThreads().isEmpty());
        List<Path> all = watchThreads();
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private static List<Path> watchThreads() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/task"))) {
            // the kernel keeps 15 characters of a name
            return all.filter(task -> read(task.resolve("comm")).startsWith("mnedc-tun-watch"))
                    .toList();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "ended meanwhile";
        }
    }

    private static long switches(Path task) {
        return read(task.resolve("status"))
                .lines()
                .filter(line -> line.startsWith("voluntary_ctxt_switches"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    /** {@return whether the kernel has all that the settings say} */
    private static boolean isWhole() throws Exception {
        NetworkInterface there = NetworkInterface.getByName("tun0");
        return there != null
                && there.isUp()
                && there.getMTU() == 1400
                && ip("link", "show", "dev", "tun0").contains("LOWER_UP")
                && ip("-4", "address", "show", "dev", "tun0").contains("198.18.0.1/24")
                && NetworkNamespace.ipv6Addresses("tun0").equals(List.of(IPV6))
                && ip("route", "show", "dev", "tun0").contains("198.18.0.0/24")
                && ip("-6", "route", "show", "dev", "tun0").contains("fd00:6d::/64");
    }

    static TunSettings both(String name) {
        return settings(name, "198.18.0.1/24", "fd00:6d::1/64");
    }
}
