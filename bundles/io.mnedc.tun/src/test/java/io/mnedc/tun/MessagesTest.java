package io.mnedc.tun;

import static io.mnedc.tun.Packets.prefix;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The bytes and numbers that go to the kernel, as a little-endian machine has them. */
class MessagesTest {
    @BeforeEach
    void requireLittleEndian() {
        Assumptions.assumeTrue(
                ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN, "the expected bytes are those of little-endian");
    }

    @Test
    void anIpv4AddressIsLocalAndPeer() {
        assertThat(hex(Rtnetlink.addAddress(5, prefix("198.18.0.1/24"))))
                .isEqualTo("28000000" + "1400" + "0506" + "07000000" + "00000000"
                        + "02180000" + "05000000"
                        + "08000200" + "c6120001"
                        + "08000100" + "c6120001");
    }

    @Test
    void anIpv6AddressIsUsedAtOnce() {
        String address = "fd00006d000000000000000000000001";
        assertThat(hex(Rtnetlink.addAddress(5, prefix("fd00:6d::1/64"))))
                .isEqualTo("40000000" + "1400" + "0506" + "07000000" + "00000000"
                        + "0a400200" + "05000000"
                        + "14000200" + address
                        + "14000100" + address);
    }

    @Test
    void aRouteHasNoHostBits() {
        assertThat(hex(Rtnetlink.addRoute(5, prefix("198.18.3.1/20"))))
                .isEqualTo("2c000000" + "1800" + "0506" + "07000000" + "00000000"
                        + "02140000" + "fe04fd01" + "00000000"
                        + "08000100" + "c6120000"
                        + "08000400" + "05000000");
    }

    @Test
    void nestedAttributesAreAligned() {
        assertThat(hex(Rtnetlink.noGeneratedAddresses(5)))
                .isEqualTo("30000000" + "1300" + "0500" + "07000000" + "00000000"
                        + "00000000" + "05000000" + "00000000" + "00000000"
                        + "10001a00" + "0c000a00" + "05000800" + "01000000");
    }

    @Test
    void anAnswerTellsTheNetworkOfAnInterface() {
        // 192.0.2.2 peer 192.0.2.9/28 of interface 4, an unknown attribute before
        byte[] answer = HexFormat.of()
                .parseHex("021c8000" + "04000000" + "05006300ff000000" + "08000200c0000202" + "08000100c0000209");
        assertThat(Rtnetlink.localNetwork(buffer(answer))).isEqualTo(new LocalNetwork(4, prefix("192.0.2.9/28")));
    }

    @Test
    void aBrokenAnswerIsNoNetwork() {
        assertThat(Rtnetlink.localNetwork(buffer(HexFormat.of().parseHex("021c800004000000" + "ff000100c0000209"))))
                .isNull();
        assertThat(Rtnetlink.localNetwork(buffer(HexFormat.of().parseHex("021c800004000000" + "00000000"))))
                .isNull();
        assertThat(Rtnetlink.localNetwork(buffer(HexFormat.of().parseHex("021c800004000000"))))
                .isNull();
    }

    @Test
    void requestNumbersAreThoseOfTheKernelsHeaders() {
        assertThat(Ioctl.write('T', 202, 4, false)).isEqualTo(0x400454caL);
        assertThat(Ioctl.read('T', 207, 4, false)).isEqualTo(0x800454cfL);
        assertThat(Ioctl.write('T', 202, 4, true)).isEqualTo(0x800454caL);
        assertThat(Ioctl.read('T', 207, 4, true)).isEqualTo(0x400454cfL);
    }

    private static ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    }

    private static String hex(NetlinkMessage message) {
        ByteBuffer bytes = message.finish(7);
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return HexFormat.of().formatHex(copy);
    }
}
