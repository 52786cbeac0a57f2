package io.mnedc.transport;

import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;

/**
 * How a control stream is secured: TLS 1.3 by engines that the caller configures (keys, trust, client or server mode,
 * ALPN). Immutable; thread-safe if its parts are.
 *
 * @param engines makes a fresh engine for each connection, so that a changed identity counts from the next one on;
 *     called on the thread that connects or adopts
 * @param protocols the ALPN names (RFC 7301) of which one must have been agreed on; a connection without is closed
 * @param tasks runs the handshake's slow parts (signatures, certificate checks) beside the event loop; a connection
 *     that it rejects is closed
 * @param handshake how long the TLS handshake may take
 */
public record ControlTls(Supplier<SSLEngine> engines, Set<String> protocols, Executor tasks, Duration handshake) {
    /** The only version that is spoken. */
    static final String VERSION = "TLSv1.3";

    /** How long the last bytes may take to leave when a stream is closed. */
    private static final int CLOSE_MILLIS = 1000;

    /** Copies the set. */
    public ControlTls {
        protocols = Set.copyOf(protocols);
    }

    SslHandler handler() {
        SslHandler handler = new SslHandler(engines.get(), false, tasks);
        handler.setHandshakeTimeoutMillis(handshake.toMillis());
        handler.setCloseNotifyFlushTimeoutMillis(CLOSE_MILLIS);
        return handler;
    }
}
