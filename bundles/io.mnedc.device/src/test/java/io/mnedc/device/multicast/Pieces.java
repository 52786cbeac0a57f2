package io.mnedc.device.multicast;

import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.Listening;
import io.mnedc.codec.MulticastGroup;
import io.mnedc.codec.Opaque;
import io.mnedc.device.TestRelay;
import io.mnedc.device.network.Membership;
import io.mnedc.device.network.RouteTable;
import io.mnedc.device.packet.Datagrams;
import io.mnedc.device.settings.MulticastSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What the tests of multicast put together. */
final class Pieces {
    static final int SELF = 2;
    static final String OWN4 = "10.0.0.2";
    static final String OWN6 = "fd12:3456:789a:1::2";
    static final int VNET = 10;

    private Pieces() {}

    static RouteTable routes() throws Exception {
        return Membership.of(
                        new Welcome(
                                0,
                                1,
                                Opaque.copyOf(new byte[32]),
                                SELF,
                                0x0a000000,
                                24,
                                TestRelay.ULA,
                                1000,
                                1,
                                "test"),
                        false)
                .routes();
    }

    static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    static MulticastGroup group(String text) {
        return MulticastGroup.of(address(text));
    }

    static Listening listening(boolean broadcast, String... groups) {
        return new Listening(broadcast, Arrays.stream(groups).map(Pieces::group).toList());
    }

    static GroupTable own(String... groups) {
        return GroupTable.of(List.of(groups).stream().map(Pieces::group).toList());
    }

    static Multicast multicast(
            MulticastSettings.Mode mode,
            int packets,
            int bytes,
            int most,
            GroupTable own,
            Map<Integer, Listening> all) {
        Multicast multicast = new Multicast();
        multicast.become(
                new Multicast.InForce(new MulticastSettings(mode, packets, bytes, most), own, MemberTable.of(all)));
        return multicast;
    }

    /** A datagram with its virtio-net header. */
    static ByteBuffer datagram(String from, String to, int port, int payload) {
        return ByteBuffer.wrap(
                Datagrams.packet(address(from).getAddress(), 1000, address(to).getAddress(), port, new byte[payload]));
    }
}
