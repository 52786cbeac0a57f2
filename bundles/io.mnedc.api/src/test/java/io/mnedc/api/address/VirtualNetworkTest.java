package io.mnedc.api.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VirtualNetworkTest {
    private static final String ULA = "fd12:3456:789a:1::/64";

    @Test
    void bothAddressesOfADeviceComeFromItsNode() throws Exception {
        VirtualNetwork network = VirtualNetwork.parse("10.20.0.0/16", ULA);

        assertThat(network.ipv4(0x0102).getHostAddress()).isEqualTo("10.20.1.2");
        assertThat(network.ipv6(0x0102)).isEqualTo(InetAddress.getByName("fd12:3456:789a:1::102"));
        assertThat(network.node(network.ipv4(0x0102))).hasValue(0x0102);
        assertThat(network.node(network.ipv6(0x0102))).hasValue(0x0102);
    }

    @ParameterizedTest
    @CsvSource({"/30,2,2,1", "/29,2,6,5", "/24,2,254,253", "/16,2,65534,65533", "/8,2,16777214,16777213"})
    void networkRelayAndBroadcastAddressAreNotLeasable(String length, int first, int last, int capacity) {
        VirtualNetwork network = VirtualNetwork.parse("10.0.0.0" + length, ULA);

        assertThat(network.firstNode()).isEqualTo(first);
        assertThat(network.lastNode()).isEqualTo(last);
        assertThat(network.capacity()).isEqualTo(capacity);
        assertThat(network.isLeasable(0)).isFalse();
        assertThat(network.isLeasable(VirtualNetwork.RELAY_NODE)).isFalse();
        assertThat(network.isLeasable(first)).isTrue();
        assertThat(network.isLeasable(last)).isTrue();
        assertThat(network.isLeasable(last + 1)).isFalse();
        assertThat(network.isLeasable(-1)).isFalse();
    }

    @Test
    void everyNodeOfEveryPoolSizeComesBackFromItsAddresses() {
        Random random = new Random(7);
        for (int length = VirtualNetwork.SHORTEST_PREFIX; length <= VirtualNetwork.LONGEST_PREFIX; length++) {
            VirtualNetwork network = VirtualNetwork.parse("10.0.0.0/" + length, ULA);
            for (int i = 0; i < 200; i++) {
                int node = random.nextInt(network.lastNode() + 2);
                assertThat(network.node(network.ipv4(node))).hasValue(node);
                assertThat(network.node(network.ipv6(node))).hasValue(node);
            }
        }
    }

    @Test
    void addressOutsideBelongsToNoNode() throws Exception {
        VirtualNetwork network = VirtualNetwork.parse("192.168.7.64/26", ULA);

        assertThat(network.node(InetAddress.getByName("192.168.7.63"))).isEmpty();
        assertThat(network.node(InetAddress.getByName("192.168.7.128"))).isEmpty();
        assertThat(network.node(InetAddress.getByName("fd12:3456:789a:2::5"))).isEmpty();
        assertThat(network.node(InetAddress.getByName("fd12:3456:789a:1:0:1:0:5")))
                .isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> network.ipv4(64))
                .withMessageContaining("node 64")
                .withMessageContaining("192.168.7.64/26");
        assertThatIllegalArgumentException().isThrownBy(() -> network.ipv4(-1)).withMessageContaining("4294967295");
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0,8,true",
        "10.0.0.128,25,true",
        "10.0.1.0,24,false",
        "0.0.0.0,0,true",
        "10.0.0.77,32,true",
        "11.0.0.0,8,false"
    })
    void overlapIsSeenFromBothSides(String other, int length, boolean overlaps) {
        VirtualNetwork network = VirtualNetwork.parse("10.0.0.0/24", ULA);

        assertThat(network.overlaps(VirtualNetwork.ipv4Literal(other), length)).isEqualTo(overlaps);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.0.0.0",
                "10.0.0.0/",
                "10.0.0.0/x",
                "10.0.0.0/7",
                "10.0.0.0/31",
                "10.0.0.5/24",
                "10.0/16",
                "300.0.0.0/8",
                "10.0.0.0.0/8",
                "a.b/24",
                "relay.example.org/24",
                "fd00::/24",
                "10.0.0.0/24/24",
                "10.0.0.-1/24",
                "10..0.0/24"
            })
    void wrongPoolIsRefused(String pool) {
        assertThatIllegalArgumentException().isThrownBy(() -> VirtualNetwork.parse(pool, ULA));
    }

    @Test
    void messageOfAWrongPoolNamesTheValueAndWhatIsAllowed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VirtualNetwork.parse("10.0.0.5/24", ULA))
                .withMessageContaining("10.0.0.5/24")
                .withMessageContaining("10.0.0.0/24");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VirtualNetwork.parse("10.0.0.0/31", ULA))
                .withMessageContaining("10.0.0.0/31")
                .withMessageContaining("8..30");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "fd00",
                "fe80::",
                "fd00::1",
                "fd00:0:0:0:1::",
                "::ffff:10.0.0.1",
                "10.0.0.0",
                "fd00::/48",
                "fd::g",
                "fd00:::",
                "fd00::%1"
            })
    void wrongIpv6PrefixIsRefused(String prefix) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VirtualNetwork.parse("10.0.0.0/24", prefix))
                .withMessageContaining("IPv6 prefix");
    }

    @Test
    void prefixLengthOfTheIpv6PrefixMayBeLeftOut() {
        assertThat(VirtualNetwork.parse("10.0.0.0/24", "fd12:3456:789a:1::"))
                .isEqualTo(VirtualNetwork.parse(" 10.0.0.0/24", ULA));
    }
}
