package io.mnedc.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;

/** Prepares a socket that is bound and not connected yet. Called by the thread that connects; must not block. */
@FunctionalInterface
public interface SocketSetup {
    /**
     * Prepares it.
     *
     * @param local where it is bound; no other TCP socket of this machine has this port
     */
    void prepare(InetSocketAddress local);

    /** Binds a socket and has it prepared. */
    static void apply(SocketSetup setup, SocketChannel socket) throws IOException {
        socket.bind(null);
        if (socket.getLocalAddress() instanceof InetSocketAddress local) {
            setup.prepare(local);
        }
    }
}
