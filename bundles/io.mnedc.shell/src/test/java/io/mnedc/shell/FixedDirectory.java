package io.mnedc.shell;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.api.peer.Peer;
import io.mnedc.api.peer.PeerDirectory;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** A directory with fixed peers. */
record FixedDirectory(List<Peer> peers, OrchestrationInfo own) implements PeerDirectory {
    static final VirtualNetwork NETWORK = VirtualNetwork.parse("10.0.0.0/24", "fd00:1:2:3::/64");

    static Peer peer(String deviceId, int node, OfferedService... services) {
        return new Peer(
                deviceId,
                node,
                NETWORK.ipv4(node),
                NETWORK.ipv6(node),
                "mnedc/0.1.0",
                true,
                new OrchestrationInfo("linux-amd64", "osgi", List.of(services)));
    }

    static FixedDirectory of(Peer... peers) {
        return new FixedDirectory(List.of(peers), new OrchestrationInfo("linux-arm", "container", List.of()));
    }

    @Override
    public Optional<Peer> byDeviceId(String deviceId) {
        return peers.stream().filter(peer -> peer.deviceId().equals(deviceId)).findFirst();
    }

    @Override
    public Optional<Peer> byAddress(InetAddress address) {
        return peers.stream()
                .filter(peer -> peer.ipv4().equals(address) || peer.ipv6().equals(address))
                .findFirst();
    }
}
