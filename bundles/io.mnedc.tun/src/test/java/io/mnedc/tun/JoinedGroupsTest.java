package io.mnedc.tun;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.tun.TunDevice;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The kernel's lists of multicast groups. */
class JoinedGroupsTest {
    private static final String IPV4 = """
            Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter
            1\tlo        :     1      V3
            \t\t\t\t010000E0     1 0:00000000\t\t0
            2\tmnedc0    :     3      V3
            \t\t\t\tFB0000E0     1 0:00000000\t\t0
            \t\t\t\tFAFFFFEF     2 0:00000000\t\t0
            \t\t\t\t010000E0     1 0:00000000\t\t0
            3\tmnedc01   :     1      V3
            \t\t\t\t090000E0     1 0:00000000\t\t0
            4\tabcdefghijklmno:     1      V2
            \t\t\t\tFC0000E0     1 1:00000010\t\t1
            """;
    private static final String IPV6 = """
            1    lo              ff020000000000000000000000000001     1 0000000C 0
            2    mnedc0          ff0200000000000000000000000000fb     1 00000004 0
            2    mnedc0          ff020000000000000000000000000001     1 0000000C 0
            12345 mnedc01         ff05000000000000000000000000000c     1 00000004 0
            """;

    private static List<String> ipv4(String list, String name, ByteOrder order) {
        Set<InetAddress> groups = new LinkedHashSet<>();
        JoinedGroups.ipv4(list, name, order, groups);
        return groups.stream().map(InetAddress::getHostAddress).toList();
    }

    private static List<String> ipv6(String list, String name) {
        Set<InetAddress> groups = new LinkedHashSet<>();
        JoinedGroups.ipv6(list, name, groups);
        return groups.stream().map(InetAddress::getHostAddress).toList();
    }

    @Test
    void ipv4GroupsOfOneInterfaceAreRead() {
        assertThat(ipv4(IPV4, "mnedc0", ByteOrder.LITTLE_ENDIAN))
                .containsExactly("224.0.0.251", "239.255.255.250", "224.0.0.1");
        assertThat(ipv4(IPV4, "mnedc01", ByteOrder.LITTLE_ENDIAN)).containsExactly("224.0.0.9");
        assertThat(ipv4(IPV4, "abcdefghijklmno", ByteOrder.LITTLE_ENDIAN)).containsExactly("224.0.0.252");
        assertThat(ipv4(IPV4, "mnedc", ByteOrder.LITTLE_ENDIAN)).isEmpty();
        assertThat(ipv4(IPV4, "Device", ByteOrder.LITTLE_ENDIAN)).isEmpty();
        assertThat(ipv4(IPV4.replace("FB0000E0", "E00000FB"), "mnedc0", ByteOrder.BIG_ENDIAN))
                .containsExactly("224.0.0.251");
    }

    @Test
    void ipv6GroupsOfOneInterfaceAreRead() {
        assertThat(ipv6(IPV6, "mnedc0")).containsExactly("ff02:0:0:0:0:0:0:fb", "ff02:0:0:0:0:0:0:1");
        assertThat(ipv6(IPV6, "mnedc01")).containsExactly("ff05:0:0:0:0:0:0:c");
        assertThat(ipv6(IPV6, "mnedc")).isEmpty();
    }

    @Test
    void whatIsNoGroupIsLeftOut() {
        String odd =
                "2\tmnedc0    :     3      V3\n\t\t\t\t0100000A     1\n\t\t\t\tXB0000E0     1\n\t\t\t\tFB0000E\n\t\t\t\t\n\n";
        assertThat(ipv4(odd, "mnedc0", ByteOrder.LITTLE_ENDIAN)).isEmpty();
        assertThat(ipv6("2 mnedc0 fe800000000000000000000000000001 1\n2 mnedc0 ff02\n2 mnedc0\n2\n\n", "mnedc0"))
                .isEmpty();
        assertThat(ipv6("2 mnedc0 ff02000000000000000000000000000g 1\n", "mnedc0"))
                .isEmpty();
    }

    @Test
    void thereIsALimit() {
        StringBuilder list = new StringBuilder();
        for (int i = 0; i < 2 * TunDevice.MOST_GROUPS; i++) {
            list.append(String.format("2 mnedc0 ff02%028x 1%n", i));
        }
        assertThat(ipv6(list.toString(), "mnedc0")).hasSize(TunDevice.MOST_GROUPS);
    }

    @Test
    void anyTextIsRead() {
        Random random = new Random(11);
        String alphabet = "\t\n :0123456789abcdefF mnedc0";
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? IPV4 : IPV6);
            for (int change = random.nextInt(20); change > 0; change--) {
                text.setCharAt(random.nextInt(text.length()), alphabet.charAt(random.nextInt(alphabet.length())));
            }
            Set<InetAddress> groups = new LinkedHashSet<>();
            JoinedGroups.ipv4(text.toString(), "mnedc0", ByteOrder.LITTLE_ENDIAN, groups);
            JoinedGroups.ipv6(text.toString(), "mnedc0", groups);
            assertThat(groups).allMatch(InetAddress::isMulticastAddress);
        }
    }
}
