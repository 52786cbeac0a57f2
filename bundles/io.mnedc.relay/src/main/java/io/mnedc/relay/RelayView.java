package io.mnedc.relay;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.relay.RelayStatus;
import io.mnedc.relay.accept.ListeningPort;
import io.mnedc.relay.mesh.Mesh;
import io.mnedc.relay.session.Session;
import io.mnedc.relay.session.SessionServices;
import io.mnedc.relay.trust.RelaySecurity;
import io.mnedc.relay.work.Counter;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The state of a running relay, as a service. */
final class RelayView implements RelayStatus {
    private final SessionServices services;
    private final ListeningPort port;
    private final @Nullable RelaySecurity security;
    private final Supplier<@Nullable Mesh> mesh;
    private final Instant since = Instant.now();

    RelayView(
            SessionServices services,
            ListeningPort port,
            @Nullable RelaySecurity security,
            Supplier<@Nullable Mesh> mesh) {
        this.mesh = mesh;
        this.services = services;
        this.port = port;
        this.security = security;
    }

    @Override
    public Snapshot snapshot() {
        AddressAllocator present = services.leases().allocator();
        List<io.mnedc.relay.session.Session> all = services.sessions().all();
        Map<String, Long> values = services.counters().values();
        values.merge(
                Counter.DROP_QUEUE.label(),
                all.stream().mapToLong(io.mnedc.relay.session.Session::dropped).sum(),
                Long::sum);
        return new Snapshot(
                port.listening(),
                present == null ? "" : present.network().cidr(),
                services.settings().get().security().mode(),
                since,
                all.stream().map(RelayView::line).toList(),
                values);
    }

    @Override
    public Optional<Instant> certificateExpires() {
        return security == null ? Optional.empty() : security.identity().expires();
    }

    @Override
    public List<OverlayRelay> relays() {
        Mesh present = mesh.get();
        return present == null || present.view().isEmpty()
                ? List.of()
                : Stream.concat(
                                Stream.of(line(present.self(), true)),
                                present.view().stream()
                                        .sorted(Comparator.comparing(Mesh.View::relayId))
                                        .map(other -> line(other, false)))
                        .toList();
    }

    private static OverlayRelay line(Mesh.View relay, boolean self) {
        return new OverlayRelay(
                relay.relayId(),
                self,
                relay.addresses(),
                relay.software(),
                relay.up(),
                relay.frames(),
                relay.devices(),
                relay.load(),
                relay.problem());
    }

    private static Session line(io.mnedc.relay.session.Session session) {
        io.mnedc.relay.session.Session.Traffic traffic = session.traffic();
        return new Session(
                session.deviceId(),
                session.node(),
                List.of(
                        session.lease().ipv4().getHostAddress(),
                        session.lease().ipv6().getHostAddress()),
                session.remote(),
                session.software(),
                session.data() != null,
                session.since(),
                traffic.framesIn(),
                traffic.bytesIn(),
                traffic.framesOut(),
                traffic.bytesOut(),
                session.dropped());
    }
}
