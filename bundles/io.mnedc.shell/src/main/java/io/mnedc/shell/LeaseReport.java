package io.mnedc.shell;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.address.Lease;
import io.mnedc.api.address.VirtualNetwork;
import java.util.List;

/** The leases of a relay as people want to see them. */
final class LeaseReport {
    private LeaseReport() {}

    static String of(AddressAllocator allocator) {
        VirtualNetwork network = allocator.network();
        List<Lease> leases = allocator.leases();
        String summary = leases.size() + " of " + network.capacity() + " addresses of " + network.cidr() + " leased"
                + System.lineSeparator();
        if (leases.isEmpty()) {
            return summary;
        }
        var table = new Table("DEVICE", "NODE", "IPV4", "IPV6", "ALLOCATED", "LAST SEEN", "RESERVED");
        for (Lease lease : leases) {
            table.row(
                    lease.deviceId(),
                    lease.node(),
                    lease.ipv4().getHostAddress(),
                    Text.address(lease.ipv6().getHostAddress()),
                    Text.time(lease.allocated()),
                    Text.time(lease.lastSeen()),
                    lease.reserved() ? "yes" : "no");
        }
        return table.render("") + summary;
    }
}
