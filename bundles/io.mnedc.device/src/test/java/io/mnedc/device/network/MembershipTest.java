package io.mnedc.device.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Protocol;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose address a packet has: every bit of it counts. */
class MembershipTest {
    private static final int SELF = 2;
    private static final int PEER = 7;
    private static final int NETWORK = 10 << 24 | 77 << 8;
    private static final long PREFIX = 0xfd5e_0102_0304_0000L;
    private static final int BEHIND = 3;

    private Membership self;

    @BeforeEach
    void join() throws Exception {
        self = Membership.of(
                new Welcome(
                        0, 1, Opaque.copyOf(new byte[Protocol.SECRET]), SELF, NETWORK, 24, PREFIX, 5000, 1, "relay/1"),
                true);
    }

    private static byte[] address(int version, int node) {
        return version == 4
                ? ByteBuffer.allocate(4).putInt(NETWORK | node).array()
                : ByteBuffer.allocate(16)
                        .putLong(PREFIX)
                        .putInt(8, 0)
                        .putInt(12, node)
                        .array();
    }

    /** A packet somewhere in a buffer. */
    private static ByteBuffer packet(int version, byte[] from, byte[] to) {
        ByteBuffer in = ByteBuffer.allocate(BEHIND + 60);
        in.put(BEHIND, (byte) (version << 4 | 5));
        in.put(BEHIND + (version == 4 ? 12 : 8), from);
        in.put(BEHIND + (version == 4 ? 16 : 24), to);
        return in;
    }

    private static byte[] flipped(byte[] address, int bit) {
        byte[] other = address.clone();
        other[bit / 8] ^= (byte) (0x80 >> (bit % 8));
        return other;
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void aPeerSpeaksFromItsAddressAndNoOther(int version) throws Exception {
        byte[] from = address(version, PEER);
        byte[] to = address(version, SELF);
        assertThat(self.routes().maySend(PEER, packet(version, from, to), BEHIND, 40))
                .isTrue();
        assertThat(self.routes().maySend(PEER + 1, packet(version, from, to), BEHIND, 40))
                .isFalse();
        for (int bit = 0; bit < from.length * 8; bit++) {
            byte[] forged = flipped(from, bit);
            assertThat(self.routes().maySend(PEER, packet(version, forged, to), BEHIND, 40))
                    .as("from %s, bit %d of node %d's address", InetAddress.getByAddress(forged), bit, PEER)
                    .isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void aPacketIsForThisDeviceWhenEveryBitOfItsDestinationIs(int version) throws Exception {
        byte[] from = address(version, PEER);
        byte[] to = address(version, SELF);
        assertThat(self.routes().isForThisDevice(packet(version, from, to), BEHIND, 40))
                .isTrue();
        for (int bit = 0; bit < to.length * 8; bit++) {
            byte[] other = flipped(to, bit);
            assertThat(self.routes().isForThisDevice(packet(version, from, other), BEHIND, 40))
                    .as("to %s", InetAddress.getByAddress(other))
                    .isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void whatIsSentGoesToTheNodeWhoseAddressItIsOrNowhere(int version) {
        byte[] from = address(version, SELF);
        assertThat(self.routes().destination(packet(version, from, address(version, PEER)), BEHIND, 40))
                .isEqualTo(PEER);
        assertThat(self.routes().destination(packet(version, from, address(version, SELF)), BEHIND, 40))
                .as("this device itself")
                .isEqualTo(RouteTable.NOWHERE);
        assertThat(self.routes().destination(packet(version, from, address(version, 255)), BEHIND, 40))
                .as("broadcast")
                .isEqualTo(RouteTable.NOWHERE);
        assertThat(self.routes().destination(packet(version, from, address(version, 254)), BEHIND, 40))
                .isEqualTo(254);
        assertThat(self.routes().destination(packet(version, from, address(version, 0)), BEHIND, 40))
                .isEqualTo(RouteTable.NOWHERE);
    }

    @Test
    void aPacketThatIsTooShortForItsHeaderComesFromNobody() {
        ByteBuffer v4 = packet(4, address(4, PEER), address(4, SELF));
        assertThat(self.routes().maySend(PEER, v4, BEHIND, 20)).isTrue();
        assertThat(self.routes().maySend(PEER, v4, BEHIND, 19)).isFalse();
        ByteBuffer v6 = packet(6, address(6, PEER), address(6, SELF));
        assertThat(self.routes().maySend(PEER, v6, BEHIND, 40)).isTrue();
        assertThat(self.routes().maySend(PEER, v6, BEHIND, 39)).isFalse();
        ByteBuffer other = packet(5, address(4, PEER), address(4, SELF));
        assertThat(self.routes().maySend(PEER, other, BEHIND, 40)).isFalse();
    }

    @Test
    void nobodyIsTheRelaysNetworkOrThisDevice() {
        assertThat(self.isOther(0)).isFalse();
        assertThat(self.isOther(-1)).isFalse();
        assertThat(self.isOther(SELF)).isFalse();
        assertThat(self.isOther(255)).isFalse();
        assertThat(self.isOther(256 + PEER)).isFalse();
        assertThat(self.isOther(1)).isTrue();
        assertThat(self.isOther(254)).isTrue();
    }
}
