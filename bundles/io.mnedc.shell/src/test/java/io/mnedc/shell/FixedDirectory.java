package io.mnedc.shell;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.api.peer.Peer;
import io.mnedc.api.peer.PeerDirectory;
import io.mnedc.api.peer.PeerService;
import io.mnedc.api.peer.PeerSnapshot;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A directory with fixed peers. */
record FixedDirectory(List<Peer> peers, OrchestrationInfo own) implements PeerDirectory {
    static final VirtualNetwork NETWORK = VirtualNetwork.parse("10.0.0.0/24", "fd00:1:2:3::/64");

    static Peer peer(String deviceId, int node, OfferedService... services) {
        return new Peer(
                deviceId,
                deviceId.toLowerCase(Locale.ROOT),
                node,
                NETWORK.ipv4(node),
                NETWORK.ipv6(node),
                "mnedc/0.1.0",
                true,
                new OrchestrationInfo("linux-amd64", "osgi", List.of(services)),
                true,
                Set.of(),
                Instant.EPOCH);
    }

    static FixedDirectory of(Peer... peers) {
        return new FixedDirectory(List.of(peers), new OrchestrationInfo("linux-arm", "container", List.of()));
    }

    @Override
    public PeerSnapshot snapshot() {
        return new PeerSnapshot(1, peers);
    }

    @Override
    public List<Peer> peers(String filter) {
        throw new UnsupportedOperationException("nobody asks");
    }

    @Override
    public List<PeerService> services(String filter) {
        throw new UnsupportedOperationException("nobody asks");
    }

    @Override
    public CompletionStage<Duration> roundTrip(String deviceId, Duration timeout) {
        return CompletableFuture.failedFuture(new NoSuchElementException(deviceId));
    }

    @Override
    public Optional<Peer> byDeviceId(String deviceId) {
        return peers.stream().filter(peer -> peer.deviceId().equals(deviceId)).findFirst();
    }

    @Override
    public Optional<Peer> byName(String name) {
        return peers.stream().filter(peer -> peer.name().equals(name)).findFirst();
    }

    @Override
    public Optional<Peer> byAddress(InetAddress address) {
        return peers.stream()
                .filter(peer -> peer.ipv4().equals(address) || peer.ipv6().equals(address))
                .findFirst();
    }
}
