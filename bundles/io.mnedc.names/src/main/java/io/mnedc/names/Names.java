package io.mnedc.names;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.api.device.LocalService;
import io.mnedc.api.device.RelayLink.Registration;
import io.mnedc.api.peer.NameService;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.api.peer.PeerSnapshot;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;

/**
 * The names as they are now. The tables are made again when somebody asks after a change, but only so often that this takes a tenth
 * of the time. Thread-safe.
 */
final class Names implements NameService, LocalService {
    private static final int PORT = 53;
    private static final int PAUSE = 10;

    private final Supplier<Optional<Registration>> registration;
    private final Supplier<PeerSnapshot> peers;
    private final Supplier<OrchestrationInfo> own;
    private final LongSupplier clock;

    @GuardedBy("this")
    private Name apex;

    private record Made(Zone zone, long again) {}

    private volatile @Nullable Made made;
    /** One thread makes tables; the others do with the last ones, and wait only if there are none. */
    private final ReentrantLock making = new ReentrantLock();

    /**
     * Names of nobody yet.
     *
     * @param registration of this device, now
     * @param peers those who are there, now
     * @param own what this device tells, now
     * @param apex the zone, absolute
     * @param clock in nanoseconds
     */
    Names(
            Supplier<Optional<Registration>> registration,
            Supplier<PeerSnapshot> peers,
            Supplier<OrchestrationInfo> own,
            Name apex,
            LongSupplier clock) {
        this.registration = registration;
        this.peers = peers;
        this.own = own;
        this.apex = apex;
        this.clock = clock;
    }

    /** Another zone. */
    synchronized void apex(Name now) {
        apex = now;
        made = null;
    }

    private synchronized Name apex() {
        return apex;
    }

    /** {@return what there is to say now; null before the device has registered} */
    @Nullable
    Zone current() {
        Made last = made;
        long begun = clock.getAsLong();
        if (last != null && begun - last.again < 0) {
            return last.zone;
        }
        Registration self = registration.get().orElse(null);
        if (self == null) {
            return null;
        }
        PeerSnapshot present = peers.get();
        OrchestrationInfo told = own.get();
        Name zone = apex();
        if (last != null && last.zone.apex().equals(zone) && last.zone.overlay().isOf(present, self, told)) {
            return last.zone;
        }
        if (making.tryLock()) {
            try {
                return make(last, zone, present, self, told, begun);
            } finally {
                making.unlock();
            }
        }
        if (last != null && last.zone.apex().equals(zone)) {
            // another thread makes the new ones
            return last.zone;
        }
        making.lock();
        try {
            return make(last, zone, present, self, told, begun);
        } finally {
            making.unlock();
        }
    }

    private Zone make(
            @Nullable Made last,
            Name zone,
            PeerSnapshot present,
            Registration self,
            OrchestrationInfo told,
            long begun) {
        Made meanwhile = made;
        if (meanwhile != null
                && !meanwhile.equals(last)
                && meanwhile.zone.apex().equals(zone)) {
            return meanwhile.zone;
        }
        Zone next = new Zone(zone, new Overlay(present, self, told));
        long end = clock.getAsLong();
        synchronized (this) {
            if (apex.equals(zone)) {
                made = new Made(next, end + PAUSE * (end - begun));
            }
        }
        return next;
    }

    @Override
    public int port() {
        return PORT;
    }

    @Override
    public byte @Nullable [] answer(InetSocketAddress from, byte[] datagram) {
        return Responder.answer(datagram, current());
    }

    @Override
    public String zone() {
        return apex().toString(true);
    }

    @Override
    public List<InetAddress> lookup(String name) {
        Zone zone = current();
        String label = name.toLowerCase(Locale.ROOT);
        label = label.endsWith(".") ? label.substring(0, label.length() - 1) : label;
        String end = "." + zone();
        label = label.endsWith(end) ? label.substring(0, label.length() - end.length()) : label;
        Host host = zone == null ? null : zone.overlay().host(label);
        return host == null ? List.of() : List.of(host.ipv4(), host.ipv6());
    }

    @Override
    public Optional<String> nameOf(InetAddress address) {
        Zone zone = current();
        return Optional.ofNullable(zone == null ? null : zone.overlay().host(address))
                .map(host -> host.label() + "." + zone());
    }
}
