package io.mnedc.relay.trust;

import io.mnedc.api.identity.Identity;
import io.mnedc.security.OverlayTls;
import io.mnedc.security.OverlayTrust;
import io.mnedc.security.Role;
import io.mnedc.transport.TlsInMemory;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handshakes of the relay with itself, in memory, before many devices come. In a new JVM the first handshakes take twenty times
 * as long as the thousandth. After a restart of the relay all devices come back at once. Thread-safe.
 */
public final class WarmUp implements BooleanSupplier {
    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
    private static final int MOST = 200;
    private static final Duration LONGEST = Duration.ofMillis(1500);
    /** Of each side; TLS 1.3 has two, and tickets of a session. */
    private static final int FLIGHTS = 4;

    private final RelayIdentity relay;
    private final AtomicInteger left = new AtomicInteger(MOST);
    private final long end = System.nanoTime() + LONGEST.toNanos();
    private volatile RelayIdentity.@Nullable Shown shown;

    WarmUp(RelayIdentity relay) {
        this.relay = relay;
    }

    @Override
    public boolean getAsBoolean() {
        if (left.getAndDecrement() <= 0 || System.nanoTime() - end >= 0) {
            return false;
        }
        try {
            RelayIdentity.Shown known = shown;
            if (known == null) {
                // asked for once: others' services may be slow, or count
                known = relay.shown();
                shown = known;
            }
            Identity identity = known.identity();
            if (identity.key().getEncoded() == null) {
                return false; // it is in hardware, which may be slow, or count what is signed
            }
            OverlayTrust.check(identity.chain(), Role.RELAY, identity.trusted(), Instant.now(), Duration.ZERO);
            run(OverlayTls.client(known.context(), OverlayTls.CONTROL), RelayIdentity.engine(known));
            return true;
        } catch (GeneralSecurityException | SSLException | RuntimeException e) {
            LOG.debug("no warm-up of handshakes", e);
            return false;
        }
    }

    /** Lets two engines talk until both are through. */
    private static void run(SSLEngine clientEngine, SSLEngine serverEngine) throws SSLException {
        TlsInMemory client = new TlsInMemory(clientEngine);
        TlsInMemory server = new TlsInMemory(serverEngine);
        try {
            talk(client, server);
        } finally {
            client.release();
            server.release();
        }
    }

    private static void talk(TlsInMemory client, TlsInMemory server) throws SSLException {
        server.begin();
        client.begin();
        for (int i = 0; i < FLIGHTS; i++) {
            server.received(client.output());
            client.received(server.output());
            if (client.secured() && server.secured()) {
                return;
            }
        }
        throw new SSLException("it does not come to an end");
    }
}
