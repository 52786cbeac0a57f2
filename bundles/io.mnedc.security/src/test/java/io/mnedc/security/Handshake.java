package io.mnedc.security;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** Runs two TLS engines against each other in memory. */
final class Handshake {
    private static final int BUFFER = 64 * 1024;
    private static final int ROUNDS = 200;

    private Handshake() {}

    /** Until both are through, and what the server says unasked afterwards has been read. */
    static void run(SSLEngine client, SSLEngine server) throws SSLException {
        ByteBuffer toServer = ByteBuffer.allocate(BUFFER).flip();
        ByteBuffer toClient = ByteBuffer.allocate(BUFFER).flip();
        client.beginHandshake();
        server.beginHandshake();
        for (int i = 0; i < ROUNDS; i++) {
            boolean moved = step(client, toClient, toServer);
            moved |= step(server, toServer, toClient);
            if (!moved) {
                if (through(client) && through(server)) {
                    return;
                }
                throw new SSLException(
                        "stuck: client " + client.getHandshakeStatus() + ", server " + server.getHandshakeStatus());
            }
        }
        throw new SSLException("endless");
    }

    private static boolean through(SSLEngine engine) {
        return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
    }

    private static boolean step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> {
                for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                    task.run();
                }
                return true;
            }
            case NEED_WRAP -> {
                out.compact();
                SSLEngineResult result = engine.wrap(ByteBuffer.allocate(0), out);
                out.flip();
                return result.bytesProduced() > 0;
            }
            default -> {
                if (!in.hasRemaining()) {
                    return false;
                }
                HandshakeStatus before = engine.getHandshakeStatus();
                SSLEngineResult result = engine.unwrap(in, ByteBuffer.allocate(BUFFER));
                return result.bytesConsumed() > 0 || engine.getHandshakeStatus() != before;
            }
        }
    }
}
