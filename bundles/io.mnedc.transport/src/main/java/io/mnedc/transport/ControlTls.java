package io.mnedc.transport;

import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a control stream is secured: TLS 1.3 by engines that the caller configures (keys, trust, client or server mode,
 * ALPN). Immutable; thread-safe if its parts are.
 *
 * @param engines makes a fresh engine for each connection, so that a changed identity counts from the next one on;
 *     called on the thread that connects or adopts. An engine that is {@link AutoCloseable} is closed with its connection
 * @param protocols the ALPN names (RFC 7301) of which one must have been agreed on; a connection without is closed
 * @param tasks runs the handshake's slow parts (signatures, certificate checks) beside the event loop; a connection
 *     that it rejects is closed
 * @param handshake how long the TLS handshake may take
 */
public record ControlTls(Supplier<SSLEngine> engines, Set<String> protocols, Executor tasks, Duration handshake) {
    private static final Logger LOG = LoggerFactory.getLogger(ControlTls.class);

    /** The only version that is spoken. */
    static final String VERSION = "TLSv1.3";

    /** How long the last bytes may take to leave when a stream is closed. */
    private static final int CLOSE_MILLIS = 1000;

    /** Copies the set. */
    public ControlTls {
        protocols = Set.copyOf(protocols);
    }

    /** A handler of a connection that is still to be made; {@link #release} when that is closed. */
    SslHandler handler() {
        SslHandler handler = new SslHandler(engines.get(), false, tasks);
        handler.setHandshakeTimeoutMillis(handshake.toMillis());
        handler.setCloseNotifyFlushTimeoutMillis(CLOSE_MILLIS);
        return handler;
    }

    /** Releases the engine of a connection that is closed, if it has one. */
    static void release(@Nullable SslHandler ssl) {
        if (ssl != null) {
            release(ssl.engine());
        }
    }

    /** Has an engine that holds more than the garbage collector knows of let go of it, when its connection is closed. */
    static void release(SSLEngine engine) {
        if (engine instanceof AutoCloseable holding) {
            try {
                holding.close();
            } catch (Exception e) {
                LOG.debug("an engine was not released", e);
            }
        }
    }
}
