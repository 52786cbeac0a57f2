package io.mnedc.relay.session;

import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.relay.trust.Peer;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Predicate;

/** The control streams of devices that were let in, registered or not yet. Thread-safe. */
public final class ControlSessions {
    private static final int GOODBYE_MILLIS = 500;
    private static final int GOODBYE_POLL_MILLIS = 5;

    private final Set<ControlSession> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong rechecks = new AtomicLong();

    public void add(ControlSession control) {
        open.add(control);
    }

    void remove(ControlSession control) {
        open.remove(control);
    }

    /**
     * How many rechecks there have been. Who checks a device before it is listed looks at this before the check and after
     * the listing: if it has changed, the check may have come too early, and the recheck before the listing.
     */
    public long rechecks() {
        return rechecks.get();
    }

    /** Ends the sessions of some devices for which there is a reason now. To be called when the reason holds already. */
    public void recheck(Predicate<Peer> which, Function<Peer, Optional<ErrorReport>> reason) {
        rechecks.incrementAndGet();
        for (ControlSession control : open) {
            Peer peer = control.peer();
            if (peer != null && which.test(peer)) {
                reason.apply(peer).ifPresent(control::dismiss);
            }
        }
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
