package io.mnedc.relay;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.relay.RelayStatus;
import io.mnedc.relay.session.Session;
import io.mnedc.relay.trust.RelaySecurity;
import io.mnedc.relay.work.Counter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A running relay, for those who look at it. */
final class RelayView implements RelayStatus {
    private final Relay relay;
    private final Instant since = Instant.now();

    RelayView(Relay relay) {
        this.relay = relay;
    }

    @Override
    public Snapshot snapshot() {
        AddressAllocator present = relay.allocator();
        List<io.mnedc.relay.session.Session> all = relay.sessions().all();
        Map<String, Long> values = relay.counters().values();
        values.merge(
                Counter.DROP_QUEUE.label(),
                all.stream().mapToLong(io.mnedc.relay.session.Session::dropped).sum(),
                Long::sum);
        return new Snapshot(
                relay.listening(),
                present == null ? "" : present.network().cidr(),
                relay.settings().security().mode(),
                since,
                all.stream().map(RelayView::line).toList(),
                values);
    }

    @Override
    public Optional<Instant> certificateExpires() {
        RelaySecurity overlay = relay.overlay();
        return overlay == null ? Optional.empty() : overlay.admission().expires();
    }

    private static Session line(io.mnedc.relay.session.Session session) {
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
                session.framesIn.sum(),
                session.bytesIn.sum(),
                session.framesOut.sum(),
                session.bytesOut.sum(),
                session.dropped());
    }
}
