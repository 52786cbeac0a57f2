package io.mnedc.api.device;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
     * What a device proves itself with, and by whom it knows others.
     *
     * @param expires when its certificate does; one that a relay made is renewed long before
     * @param trusted SHA-256 fingerprints of the authorities that it trusts, 64 lower-case hexadecimal digits each
     */
    record Certificate(Instant expires, List<String> trusted) {
        /** Copies the list. */
        public Certificate {
            trusted = List.copyOf(trusted);
        }
    }

    /**
     * How a device takes part in multicast.
     *
     * @param mode {@code discovery} or {@code all}
     * @param groups the groups of its TUN interface that the other devices know of, as addresses
     * @param listeners how many other devices listen to multicast or broadcasts
     */
    record Multicast(String mode, List<String> groups, int listeners) {
        /** Copies the list. */
        public Multicast {
            groups = List.copyOf(groups);
        }
    }

    /**
     * One look at the device.
     *
     * @param deviceId its unique ID
     * @param state how far it is
     * @param since since when it is in this state
     * @param relay host and port of the relay it is connected to, or tries
     * @param relays all relays that it tries: the configured ones, or else those of its join token
     * @param addresses its virtual addresses in CIDR notation, as far as its TUN interface has them now
     * @param tun its TUN interface's name now; empty while there is none
     * @param security {@code tls} or {@code none}
     * @param certificate what it proves itself with; empty without TLS and before it has registered
     * @param problem the last problem in a sentence with its cure, if it still matters; never a secret
     * @param counters frames, bytes and drops by reason since start; names are those of docs/RELIABILITY.md
     * @param multicast how it takes part in multicast; empty if that is off
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
            Optional<Certificate> certificate,
            Optional<String> problem,
            Map<String, Long> counters,
            Optional<Multicast> multicast) {
        /** Without multicast. */
        public Snapshot(
                String deviceId,
                State state,
                Instant since,
                String relay,
                List<String> relays,
                List<String> addresses,
                String tun,
                String security,
                Optional<Certificate> certificate,
                Optional<String> problem,
                Map<String, Long> counters) {
            this(
                    deviceId,
                    state,
                    since,
                    relay,
                    relays,
                    addresses,
                    tun,
                    security,
                    certificate,
                    problem,
                    counters,
                    Optional.empty());
        }
    }

    /**
     * Service property of a device's {@link DeviceStatus} and {@link RelayLink}, a {@code String}: the device's ID. A change of the
     * setting comes here first; {@link #snapshot} may still tell the ID before.
     */
    String DEVICE_ID = "mnedc.device.id";

    /** The most that {@link #tries} tells. */
    int MOST_TRIES = 32;

    /** {@return the device as it is now} */
    Snapshot snapshot();

    /** {@return the last tries to reach a relay, at most {@link #MOST_TRIES}, in the order in which they began} */
    default List<RelayTry> tries() {
        return List.of();
    }

    /**
     * {@return this device's label in the overlay's DNS zone, such as {@code press-7}; empty before it has registered, or if the
     *     relay is an older one}
     */
    default String name() {
        return "";
    }

    /** {@return the ID of the relay that it is registered at; empty if it is not registered, or that relay is alone} */
    default String relayId() {
        return "";
    }

    /** {@return how many relays the overlay has, as a relay has told; 0 if none has, because it is alone} */
    default int relaysTold() {
        return 0;
    }

    /**
     * {@return the virtual network that the relay announces and that this device does not take on without its
     *     administrator's word, such as {@code 10.1.0.0/16,fd12:3456:789a:1::/64}; empty if none waits}
     */
    default Optional<String> waitingNetwork() {
        return Optional.empty();
    }

    /**
     * Takes on the virtual network that waits.
     *
     * @param network as {@link #waitingNetwork} told it, so that it cannot become another one meanwhile
     * @return completed with whether that network was waiting
     */
    default CompletionStage<Boolean> acceptNetwork(String network) {
        return CompletableFuture.completedFuture(false);
    }

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
