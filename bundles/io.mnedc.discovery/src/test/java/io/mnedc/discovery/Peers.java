package io.mnedc.discovery;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.api.peer.Peer;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Makes peers. */
final class Peers {
    private static final VirtualNetwork NETWORK = VirtualNetwork.parse("10.0.0.0/16", "fd00:1:2:3::/64");

    private Peers() {}

    static Peer peer(String deviceId, int node) {
        return peer(deviceId, node, "linux-amd64");
    }

    static Peer peer(String deviceId, int node, String platform) {
        return peer(deviceId, node, platform, List.of());
    }

    static Peer peer(String deviceId, int node, List<OfferedService> services) {
        return peer(deviceId, node, "linux-amd64", services);
    }

    /** {@return the same as one that has come at another time} */
    static Peer since(Peer peer, Instant since) {
        return new Peer(
                peer.deviceId(),
                peer.name(),
                peer.node(),
                peer.ipv4(),
                peer.ipv6(),
                peer.software(),
                peer.superPackets(),
                peer.info(),
                peer.verified(),
                peer.groups(),
                since);
    }

    private static Peer peer(String deviceId, int node, String platform, List<OfferedService> services) {
        return new Peer(
                deviceId,
                deviceId,
                node,
                NETWORK.ipv4(node),
                NETWORK.ipv6(node),
                "mnedc/test",
                true,
                new OrchestrationInfo(platform, "osgi", services),
                true,
                Set.of(),
                Instant.EPOCH);
    }
}
