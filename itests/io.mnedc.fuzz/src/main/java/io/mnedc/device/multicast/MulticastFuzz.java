package io.mnedc.device.multicast;

import io.mnedc.codec.Listening;
import io.mnedc.codec.MulticastGroup;
import io.mnedc.codec.VirtioNetHeader;
import io.mnedc.device.FuzzedDevice;
import io.mnedc.device.common.Counters;
import io.mnedc.device.multicast.Multicast.InForce;
import io.mnedc.device.network.RouteTable;
import io.mnedc.device.packet.Packets;
import io.mnedc.device.settings.MulticastSettings;
import io.mnedc.device.settings.MulticastSettings.Mode;
import io.mnedc.fuzz.Checks;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** A packet with its virtio-net header that is for several. In this package because the parts are nobody else's. */
public final class MulticastFuzz {
    private static final int VNET = VirtioNetHeader.SIZE;
    private static final int MEMBER = 3;
    private static final int BROADCAST = 4;
    private static final List<MulticastGroup> GROUPS = List.of(
            new MulticastGroup(0, MulticastGroup.low(0xe000_00fb)),
            new MulticastGroup(0, MulticastGroup.low(0xefff_fffa)),
            new MulticastGroup(0xff02L << 48, 0xfb));
    private static final RouteTable ROUTES = FuzzedDevice.membership().routes();

    private MulticastFuzz() {}

    /** Takes one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        int length = data.length - VNET;
        if (length < Packets.IPV4_HEADER || length > 0xffff) {
            return;
        }
        for (Mode mode : new Mode[] {Mode.DISCOVERY, Mode.ALL}) {
            Multicast multicast = new Multicast();
            multicast.become(new InForce(
                    new MulticastSettings(mode, 2, 10_000, 2),
                    GroupTable.of(GROUPS),
                    MemberTable.of(
                            Map.of(MEMBER, new Listening(false, GROUPS), BROADCAST, new Listening(true, List.of())))));
            // nothing outside of it can be read
            ByteBuffer in = ByteBuffer.wrap(data.clone());
            outgoing(multicast, in, mode);
            incoming(multicast, in, length);
        }
    }

    private static void outgoing(Multicast multicast, ByteBuffer in, Mode mode) {
        Counters counters = new Counters();
        Outgoing outgoing = new Outgoing(multicast, counters);
        int sent = 0;
        for (int i = 0; i < 5; i++) {
            int[] nodes = outgoing.receivers(ROUTES, in, 0, in.capacity(), 0);
            if (nodes == null) {
                Checks.that(i == 0 || sent == 0, "the same packet is always for several, or never");
                return;
            }
            Checks.that(outgoing.count() <= nodes.length, "nobody gets two");
            for (int k = 0; k < outgoing.count(); k++) {
                int node = nodes[(outgoing.first() + k) % nodes.length];
                Checks.that(node == MEMBER || node == BROADCAST, "members only");
                Checks.that(node == MEMBER || mode == Mode.ALL, "no broadcasts in discovery");
                Checks.that(ROUTES.isFromThisDevice(in, VNET, in.capacity() - VNET), "only what is from here");
                sent++;
            }
        }
        Checks.that(sent <= 3, "the limit holds");
    }

    private static void incoming(Multicast multicast, ByteBuffer in, int length) {
        Counters counters = new Counters();
        boolean taken = new Incoming(multicast, counters).takes(ROUTES, in, VNET, length);
        long counted =
                counters.multicastIn.sum() + counters.multicastUnwanted.sum() + counters.foreignDestination.sum();
        Checks.that(counted == 1, "each packet is counted once");
        Checks.that(taken == (counters.multicastIn.sum() == 1), "as what it is");
        Checks.that(
                !taken || ROUTES.destination(in, VNET, length) == RouteTable.NOWHERE,
                "no device's own address is several");
    }
}
