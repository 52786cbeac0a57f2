package io.mnedc.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Two ends of control streams on loopback. One event loop serves both, so what blocks it shows. */
abstract class OnLoopback {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    final ControlLoop group = new ControlLoop("test-control", fault -> {});
    final StreamLog device = new StreamLog(true);
    final StreamLog relay = new StreamLog(false);
    ServerSocketChannel server;

    @BeforeEach
    void open() throws IOException {
        server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void close() throws IOException {
        group.close();
        server.close();
    }

    InetSocketAddress address() throws IOException {
        return (InetSocketAddress) server.getLocalAddress();
    }

    /** {@return the relay's end of what is dialled next, ready to be adopted} */
    SocketChannel accept() throws IOException {
        SocketChannel accepted = server.accept();
        accepted.configureBlocking(false);
        return accepted;
    }
}
