package io.mnedc.api.relay;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** What a relay tells about itself. Thread-safe. */
@ProviderType
public interface RelayStatus {
    /** Service property, Boolean: whether the relay is to be announced in its local networks. */
    String ANNOUNCE_LAN = "mnedc.announce.lan";

    /**
     * Service property, String[]: where it is configured to listen, each ADDRESS:PORT with * for all addresses of this
     * host. {@link Snapshot#listening} tells where it does.
     */
    String LISTENING = "mnedc.listening";

    /**
     * One look at the relay.
     *
     * @param listening addresses and ports it accepts connections on
     * @param pool the pool in CIDR notation; empty while there is no allocator
     * @param security {@code none} or {@code tls}
     * @param since since when it is listening
     * @param sessions registered devices, by ascending node
     * @param counters frames, bytes, connections, drops and refusals by reason since start; names are those of
     *     docs/RELIABILITY.md
     */
    record Snapshot(
            List<String> listening,
            String pool,
            String security,
            Instant since,
            List<Session> sessions,
            Map<String, Long> counters) {}

    /**
     * One registered device.
     *
     * @param deviceId its unique ID
     * @param node its node
     * @param addresses its virtual addresses
     * @param remote the address and port its control stream comes from
     * @param software what it runs
     * @param dataBound whether its data stream is there
     * @param since since when it is registered
     * @param framesIn frames received from it
     * @param bytesIn bytes of those
     * @param framesOut frames sent to it
     * @param bytesOut bytes of those
     * @param dropped frames for it that were dropped
     */
    record Session(
            String deviceId,
            int node,
            List<String> addresses,
            String remote,
            String software,
            boolean dataBound,
            Instant since,
            long framesIn,
            long bytesIn,
            long framesOut,
            long bytesOut,
            long dropped) {}

    /** {@return the relay as it is now} */
    Snapshot snapshot();

    /**
     * A relay of the overlay.
     *
     * @param relayId its ID among the relays
     * @param self whether it is this one
     * @param addresses where it says that it is reached, each {@code HOST:PORT}
     * @param software what it runs
     * @param connected whether this relay has a link with it
     * @param framesFlow whether that link carries frames
     * @param devices how many devices are registered there
     * @param load how busy it says it is, 0 to 1000; 1000: it wants no further device
     * @param problem why it is not connected; empty if it is, or nobody has tried yet
     */
    record OverlayRelay(
            String relayId,
            boolean self,
            List<String> addresses,
            String software,
            boolean connected,
            boolean framesFlow,
            int devices,
            int load,
            String problem) {
        /** Copies the list. */
        public OverlayRelay {
            addresses = List.copyOf(addresses);
        }
    }

    /** {@return the relays of the overlay, this one first; none if it is alone} */
    default List<OverlayRelay> relays() {
        return List.of();
    }

    /** {@return when the relay's certificate expires, unless it is renewed before; empty if it has none} */
    default Optional<Instant> certificateExpires() {
        return Optional.empty();
    }
}
