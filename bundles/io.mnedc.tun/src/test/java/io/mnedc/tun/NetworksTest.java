package io.mnedc.tun;

import static io.mnedc.tun.Packets.prefix;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ends of networks: what is asked for when it is checked where packets go. */
class NetworksTest {
    @ParameterizedTest
    @CsvSource({
        "198.18.0.0/24, 198.18.0.7, 198.18.0.1, 198.18.0.254",
        "198.18.0.0/24, 198.18.0.1, 198.18.0.2, 198.18.0.254",
        "198.18.0.0/24, 198.18.0.254, 198.18.0.1, 198.18.0.253",
        "10.0.0.0/8, 10.0.0.7, 10.0.0.1, 10.255.255.254",
        "10.255.255.252/30, 10.255.255.254, 10.255.255.253, 10.255.255.253",
        "198.18.0.9/32, 198.18.0.1, 198.18.0.9, 198.18.0.9",
        "fd00::/64, fd00::2, fd00::1, fd00::ffff:ffff:ffff:ffff",
        "fd00::/64, fd00::1, fd00::2, fd00::ffff:ffff:ffff:ffff",
        "fd00::7/128, fd00::1, fd00::7, fd00::7",
    })
    void firstAndLastAreHostsOtherThanTheOwn(String network, String own, String first, String last) throws Exception {
        InetAddress but = InetAddress.getByName(own);
        assertThat(Networks.first(prefix(network), but)).isEqualTo(InetAddress.getByName(first));
        assertThat(Networks.last(prefix(network), but)).isEqualTo(InetAddress.getByName(last));
    }
}
