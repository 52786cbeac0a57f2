package io.mnedc.relay;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.address.AllocationException;
import io.mnedc.api.address.AllocationException.Reason;
import io.mnedc.api.address.Lease;
import io.mnedc.api.address.VirtualNetwork;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Leases node after node, in memory: the relay's own tests need no store. */
public final class MemoryAllocator implements AddressAllocator {
    private final List<String> devices = new ArrayList<>();
    private VirtualNetwork network;

    public MemoryAllocator(String cidr) {
        this.network = VirtualNetwork.parse(cidr, "fd00:1:2:3::/64");
    }

    public synchronized void pool(String cidr) {
        pool(cidr, "fd00:1:2:3::/64");
    }

    public synchronized void pool(String cidr, String ulaPrefix) {
        network = VirtualNetwork.parse(cidr, ulaPrefix);
    }

    @Override
    public synchronized VirtualNetwork network() {
        return network;
    }

    @Override
    public synchronized CompletionStage<Lease> allocate(String deviceId) {
        if (!devices.contains(deviceId)) {
            if (devices.size() == network.capacity()) {
                return CompletableFuture.failedFuture(
                        new AllocationException(Reason.POOL_EXHAUSTED, "pool " + network.cidr() + " is full"));
            }
            devices.add(deviceId);
        }
        return CompletableFuture.completedFuture(lease(deviceId).orElseThrow());
    }

    @Override
    public void renew(String deviceId) {}

    @Override
    public synchronized CompletionStage<Boolean> release(String deviceId) {
        return CompletableFuture.completedFuture(devices.remove(deviceId));
    }

    @Override
    public synchronized Optional<Lease> lease(String deviceId) {
        int index = devices.indexOf(deviceId);
        if (index < 0) {
            return Optional.empty();
        }
        int node = network.firstNode() + index;
        return Optional.of(
                new Lease(deviceId, node, network.ipv4(node), network.ipv6(node), Instant.EPOCH, Instant.EPOCH, false));
    }

    @Override
    public synchronized List<Lease> leases() {
        return devices.stream().map(device -> lease(device).orElseThrow()).toList();
    }
}
