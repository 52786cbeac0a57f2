package io.mnedc.cluster.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.admin.ZooKeeperAdmin;
import org.apache.zookeeper.client.ZKClientConfig;

/** How this bundle talks to servers of ZooKeeper. Nothing of it depends on system properties, which are the gateway's. */
public final class Clients {
    private static final int LARGEST_ANSWER = 16 * 1024 * 1024;
    private static final int CLOSE_MILLIS = 3_000;
    private static final int ADMIN_SESSION_MILLIS = 10_000;

    private Clients() {}

    /** {@return settings of a client: by NIO, without TLS, with large answers, and no request waits for ever} */
    public static ZKClientConfig config() {
        Preparation.client();
        var config = new ZKClientConfig();
        config.setProperty(ZKClientConfig.ZOOKEEPER_CLIENT_CNXN_SOCKET, "org.apache.zookeeper.ClientCnxnSocketNIO");
        config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
        config.setProperty(ZKClientConfig.SECURE_CLIENT, "false");
        config.setProperty(ZKClientConfig.JUTE_MAXBUFFER, String.valueOf(LARGEST_ANSWER));
        config.setProperty(ZKClientConfig.ZOOKEEPER_REQUEST_TIMEOUT, String.valueOf(CLOSE_MILLIS));
        return config;
    }

    static ZooKeeperAdmin admin(String address) throws IOException {
        var admin = new ZooKeeperAdmin(address, ADMIN_SESSION_MILLIS, event -> {}, config());
        admin.addAuthInfo(Superuser.SCHEME, Superuser.proof().getBytes(StandardCharsets.US_ASCII));
        return admin;
    }

    /** Ends a session, if that can be in three seconds. */
    public static void close(ZooKeeper client) {
        try {
            client.close(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
