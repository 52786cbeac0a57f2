package io.mnedc.api.address;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Leases virtual addresses to devices: the same address to the same device ID for as long as its lease lives, and
 * never one address to two devices. All methods are thread-safe.
 */
@ProviderType
public interface AddressAllocator {
    /** Service property: the pool in CIDR notation. It changes when the pool's configuration changes. */
    String POOL = "pool";

    /** Service property: the IPv6 prefix with its length. It changes when its configuration changes. */
    String IPV6_PREFIX = "ipv6.prefix";

    /** The longest device ID, in characters. Allowed are letters, digits and {@code . _ : -}. */
    int MAX_DEVICE_ID = 64;

    /** {@return the address plan in force} */
    VirtualNetwork network();

    /**
     * Finds or makes the lease of a device, and marks the device as seen now.
     *
     * @param deviceId the device's unique ID, 1 to {@value #MAX_DEVICE_ID} characters
     * @return completed with the lease once it is durable: after a crash the same device gets the same address;
     *     completed exceptionally with an {@link AllocationException}. May be completed by the calling thread or by a
     *     thread of the allocator: dependants must not block.
     */
    CompletionStage<Lease> allocate(String deviceId);

    /**
     * Marks the device as seen now, so that its lease does not expire. Cheap: made durable later, in batches. A
     * device without a lease is ignored.
     *
     * @param deviceId the device's unique ID
     */
    void renew(String deviceId);

    /**
     * Ends a lease: its node may be given to another device.
     *
     * @param deviceId the device's unique ID
     * @return completed, once durable, with whether there was a lease
     */
    CompletionStage<Boolean> release(String deviceId);

    /** {@return the lease of a device, if it has one} */
    Optional<Lease> lease(String deviceId);

    /** {@return all leases, by ascending node} */
    List<Lease> leases();
}
