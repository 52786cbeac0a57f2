package io.mnedc.api.address;

import java.net.InetAddress;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Says which addresses of the networks outside the overlay its members depend on: those where they reach a relay. No
 * virtual network may contain one of them, because packets for it would go into the overlay. A relay publishes such a
 * service; who leases addresses asks all of them. Thread-safe.
 */
@ConsumerType
public interface OutsideAddresses {
    /**
     * An address that must stay outside.
     *
     * @param address the address
     * @param what what it is, for an administrator, such as {@code where the relay listens}
     */
    record Outside(InetAddress address, String what) {}

    /** {@return the addresses as they are now; never waits} */
    List<Outside> outside();
}
