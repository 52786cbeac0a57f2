package io.mnedc.boringssl;

import java.security.KeyManagementException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.conscrypt.Conscrypt;
import org.jspecify.annotations.Nullable;

/**
 * Makes contexts of TLS 1.3 whose engines are Conscrypt's, which runs BoringSSL, which behave as the Java runtime's do:
 * computation is left to tasks, alerts have their names, nothing is resumed. It is handed to its users, and never in the
 * list of the JVM. Keys are to be EC P-256 or P-384, or RSA: BoringSSL
 * takes certificates of no others. Thread-safe.
 */
public final class BoringSslProvider extends Provider {
    static final String PROTOCOL = "TLSv1.3";

    private static final long serialVersionUID = 1L;

    /** Made before this one, which has nothing without it. */
    private final transient Provider conscrypt;

    private final transient Buffers memory = new Buffers();

    /**
     * Loads the native library.
     *
     * @throws LinkageError if it cannot be loaded here; the message says why
     */
    public BoringSslProvider() {
        super("MNEDC-BoringSSL", "1", "TLS 1.3 by BoringSSL");
        Conscrypt.checkAvailability();
        conscrypt = Conscrypt.newProviderBuilder()
                .setName("MNEDC-Conscrypt")
                .provideTrustManager(false)
                .build();
        // loaded now: engines are there for longer than the bundle's file
        Alerts.translated(new SSLException(""));
        putService(new Contexts());
    }

    private final class Contexts extends Service {
        Contexts() {
            super(
                    BoringSslProvider.this,
                    "SSLContext",
                    PROTOCOL,
                    BoringSslContext.class.getName(),
                    List.of(),
                    Map.of());
        }

        @Override
        public Object newInstance(@Nullable Object parameter) throws NoSuchAlgorithmException {
            return new BoringSslContext(SSLContext.getInstance(PROTOCOL, conscrypt), memory);
        }
    }

    private static final class BoringSslContext extends SSLContextSpi {
        private final SSLContext inner;
        private final Buffers memory;

        BoringSslContext(SSLContext inner, Buffers memory) {
            this.inner = inner;
            this.memory = memory;
        }

        @Override
        protected void engineInit(
                KeyManager @Nullable [] keys, TrustManager @Nullable [] trust, @Nullable SecureRandom random)
                throws KeyManagementException {
            inner.init(keys, trust, random);
        }

        @Override
        protected SSLEngine engineCreateSSLEngine() {
            return new BoringSslEngine(inner.createSSLEngine(), memory);
        }

        /** Host and port are hints for resuming a session, which is not done. */
        @Override
        protected SSLEngine engineCreateSSLEngine(String host, int port) {
            return engineCreateSSLEngine();
        }

        @Override
        protected SSLSessionContext engineGetServerSessionContext() {
            return inner.getServerSessionContext();
        }

        @Override
        protected SSLSessionContext engineGetClientSessionContext() {
            return inner.getClientSessionContext();
        }

        @Override
        protected SSLSocketFactory engineGetSocketFactory() {
            throw new UnsupportedOperationException("engines only");
        }

        @Override
        protected SSLServerSocketFactory engineGetServerSocketFactory() {
            throw new UnsupportedOperationException("engines only");
        }
    }
}
