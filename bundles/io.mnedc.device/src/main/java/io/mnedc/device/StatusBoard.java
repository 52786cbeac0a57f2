package io.mnedc.device;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.api.device.DeviceStatus.Certificate;
import io.mnedc.api.device.DeviceStatus.Multicast;
import io.mnedc.api.device.DeviceStatus.Snapshot;
import io.mnedc.api.device.DeviceStatus.State;
import io.mnedc.api.identity.Identity;
import io.mnedc.api.text.PlainText;
import io.mnedc.api.tun.TunSettings.Prefix;
import io.mnedc.api.tun.TunState;
import io.mnedc.device.dial.Place;
import io.mnedc.device.network.Membership;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.device.settings.RelayAddress;
import io.mnedc.security.Fingerprints;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How far the device is, put together from what its parts report. Thread-safe. */
final class StatusBoard {
    @GuardedBy("this")
    private DeviceSettings settings;

    @GuardedBy("this")
    private State state = State.CONNECTING;

    @GuardedBy("this")
    private Instant since = Instant.now();

    @GuardedBy("this")
    private String relay;

    @GuardedBy("this")
    private List<RelayAddress> relays;

    @GuardedBy("this")
    private Optional<Certificate> certificate = Optional.empty();

    @GuardedBy("this")
    private @Nullable Membership membership;

    @GuardedBy("this")
    private List<Prefix> present = List.of();

    @GuardedBy("this")
    private String tun = "";

    @GuardedBy("this")
    private String relayId = "";

    @GuardedBy("this")
    private int relaysTold;

    @GuardedBy("this")
    private boolean registered;

    @GuardedBy("this")
    private boolean bound;

    @GuardedBy("this")
    private boolean hopeless;

    @GuardedBy("this")
    private @Nullable String fault;

    @GuardedBy("this")
    private @Nullable String tunProblem;

    @GuardedBy("this")
    private @Nullable String tunWarning;

    @GuardedBy("this")
    private @Nullable String relayProblem;

    @GuardedBy("this")
    private @Nullable String streamProblem;

    StatusBoard(DeviceSettings settings) {
        this.settings = settings;
        this.relays = settings.relays();
        this.relay = relays.isEmpty() ? "" : relays.get(0).toString();
    }

    /** It cannot go on, whatever its parts still report. */
    synchronized void broken(String problem) {
        fault = PlainText.of(problem);
        update();
    }

    synchronized void settings(DeviceSettings changed) {
        settings = changed;
    }

    synchronized void relays(List<RelayAddress> known) {
        relays = known;
    }

    /** Which relay it is registered at, and how many the overlay has. */
    synchronized void fleet(String id, int known) {
        relayId = id;
        relaysTold = known;
    }

    /** {@return the ID of the relay that it is registered at; empty if it has not told it} */
    synchronized String relayId() {
        return registered ? relayId : "";
    }

    /** {@return how many relays the overlay has} */
    synchronized int relaysTold() {
        return relaysTold;
    }

    synchronized void identity(Identity identity) {
        certificate = Optional.of(new Certificate(
                identity.chain().get(0).getNotAfter().toInstant(),
                identity.trusted().stream().map(Fingerprints::of).sorted().toList()));
    }

    synchronized void trying(RelayAddress tried) {
        relay = tried.toString();
    }

    synchronized void registered(Place by, Membership now) {
        relay = by.hostPort();
        relayId = "";
        membership = now;
        registered = true;
        bound = false;
        hopeless = false;
        relayProblem = null;
        streamProblem = null;
        update();
    }

    /**
     * There is no session.
     *
     * @param problem why, in a sentence; what was known before stays if it is null
     * @param lasting whether trying again will hardly help
     */
    synchronized void unregistered(@Nullable String problem, boolean lasting) {
        registered = false;
        bound = false;
        streamProblem = null;
        if (problem != null) {
            relayProblem = PlainText.of(problem);
            hopeless = lasting;
        }
        update();
    }

    synchronized void bound(boolean now) {
        bound = now;
        streamProblem = null;
        update();
    }

    synchronized void streamFailed(String problem) {
        streamProblem = PlainText.of(problem);
    }

    synchronized void tunReady(TunState now) {
        tun = now.name();
        present = now.addresses();
        tunProblem = now.fault().orElse(null);
        tunWarning = now.warning().orElse(null);
        update();
    }

    synchronized void tunFailed(String problem) {
        tun = "";
        present = List.of();
        tunProblem = PlainText.of(problem);
        tunWarning = null;
        update();
    }

    /** {@return the virtual addresses that the interface really has} */
    synchronized List<String> addresses() {
        Membership leased = membership;
        return leased == null ? List.of() : leased.addresses(present);
    }

    @GuardedBy("this")
    private void update() {
        State next;
        if (fault != null || tunProblem != null || hopeless) {
            next = State.FAILED;
        } else if (!registered) {
            next = State.CONNECTING;
        } else {
            next = bound && !tun.isEmpty() ? State.READY : State.REGISTERED;
        }
        if (next != state) {
            state = next;
            since = Instant.now();
        }
    }

    synchronized boolean ready() {
        return state == State.READY;
    }

    synchronized Snapshot snapshot(Map<String, Long> counters, Optional<Multicast> multicast) {
        return new Snapshot(
                settings.deviceId(),
                state,
                since,
                relay,
                relays.stream().map(RelayAddress::toString).toList(),
                addresses(),
                tun,
                settings.security().tls() ? "tls" : "none",
                settings.security().tls() ? certificate : Optional.empty(),
                Stream.of(
                                Optional.ofNullable(fault),
                                Optional.ofNullable(tunProblem),
                                Optional.ofNullable(relayProblem),
                                Optional.ofNullable(streamProblem),
                                Optional.ofNullable(tunWarning))
                        .flatMap(Optional::stream)
                        .findFirst(),
                counters,
                multicast);
    }
}
