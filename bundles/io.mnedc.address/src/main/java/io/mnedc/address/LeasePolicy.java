package io.mnedc.address;

import io.mnedc.api.address.LeaseStore;
import io.mnedc.api.address.VirtualNetwork;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rules in force.
 *
 * @param network which addresses there are
 * @param reservations device ID to node
 * @param reservedFor the same turned around: node to device ID
 * @param absence how long a device may be absent before its lease ends; empty is for ever
 */
record LeasePolicy(
        VirtualNetwork network,
        Map<String, Integer> reservations,
        Map<Integer, String> reservedFor,
        Optional<Duration> absence) {
    static LeasePolicy of(VirtualNetwork network, Map<String, Integer> reservations, Optional<Duration> absence) {
        Map<Integer, String> reservedFor = new HashMap<>();
        reservations.forEach((device, node) -> reservedFor.put(node, device));
        return new LeasePolicy(network, Map.copyOf(reservations), Collections.unmodifiableMap(reservedFor), absence);
    }

    /** {@return whether a device may go on with the node it has} */
    boolean suits(LeaseStore.Entry entry) {
        return network.isLeasable(entry.node()) && mayHave(entry.deviceId(), entry.node());
    }

    private boolean mayHave(String deviceId, int node) {
        @Nullable Integer reserved = reservations.get(deviceId);
        return reserved == null ? !reservedFor.containsKey(node) : reserved == node;
    }

    boolean isReserved(String deviceId, int node) {
        return deviceId.equals(reservedFor.get(node));
    }
}
