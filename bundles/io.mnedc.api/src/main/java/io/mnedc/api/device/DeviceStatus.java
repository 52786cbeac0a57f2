package io.mnedc.api.device;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** What a device tells about itself. Thread-safe. */
@ProviderType
public interface DeviceStatus {
    /** How far the device is. */
    enum State {
        /** Trying to reach a relay. */
        CONNECTING,
        /** Registered and leased; the data stream or the TUN interface is not ready yet. */
        REGISTERED,
        /** Packets flow. */
        READY,
        /** It cannot work as it is configured or where it runs; {@link Snapshot#problem()} tells why. */
        FAILED
    }

    /**
     * One look at the device.
     *
     * @param deviceId its unique ID
     * @param state how far it is
     * @param since since when it is in this state
     * @param relay host and port of the relay it is connected to, or tries
     * @param relays all configured relays
     * @param addresses its virtual addresses in CIDR notation; empty before the first lease
     * @param tun its TUN interface's name; empty before the first lease
     * @param security {@code none} or, later, {@code tls}
     * @param problem the last problem in a sentence with its cure, if it still matters
     * @param counters frames, bytes and drops by reason since start; names are those of docs/RELIABILITY.md
     */
    record Snapshot(
            String deviceId,
            State state,
            Instant since,
            String relay,
            List<String> relays,
            List<String> addresses,
            String tun,
            String security,
            Optional<String> problem,
            Map<String, Long> counters) {}

    /** {@return the device as it is now} */
    Snapshot snapshot();

    /**
     * Sends an echo frame through the data stream to a peer's device bundle (not to its IP stack) and waits for its
     * reply. What depends on the result runs on the device's control thread and must not block: the {@code …Async}
     * methods of the result take other work elsewhere.
     *
     * @param node the peer's node; 1 is the relay
     * @param timeout how long to wait
     * @return completed with the round-trip time; completed exceptionally with a
     *     {@link java.util.concurrent.TimeoutException} or an {@link java.io.IOException}
     */
    CompletionStage<Duration> ping(int node, Duration timeout);
}
