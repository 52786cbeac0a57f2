package io.mnedc.cluster.server;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;

/**
 * Who may do anything at the servers of this process: whoever knows a password that is made anew for each start of this bundle, and is
 * nowhere but in its memory. All nodes are closed to everybody else, such as another user's program on the same host.
 */
public final class Superuser {
    /** ZooKeeper's authentication by name and password. */
    public static final String SCHEME = "digest";

    /** Access for nobody: no password has this digest, and who is the superuser is not asked. ZooKeeper asks the list for null. */
    public static final List<ACL> NOBODY_ELSE =
            Collections.singletonList(new ACL(ZooDefs.Perms.ALL, new Id(SCHEME, "mnedc:nobody")));

    private static final String ALGORITHM_PROPERTY = "zookeeper.DigestAuthenticationProvider.digestAlg";

    private static final String NAME = "super";
    private static final int BYTES = 32;
    private static final String PASSWORD = random();

    private Superuser() {}

    private static String random() {
        byte[] made = new byte[BYTES];
        new SecureRandom().nextBytes(made);
        return HexFormat.of().formatHex(made);
    }

    /** {@return what a client shows} */
    public static String proof() {
        return NAME + ":" + PASSWORD;
    }

    /**
     * {@return what a server compares it with, as ZooKeeper computes it} Not by its class: that reads the answer while it loads.
     *
     * @throws NoSuchAlgorithmException if this JVM has another algorithm set for ZooKeeper, which it lacks
     */
    static String digest() throws NoSuchAlgorithmException {
        byte[] hash = MessageDigest.getInstance(System.getProperty(ALGORITHM_PROPERTY, "SHA1"))
                .digest(proof().getBytes(StandardCharsets.US_ASCII));
        return NAME + ":" + Base64.getEncoder().encodeToString(hash);
    }
}
