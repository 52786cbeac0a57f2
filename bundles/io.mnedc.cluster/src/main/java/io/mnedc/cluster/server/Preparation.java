package io.mnedc.cluster.server;

import java.io.IOException;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.zookeeper.jmx.MBeanRegistry;
import org.apache.zookeeper.jmx.ZKMBeanInfo;
import org.apache.zookeeper.server.persistence.FilePadding;
import org.apache.zookeeper.util.ServiceUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes ZooKeeper a guest: it must not end the JVM, register beans in it, or leave system properties. All of it is static in
 * ZooKeeper's classes, which are this bundle's own, so nobody else sees it.
 */
final class Preparation {
    private static final Logger LOG = LoggerFactory.getLogger(Preparation.class);
    /** Of the transaction log, which grows by this; ZooKeeper's own 64 MiB are much for a gateway. */
    private static final long LOG_PIECE = 1024 * 1024;

    private static final String SUPER_DIGEST = "zookeeper.DigestAuthenticationProvider.superDigest";
    private static final String RENEGOTIATION = "jdk.tls.rejectClientInitiatedRenegotiation";
    private static final AtomicInteger ENDS = new AtomicInteger();
    private static boolean clientDone;
    private static boolean done;

    private Preparation() {}

    /** {@return how often a server wanted to end the JVM, which means that it does not work any more} */
    static int ends() {
        return ENDS.get();
    }

    /** To be called before a client is made; does it once. */
    static synchronized void client() {
        if (!clientDone) {
            try {
                load("org.apache.zookeeper.common.X509Util", RENEGOTIATION, "true");
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException("a class of ZooKeeper is missing in this bundle", e);
            }
            clientDone = true;
        }
    }

    /** To be called before a server is made; does it once. */
    static synchronized void server() throws IOException {
        if (done) {
            return;
        }
        client();
        ServiceUtils.setSystemExitProcedure(code -> {
            LOG.warn("the server of the ensemble gives up with code {}; it is started again", code);
            ENDS.incrementAndGet();
        });
        MBeanRegistry.setInstance(new NoBeans());
        FilePadding.setPreallocSize(LOG_PIECE);
        try {
            String digest = Superuser.digest();
            load("org.apache.zookeeper.server.auth.DigestAuthenticationProvider", SUPER_DIGEST, digest);
        } catch (NoSuchAlgorithmException | ClassNotFoundException e) {
            throw new IOException("the server of the ensemble cannot be prepared", e);
        }
        done = true;
    }

    private static void load(String name, String property, String value) throws ClassNotFoundException {
        with(property, value, () -> Class.forName(name, true, Preparation.class.getClassLoader()));
    }

    /** What ZooKeeper asks while something is done, and only then: the property is put back. */
    static synchronized <T, E extends Exception> T with(String property, String value, Work<T, E> work) throws E {
        String before = System.getProperty(property);
        System.setProperty(property, value);
        try {
            return work.run();
        } finally {
            if (before == null) {
                System.clearProperty(property);
            } else {
                System.setProperty(property, before);
            }
        }
    }

    /** Something that is done. */
    @FunctionalInterface
    interface Work<T, E extends Exception> {
        T run() throws E;
    }

    /** Management by JMX is the gateway's; status is told by MNEDC's own services. */
    private static final class NoBeans extends MBeanRegistry {
        @Override
        public void register(ZKMBeanInfo bean, @Nullable ZKMBeanInfo parent) {
            LOG.debug("not registered: {}", bean.getName());
        }

        @Override
        public void unregister(ZKMBeanInfo bean) {
            LOG.debug("not registered: {}", bean.getName());
        }
    }
}
