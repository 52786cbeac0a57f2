package io.mnedc.api.peer;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The devices that are registered at the relay now, without this one. Thread-safe; every call but {@link #roundTrip} answers from
 * memory. While the relay is out of reach the directory keeps what it last heard.
 *
 * <p>Filters are those of OSGi (Core R7, section 3.2.7). A peer has these attributes in them:
 *
 * <table>
 * <caption>Attributes of a peer</caption>
 * <tr><th>name</th><th>type</th></tr>
 * <tr><td>{@value #DEVICE_ID}, {@value #NAME}, {@value #ADDRESS} (both), {@value #SOFTWARE}, {@value #PLATFORM}, {@value #EXECUTION_TYPE}</td><td>text</td></tr>
 * <tr><td>{@value #VERIFIED}</td><td>boolean</td></tr>
 * <tr><td>{@value #GROUP}, {@value #SERVICE} (names), {@value #PROTOCOL}</td><td>texts</td></tr>
 * <tr><td>the names of its {@linkplain OrchestrationInfo#attributes attributes}, as far as they are none of these</td><td>text</td></tr>
 * </table>
 */
@ProviderType
public interface PeerDirectory {
    /** In filters: the device's unique ID. */
    String DEVICE_ID = "device.id";

    /** In filters: the device's name. */
    String NAME = "name";

    /** In filters: the device's virtual addresses. */
    String ADDRESS = "address";

    /** In filters: what the device runs. */
    String SOFTWARE = "software";

    /** In filters: what the device runs on. */
    String PLATFORM = "platform";

    /** In filters: how the device runs what is given to it. */
    String EXECUTION_TYPE = "execution.type";

    /** In filters: whether the device vouches for what is told of it. */
    String VERIFIED = "verified";

    /** In filters: the device's groups. */
    String GROUP = "group";

    /** In filters: the names of the services that the device offers. In filters of services: the service's name. */
    String SERVICE = "service";

    /** In filters: the protocols of the services that the device offers. In filters of services: the service's protocol. */
    String PROTOCOL = "protocol";

    /** In filters of services: the service's port. */
    String PORT = "port";

    /** {@return all peers, by ascending node, and the number of this state} */
    PeerSnapshot snapshot();

    /** {@return all peers, by ascending node} */
    default List<Peer> peers() {
        return snapshot().peers();
    }

    /**
     * Finds peers.
     *
     * @param filter as above
     * @return those that match, by ascending node
     * @throws IllegalArgumentException if the filter is none; the message names it
     */
    List<Peer> peers(String filter);

    /**
     * Finds services. A service has in a filter, beside the attributes of its peer, its own {@value #SERVICE},
     * {@value #PROTOCOL}, {@value #PORT} and attributes. Where both have the same name, the service's counts.
     *
     * @param filter as above
     * @return those that match, by ascending node
     * @throws IllegalArgumentException if the filter is none; the message names it
     */
    List<PeerService> services(String filter);

    /** {@return the peer with this device ID} */
    Optional<Peer> byDeviceId(String deviceId);

    /** {@return the peer with this {@linkplain Peer#name name}, in lower or upper case} */
    Optional<Peer> byName(String name);

    /** {@return the peer with this virtual IPv4 or IPv6 address} */
    Optional<Peer> byAddress(InetAddress address);

    /**
     * Measures the time to a peer and back, once. Nothing is measured unless it is asked for.
     *
     * @param deviceId the peer
     * @param timeout how long to wait
     * @return the time. Fails with {@link java.util.concurrent.TimeoutException} without an answer in time, with
     *     {@link java.io.IOException} if there is no way to ask, and with {@link java.util.NoSuchElementException} if there is no
     *     such peer
     */
    CompletionStage<Duration> roundTrip(String deviceId, Duration timeout);

    /** {@return what this device tells its peers about itself} */
    OrchestrationInfo own();
}
