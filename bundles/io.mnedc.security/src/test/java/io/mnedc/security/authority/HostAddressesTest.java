package io.mnedc.security.authority;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.security.JoinToken;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostAddressesTest {
    @Test
    void everyAddressOfThisHostIsReplacedByThoseOfItsInterfaces() throws Exception {
        InetSocketAddress any = new InetSocketAddress(3334);
        InetSocketAddress one = new InetSocketAddress(InetAddress.getByName("192.0.2.7"), 99);
        assertThat(HostAddresses.of(List.of(one, one), address -> false)).containsExactly("192.0.2.7:99");
        assertThat(HostAddresses.of(List.of(any), address -> false))
                .allMatch(text -> text.endsWith(":3334"))
                .noneMatch(text -> text.startsWith("127.") || text.startsWith("*") || text.startsWith("[0:0"));
        assertThat(HostAddresses.of(List.of(any), address -> true)).isEmpty();
    }

    private static HostAddresses.Nic nic(String name, String... addresses) throws Exception {
        List<InetAddress> all = new ArrayList<>();
        for (String address : addresses) {
            all.add(InetAddress.getByName(address));
        }
        return new HostAddresses.Nic(name, all);
    }

    @Test
    void interfacesOfTheOverlayAndOfContainersAreNoneToDial() throws Exception {
        List<HostAddresses.Nic> all = List.of(
                nic("lo", "127.0.0.1", "::1"),
                nic("eth0", "2001:db8::5", "203.0.113.5", "fe80::1"),
                nic("mnedc0", "10.0.0.2", "fd00::2"),
                nic("docker0", "172.17.0.1"),
                nic("br-0123456789ab", "172.18.0.1"),
                nic("virbr0", "192.168.122.1"),
                nic("br-lan", "192.168.1.1"));
        assertThat(HostAddresses.reachable(
                        all, address -> address.getHostAddress().startsWith("10.0.0.")))
                .as("the overlay's IPv6 address goes with its IPv4 address")
                .extracting(InetAddress::getHostAddress)
                .containsExactly("203.0.113.5", "192.168.1.1", "2001:db8:0:0:0:0:0:5");
    }

    @Test
    void whyThereIsNoneIsToldForEachInterface() throws Exception {
        List<HostAddresses.Nic> all = List.of(
                nic("lo", "127.0.0.1", "::1"),
                nic("eth0", "fe80::1"),
                nic("eth1", "10.0.0.5"),
                nic("eth2"),
                nic("docker0", "172.17.0.1"));
        assertThat(HostAddresses.whyNone(
                        all, address -> address.getHostAddress().startsWith("10.0.0.")))
                .contains("eth1 has 10.0.0.5, which is in the pool")
                .contains("eth0 has link-local addresses only")
                .contains("eth2 has no address")
                .contains("docker0 is a bridge");
        assertThat(HostAddresses.whyNone(List.of(nic("bad\u001b[31m", "fe80::1")), address -> false))
                .startsWith("bad?[31m has link-local");
        assertThat(HostAddresses.whyNone(List.of(), address -> false)).isEqualTo("no interface is up");
    }

    @Test
    void literalsOfATokenAreReadWithoutTheDns() {
        assertThat(JoinToken.literal("10.0.0.5:3334"))
                .hasValueSatisfying(
                        address -> assertThat(address.getHostAddress()).isEqualTo("10.0.0.5"));
        assertThat(JoinToken.literal("[fd12::5]:3334"))
                .hasValueSatisfying(
                        address -> assertThat(address.getHostAddress()).isEqualTo("fd12:0:0:0:0:0:0:5"));
        assertThat(JoinToken.literal("relay.example:3334")).isEmpty();
        assertThat(JoinToken.literal("10.0.0.500:3334")).isEmpty();
        assertThat(JoinToken.literal("nonsense")).isEmpty();
    }
}
