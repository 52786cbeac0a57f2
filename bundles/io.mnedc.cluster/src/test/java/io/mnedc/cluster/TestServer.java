package io.mnedc.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ServerCnxn;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;
import org.jspecify.annotations.Nullable;

/** A real server of ZooKeeper, on loopback, which can be stopped and started again with its data and its port. */
public final class TestServer implements AutoCloseable {
    private static final int TICK_MILLIS = 500;

    private final Path directory;
    private int port;
    private @Nullable ServerCnxnFactory connections;
    private @Nullable ZooKeeperServer server;

    public TestServer(Path directory) throws Exception {
        this.directory = directory;
        start();
    }

    public void start() throws IOException, InterruptedException {
        var made = new ZooKeeperServer(new FileTxnSnapLog(directory.toFile(), directory.toFile()), TICK_MILLIS, "");
        var factory = new NIOServerCnxnFactory();
        factory.configure(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
        factory.startup(made);
        port = factory.getLocalPort();
        connections = factory;
        server = made;
    }

    public void stop() {
        ServerCnxnFactory ended = connections;
        connections = null;
        if (ended != null) {
            ended.shutdown();
        }
    }

    public int port() {
        return port;
    }

    public String address() {
        return "127.0.0.1:" + port;
    }

    /** Ends all sessions, as if no client had been heard of for long. */
    public void expireAll() {
        ZooKeeperServer now = server;
        if (now != null) {
            List.copyOf(now.getZKDatabase().getSessions()).forEach(now::closeSession);
        }
    }

    /** Closes all connections; the sessions stay. */
    public void disconnectAll() {
        ServerCnxnFactory now = connections;
        if (now != null) {
            now.closeAll(ServerCnxn.DisconnectReason.CONNECTION_CLOSE_FORCED);
        }
    }

    @Override
    public void close() {
        stop();
    }
}
