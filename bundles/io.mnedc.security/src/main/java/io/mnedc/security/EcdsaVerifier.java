package io.mnedc.security;

import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bouncycastle.jcajce.provider.asymmetric.ec.SignatureSpi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has ECDSA signatures checked by BouncyCastle, which takes a quarter of the time that Java 17's own provider takes, and half
 * of Java 25's; a relay to which thousands of devices come back does little else. The TLS of the Java runtime takes the
 * first provider of the list that can do it. This one stands there before the runtime's own, and can do it only on a thread,
 * and only while that runs something by {@link #run}: to all others it says that it has nothing. It has nothing but checking,
 * which deals with no secrets; whoever signs does so as before. Thread-safe.
 */
public final class EcdsaVerifier implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EcdsaVerifier.class);
    private static final String NAME = "MNEDC-ECDSA";
    private static final String OWN = "SunEC";

    private static final Object LOCK = new Object();
    private static @Nullable Swift installed;
    private static int users;

    private final @Nullable Swift provider;
    private boolean closed;

    private EcdsaVerifier(@Nullable Swift provider) {
        this.provider = provider;
    }

    /**
     * Puts the provider into the list of the Java runtime; several may do so.
     *
     * @return to be closed; if that was not possible, signatures are checked as ever
     */
    public static EcdsaVerifier install() {
        synchronized (LOCK) {
            if (installed == null) {
                installed = insert();
            }
            if (installed != null) {
                users++;
            }
            return new EcdsaVerifier(installed);
        }
    }

    private static @Nullable Swift insert() {
        Provider[] all = Security.getProviders();
        for (int i = 0; i < all.length; i++) {
            if (all[i].getName().equals(OWN)) {
                Swift swift = new Swift();
                try {
                    return Security.insertProviderAt(swift, i + 1) > 0 ? swift : null;
                } catch (SecurityException e) {
                    LOG.info(
                            "ECDSA signatures are checked by the Java runtime, this is not allowed: {}",
                            e.getMessage());
                    return null;
                }
            }
        }
        return null;
    }

    /**
     * Runs a task whose checks of ECDSA signatures are to be fast.
     *
     * @param task on this thread
     */
    public void run(Runnable task) {
        Swift swift = provider;
        if (swift == null || swift.here.get() != null) {
            task.run();
            return;
        }
        swift.here.set(Boolean.TRUE);
        try {
            task.run();
        } finally {
            swift.here.remove();
        }
    }

    /** Takes the provider out of the list, if nobody else needs it. */
    @Override
    public void close() {
        synchronized (LOCK) {
            if (!closed && provider != null && --users == 0) {
                Security.removeProvider(NAME);
                installed = null;
            }
            closed = true;
        }
    }

    private static final class Swift extends Provider {
        private static final long serialVersionUID = 1;

        private final transient ThreadLocal<Boolean> here = new ThreadLocal<>();

        Swift() {
            super(NAME, "1", "checks ECDSA signatures by BouncyCastle, where it is wanted");
            putService(new Check("SHA256withECDSA", SignatureSpi.ecDSA256::new));
            putService(new Check("SHA384withECDSA", SignatureSpi.ecDSA384::new));
        }

        private final class Check extends Service {
            private final Supplier<java.security.SignatureSpi> maker;

            Check(String algorithm, Supplier<java.security.SignatureSpi> maker) {
                // whoever asks what kind of class this is, and remembers it, must not remember what it was elsewhere
                super(Swift.this, "Signature", algorithm, SignatureSpi.class.getName(), List.of(), Map.of());
                this.maker = maker;
            }

            @Override
            public boolean supportsParameter(Object key) {
                return here.get() != null && key instanceof ECPublicKey;
            }

            @Override
            public Object newInstance(@Nullable Object parameter) throws NoSuchAlgorithmException {
                if (here.get() == null) {
                    throw new NoSuchAlgorithmException("not on this thread");
                }
                return maker.get();
            }
        }
    }
}
