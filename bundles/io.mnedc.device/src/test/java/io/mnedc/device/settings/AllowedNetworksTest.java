package io.mnedc.device.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mnedc.api.address.VirtualNetwork;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedNetworksTest {
    private static final String ULA = "fd12:3456:789a:1::/64";

    private static boolean allows(AllowedNetworks allowed, String pool) {
        return allowed.complaint(VirtualNetwork.parse(pool, ULA)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, true",
        "172.16.0.0/12, true",
        "172.31.255.0/24, true",
        "172.0.0.0/8, false",
        "172.32.0.0/16, false",
        "192.168.0.0/16, true",
        "192.0.0.0/8, false",
        "100.64.0.0/10, true",
        "100.0.0.0/8, false",
        "8.8.8.0/24, false",
        "203.0.113.0/24, false"
    })
    void privateNetworksAreAllowedUnlessTheSettingSaysOtherwise(String pool, boolean allowed) {
        assertThat(allows(AllowedNetworks.parse(List.of()), pool)).isEqualTo(allowed);
    }

    @Test
    void familyThatIsNotNamedKeepsTheUsualNetworks() {
        AllowedNetworks ipv4 = AllowedNetworks.parse(List.of("10.9.0.0/16"));
        assertThat(allows(ipv4, "10.9.3.0/24")).isTrue();
        assertThat(allows(ipv4, "10.8.0.0/15")).isFalse();
        AllowedNetworks ipv6 = AllowedNetworks.parse(List.of("fd12:3456::/32"));
        assertThat(allows(ipv6, "192.168.7.0/24")).isTrue();
        assertThat(ipv6.complaint(VirtualNetwork.parse("10.0.0.0/24", "fd13::/64")))
                .hasValueSatisfying(
                        said -> assertThat(said).contains("fd13:0:0:0::/64").contains("pool.allowed"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"127.0.0.0/8", "0.0.0.0/8", "224.0.0.0/8", "169.254.0.0/16", "169.254.7.0/24", "169.0.0.0/8"})
    void whatIsForNoHostsIsNeverAVirtualNetwork(String pool) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VirtualNetwork.parse(pool, ULA))
                .withMessageContaining(pool);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.0",
                "10.0.0.0/33",
                "10.0.0.1/24",
                "fd00::/129",
                "fd00::1/64",
                "all",
                "300.0.0.0/8",
                "1:2/8"
            })
    void wrongEntryIsNamedWithWhatIsAllowed(String entry) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AllowedNetworks.parse(List.of("10.0.0.0/8", entry)))
                .withMessageContaining("pool.allowed has the entry \"" + entry + "\"")
                .withMessageContaining("10.0.0.0/8 or fd00::/8");
    }
}
