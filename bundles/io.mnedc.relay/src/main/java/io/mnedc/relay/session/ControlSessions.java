package io.mnedc.relay.session;

import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.relay.accept.HalfOpen;
import io.mnedc.relay.trust.Admissions;
import io.mnedc.relay.trust.Peer;
import io.mnedc.relay.trust.RelaySecurity;
import io.mnedc.transport.ControlStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The control streams of devices that were let in, registered or not yet. Thread-safe. */
public final class ControlSessions implements Admissions {
    private static final int GOODBYE_MILLIS = 500;
    private static final int GOODBYE_POLL_MILLIS = 5;

    private final SessionServices services;
    private final Set<ControlSession> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong rechecks = new AtomicLong();

    public ControlSessions(SessionServices services) {
        this.services = services;
    }

    /** Takes over a control stream of a relay without security. */
    public ControlStream.Handler unsecured(HalfOpen.Entry entry) {
        return open(entry, null, null);
    }

    @Override
    public Admitted admit(HalfOpen.Entry entry, Peer peer, RelaySecurity by) {
        return open(entry, peer, by);
    }

    private ControlSession open(HalfOpen.Entry entry, @Nullable Peer peer, @Nullable RelaySecurity by) {
        ControlSession control = new ControlSession(services, entry, peer, by, open::remove);
        open.add(control);
        return control;
    }

    @Override
    public long rechecks() {
        return rechecks.get();
    }

    @Override
    public void recheck(Predicate<Peer> which, Function<Peer, Optional<ErrorReport>> reason) {
        rechecks.incrementAndGet();
        for (ControlSession control : open) {
            Peer peer = control.peer();
            if (peer != null && which.test(peer)) {
                reason.apply(peer).ifPresent(control::dismiss);
            }
        }
    }

    @Override
    public int tell(Credentials now) {
        List<Session> all = services.sessions().all();
        all.forEach(session -> session.send(now));
        return all.size();
    }

    /** Ends all, and waits a moment: Netty closes what is open at once when it shuts down, so they are told before. */
    public void end(ErrorReport report) {
        open.forEach(control -> control.dismiss(report));
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GOODBYE_MILLIS);
        try {
            while (!open.isEmpty() && System.nanoTime() < end) {
                TimeUnit.MILLISECONDS.sleep(GOODBYE_POLL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
