package io.mnedc.relay;

import io.mnedc.api.identity.Identity;
import io.mnedc.security.OverlayTls;
import io.mnedc.security.OverlayTrust;
import io.mnedc.security.Role;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handshakes of the relay with itself, in memory, before many devices come: the first ones in a new JVM take twenty times as
 * long as the thousandth, and devices that come back to a relay that was restarted come all at once. Thread-safe.
 */
final class WarmUp implements BooleanSupplier {
    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
    private static final int MOST = 200;
    private static final Duration LONGEST = Duration.ofMillis(1500);
    private static final int BUFFER = 32 << 10;
    private static final int STEPS = 100;

    private final Admission admission;
    private final AtomicInteger left = new AtomicInteger(MOST);
    private final long end = System.nanoTime() + LONGEST.toNanos();

    WarmUp(Admission admission) {
        this.admission = admission;
    }

    @Override
    public boolean getAsBoolean() {
        if (left.getAndDecrement() <= 0 || System.nanoTime() - end >= 0) {
            return false;
        }
        try {
            Admission.Shown shown = admission.shown();
            Identity identity = shown.identity();
            if (identity.key().getEncoded() == null) {
                return false; // it is in hardware, which may be slow, or count what is signed
            }
            OverlayTrust.check(identity.chain(), Role.RELAY, identity.trusted(), Instant.now(), Duration.ZERO);
            run(OverlayTls.client(shown.context(), OverlayTls.CONTROL), admission.engine());
            return true;
        } catch (GeneralSecurityException | SSLException | RuntimeException e) {
            LOG.debug("no rehearsal of handshakes", e);
            return false;
        }
    }

    /** Lets two engines talk until both are through. */
    private static void run(SSLEngine client, SSLEngine server) throws SSLException {
        ByteBuffer toServer = ByteBuffer.allocate(BUFFER).flip();
        ByteBuffer toClient = ByteBuffer.allocate(BUFFER).flip();
        ByteBuffer read = ByteBuffer.allocate(BUFFER);
        client.beginHandshake();
        server.beginHandshake();
        List<SSLEngine> both = List.of(client, server);
        for (int i = 0; i < STEPS; i++) {
            if (both.stream().noneMatch(WarmUp::busy)) {
                return;
            }
            step(client, toClient, toServer, read);
            step(server, toServer, toClient, read);
        }
        throw new SSLException("it does not come to an end");
    }

    private static boolean busy(SSLEngine engine) {
        return engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
    }

    private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out, ByteBuffer read) throws SSLException {
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> {
                for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                    task.run();
                }
            }
            case NEED_WRAP -> {
                out.compact();
                engine.wrap(ByteBuffer.allocate(0), out);
                out.flip();
            }
            default -> {
                if (in.hasRemaining()) {
                    engine.unwrap(in, read.clear());
                }
            }
        }
    }
}
