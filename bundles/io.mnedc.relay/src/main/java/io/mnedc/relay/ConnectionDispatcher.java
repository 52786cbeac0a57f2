package io.mnedc.relay;

import io.mnedc.codec.Preamble;
import io.mnedc.codec.ProtocolException;
import io.mnedc.relay.accept.Acceptor;
import io.mnedc.relay.accept.HalfOpen;
import io.mnedc.relay.accept.PlainRefusal;
import io.mnedc.relay.forward.BindingHandler;
import io.mnedc.relay.session.SessionServices;
import io.mnedc.relay.trust.RelaySecurity;
import io.mnedc.relay.work.Counter;
import io.mnedc.transport.ControlStream;
import io.mnedc.transport.DataLoop;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Sends each connection, once it has said what it is, to where that is served. On the acceptor's thread. */
final class ConnectionDispatcher implements Acceptor.Receiver {
    private final RelayServices services;
    private final List<DataLoop> loops;
    private final @Nullable RelaySecurity security;
    private final AtomicInteger nextLoop = new AtomicInteger();

    /**
     * Of one relay.
     *
     * @param security what secures the relay; null for a relay without security
     */
    ConnectionDispatcher(RelayServices services, List<DataLoop> loops, @Nullable RelaySecurity security) {
        this.services = services;
        this.loops = loops;
        this.security = security;
    }

    @Override
    public void tls(HalfOpen.Entry entry, ByteBuffer begun) {
        if (security != null) {
            security.secure(entry, begun);
            return;
        }
        entry.refuse(Counter.REFUSED_TLS, "it begins with TLS, but this relay has security = none");
        entry.discard();
    }

    @Override
    public void control(HalfOpen.Entry entry, ByteBuffer begun) {
        if (security != null) {
            entry.refuse(Counter.REFUSED_SECURITY, "it has security = none, but this relay has tls");
            adopt(entry, begun, new PlainRefusal(entry));
            return;
        }
        adopt(entry, begun, services.controls().unsecured(entry));
    }

    private void adopt(HalfOpen.Entry entry, ByteBuffer begun, ControlStream.Handler handler) {
        ControlStream.adopt(
                        services.loop(),
                        entry.socket(),
                        begun,
                        null,
                        services.session().budget(),
                        handler)
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
        SessionServices session = services.session();
        DataLoop loop = loops.get(Math.floorMod(nextLoop.getAndIncrement(), loops.size()));
        Duration left = Duration.ofNanos(Math.max(0, entry.deadline() - System.nanoTime()));
        BindingHandler binding = new BindingHandler(
                loop, left, session.sessions(), session.counters(), session.refusals(), session.random(), entry);
        loop.attach(entry.socket(), session.settings().get().stream(), binding);
    }
}
