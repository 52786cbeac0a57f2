package io.mnedc.relay;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Connections between addresses of this machine. */
public final class Loopback implements AutoCloseable {
    /** Both ends of a connection. */
    public record Pair(SocketChannel client, SocketChannel accepted) {}

    private final ServerSocketChannel server;
    private final List<SocketChannel> sockets = new ArrayList<>();

    public Loopback() throws IOException {
        server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /** A connection from 127.0.0.HOST; the accepted end does not block. */
    public Pair from(int host) throws IOException {
        SocketChannel client = SocketChannel.open();
        sockets.add(client);
        client.bind(new InetSocketAddress("127.0.0." + host, 0));
        client.connect(server.getLocalAddress());
        SocketChannel accepted = server.accept();
        sockets.add(accepted);
        accepted.configureBlocking(false);
        return new Pair(client, accepted);
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel socket : sockets) {
            socket.close();
        }
        server.close();
    }
}
