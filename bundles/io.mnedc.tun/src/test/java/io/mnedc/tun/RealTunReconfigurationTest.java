package io.mnedc.tun;

import static io.mnedc.tun.Packets.prefix;
import static io.mnedc.tun.Packets.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.tun.TunDevice;
import io.mnedc.api.tun.TunException;
import io.mnedc.api.tun.TunException.Reason;
import io.mnedc.api.tun.TunSettings;
import io.mnedc.api.tun.TunSettings.Prefix;
import io.mnedc.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Changes of an open interface of the kernel. */
class RealTunReconfigurationTest extends InNamespace {
    @Test
    void addressesRoutesAndMtuChangeWhileTheInterfaceStays() throws Exception {
        namespace.run(() -> {
            try (TunDevice device = driver.open(with("198.18.0.1/24", "198.18.64.0/24", "198.18.65.0/24"))) {
                assertThat(routes()).containsExactly("198.18.0.0", "198.18.64.0", "198.18.65.0");

                device.configure(with("198.18.1.7/25", "198.18.65.0/24", "198.18.66.0/24"));
                assertThat(ipv4Addresses()).containsExactly("198.18.1.7/25");
                assertThat(routes()).containsExactly("198.18.1.0", "198.18.65.0", "198.18.66.0");

                device.configure(new TunSettings("tun%d", 9000, List.of(prefix("198.18.1.7/25")), List.of(), true));
                assertThat(NetworkInterface.getByName("tun0").getMTU()).isEqualTo(9000);
                assertThat(routes()).containsExactly("198.18.1.0");
                assertThat(device.settings().name()).isEqualTo("tun0");
                assertThat(device.settings().mtu()).isEqualTo(9000);
            }
        });
    }

    @Test
    void multicastIsSwitchedOnAndOffAndGroupsAreTold() throws Exception {
        namespace.run(() -> {
            TunSettings off = settings("tun%d", "198.18.0.1/24", "fd00:6d::1/64");
            TunSettings on = new TunSettings("tun%d", 1400, off.addresses(), List.of(), true, true);
            try (TunDevice device = driver.open(off)) {
                NetworkInterface link = NetworkInterface.getByName("tun0");
                assertThat(link.supportsMulticast()).isFalse();

                device.configure(on);
                assertThat(link.supportsMulticast()).isTrue();
                assertThat(device.settings().multicast()).isTrue();
                InetAddress ipv4 = InetAddress.getByName("224.0.0.251");
                InetAddress ipv6 = InetAddress.getByName("ff02::fb");
                assertThat(device.groups()).doesNotContain(ipv4, ipv6);
                try (MulticastSocket socket = new MulticastSocket()) {
                    socket.joinGroup(new InetSocketAddress(ipv4, 0), link);
                    socket.joinGroup(new InetSocketAddress(ipv6, 0), link);
                    assertThat(device.groups()).contains(ipv4, ipv6);
                }
                assertThat(device.groups()).doesNotContain(ipv4, ipv6);

                device.configure(off);
                assertThat(link.supportsMulticast()).isFalse();
            }
            try (TunDevice device = driver.open(on)) {
                assertThat(NetworkInterface.getByName(device.name()).supportsMulticast())
                        .isTrue();
                // an MTU that takes IPv6 away, and the interface down and up again
                NetworkNamespace.ip("link", "set", device.name(), "mtu", "1000");
                Await.until("the MTU is put back", () -> {
                    NetworkInterface now = NetworkInterface.getByName(device.name());
                    return now.getMTU() == 1400 && now.isUp();
                });
                assertThat(NetworkInterface.getByName(device.name()).supportsMulticast())
                        .isTrue();
            }
        });
    }

    @Test
    void anotherAddressInTheSameNetworkReplacesTheOldOne() throws Exception {
        namespace.run(() -> {
            try (TunDevice device = driver.open(settings("tun%d", "198.18.0.1/24", "fd00:6d::1/64"))) {
                device.configure(settings("tun0", "198.18.0.2/24", "fd00:6d::2/64"));
                assertThat(ipv4Addresses()).containsExactly("198.18.0.2/24");
                assertThat(NetworkNamespace.ipv6Addresses("tun0"))
                        .containsExactly("fd00006d000000000000000000000002/64");
                assertThat(routes()).containsExactly("198.18.0.0");
            }
        });
    }

    @Test
    void whatWasInForceGoesOnIfAChangeFails() throws Exception {
        namespace.run(() -> {
            TunSettings before = with("198.18.0.1/24", "198.18.64.0/24");
            try (TunDevice device = driver.open(before);
                    TunDevice other = driver.open(settings("lan", "198.18.9.1/24"))) {
                assertThatExceptionOfType(TunException.class)
                        .isThrownBy(() -> device.configure(settings("tun0", "198.18.9.7/24")))
                        .returns(Reason.NETWORK_OVERLAP, TunException::reason);
                assertThatThrownBy(() -> device.configure(settings("tun0", "198.18.3.1/24", "ff02::1/64")))
                        .hasMessageContaining("ff02");
                assertThat(ipv4Addresses()).containsExactly("198.18.0.1/24");
                assertThat(routes()).containsExactly("198.18.0.0", "198.18.64.0");
                assertThat(device.settings().addresses()).isEqualTo(before.addresses());
                assertThat(other.settings().addresses()).hasSize(1);
            }
        });
    }

    @Test
    void aRouteThatTheMachineHasAlreadyIsToldAsOverlap() throws Exception {
        namespace.run(() -> {
            try (TunDevice lan = driver.open(settings("lan", "198.18.9.1/24"))) {
                NetworkNamespace.ip("route", "add", "198.18.64.0/24", "dev", lan.name());
                assertThatExceptionOfType(TunException.class)
                        .isThrownBy(() -> driver.open(with("198.18.0.1/24", "198.18.64.0/24")))
                        .withMessageContaining("already has a route to 198.18.64.0/24")
                        .returns(Reason.NETWORK_OVERLAP, TunException::reason);
                assertThat(NetworkNamespace.interfaces()).containsExactly("lan", "lo");
            }
        });
    }

    @Test
    void nameAndOffloadCannotChange() throws Exception {
        namespace.run(() -> {
            try (TunDevice device = driver.open(settings("tun%d", "198.18.0.1/24"))) {
                assertThatThrownBy(() -> device.configure(settings("other", "198.18.0.1/24")))
                        .isInstanceOf(TunException.class)
                        .hasMessageContaining("other");
                assertThatThrownBy(() -> device.configure(new TunSettings("tun0", 1400, List.of(), List.of(), false)))
                        .isInstanceOf(TunException.class);
            }
        });
    }

    @Test
    void withoutIpv6TheIpv4PartWorks() throws Exception {
        namespace.run(() -> {
            Files.writeString(Path.of("/proc/sys/net/ipv6/conf/default/disable_ipv6"), "1");
            try (TunDevice device = driver.open(new TunSettings(
                    "tun%d",
                    1400,
                    List.of(prefix("198.18.0.1/24"), prefix("fd00:6d::1/64")),
                    List.of(prefix("fd00:6e::/64")),
                    true))) {
                assertThat(device.settings().addresses()).containsExactly(prefix("198.18.0.1/24"));
                assertThat(device.settings().routes()).isEmpty();
                assertThat(ipv4Addresses()).containsExactly("198.18.0.1/24");
            }
        });
    }

    private static TunSettings with(String address, String... routes) {
        List<Prefix> prefixes = Stream.of(routes).map(Packets::prefix).toList();
        return new TunSettings("tun%d", 1400, List.of(prefix(address)), prefixes, true);
    }

    private static List<String> ipv4Addresses() throws SocketException {
        return NetworkInterface.getByName("tun0").getInterfaceAddresses().stream()
                .map(a -> a.getAddress().getHostAddress() + "/" + a.getNetworkPrefixLength())
                .toList();
    }

    /** {@return the destinations of the IPv4 routes through tun0} */
    private static List<String> routes() throws IOException {
        return Files.readAllLines(Path.of("/proc/thread-self/net/route")).stream()
                .map(line -> line.split("\t"))
                .filter(fields -> fields[0].equals("tun0"))
                .map(fields -> Integer.reverseBytes(Integer.parseUnsignedInt(fields[1], 16)))
                .map(a -> (a >>> 24) + "." + (a >> 16 & 0xff) + "." + (a >> 8 & 0xff) + "." + (a & 0xff))
                .sorted()
                .toList();
    }
}
