package io.mnedc.api.peer;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The devices that are registered at the relay now, without this one. Thread-safe; every call answers from memory. While the relay is out of
 * reach the directory keeps what it last heard.
 */
@ProviderType
public interface PeerDirectory {
    /** {@return all peers, by ascending node} */
    List<Peer> peers();

    /** {@return the peer with this device ID} */
    Optional<Peer> byDeviceId(String deviceId);

    /** {@return the peer with this virtual IPv4 or IPv6 address} */
    Optional<Peer> byAddress(InetAddress address);

    /** {@return what this device tells its peers about itself} */
    OrchestrationInfo own();
}
