package io.mnedc.relay.accept;

import io.mnedc.codec.Preamble;
import io.mnedc.codec.ProtocolException;
import io.mnedc.relay.Relay;
import io.mnedc.relay.forward.BindingHandler;
import io.mnedc.relay.trust.RelaySecurity;
import io.mnedc.relay.work.Counter;
import io.mnedc.transport.ControlLoop;
import io.mnedc.transport.ControlStream;
import io.mnedc.transport.DataLoop;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sends each connection, once it has said what it is, to where that is served. On the acceptor's thread. */
public final class ConnectionDispatcher implements Acceptor.Receiver {
    private final Relay relay;
    private final ControlLoop group;
    private final List<DataLoop> loops;
    private final Supplier<@Nullable RelaySecurity> overlay;
    private final AtomicInteger nextLoop = new AtomicInteger();

    /**
     * Makes it.
     *
     * @param overlay what secures the relay; null for a relay without security
     */
    public ConnectionDispatcher(
            Relay relay, ControlLoop group, List<DataLoop> loops, Supplier<@Nullable RelaySecurity> overlay) {
        this.relay = relay;
        this.group = group;
        this.loops = loops;
        this.overlay = overlay;
    }

    @Override
    public void tls(HalfOpen.Entry entry, ByteBuffer begun) {
        RelaySecurity secured = overlay.get();
        if (secured != null) {
            secured.secure(entry, begun);
            return;
        }
        entry.refuse(Counter.REFUSED_TLS, "it begins with TLS, but this relay has security = none");
        entry.discard();
    }

    @Override
    public void control(HalfOpen.Entry entry, ByteBuffer begun) {
        if (overlay.get() != null) {
            entry.refuse(Counter.REFUSED_SECURITY, "it has security = none, but this relay has tls");
            adopt(entry, begun, new PlainRefusal(entry));
            return;
        }
        adopt(entry, begun, relay.session(entry, null));
    }

    private void adopt(HalfOpen.Entry entry, ByteBuffer begun, ControlStream.Handler handler) {
        ControlStream.adopt(group, entry.socket(), begun, null, relay.budget(), handler)
                .ifPresent(stream -> entry.servedBy(stream::close));
    }

    @Override
    public void data(HalfOpen.Entry entry, Preamble preamble) {
        try {
            preamble.negotiate();
        } catch (ProtocolException e) {
            // told by its control stream already
            entry.refuse(Counter.REFUSED_VERSION, String.valueOf(e.getMessage()));
            entry.discard();
            return;
        }
        DataLoop loop = loops.get(Math.floorMod(nextLoop.getAndIncrement(), loops.size()));
        Duration left = Duration.ofNanos(Math.max(0, entry.deadline() - System.nanoTime()));
        BindingHandler binding = new BindingHandler(
                loop, left, relay.sessions(), relay.counters(), relay.refusals(), relay.random(), entry);
        loop.attach(entry.socket(), relay.settings().stream(), binding);
    }
}
