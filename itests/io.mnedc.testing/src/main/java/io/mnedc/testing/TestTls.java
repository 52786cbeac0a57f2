package io.mnedc.testing;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** TLS contexts that trust one authority, made for a test. */
public final class TestTls {
    private static final String PASSWORD = "changeit";

    private final TestPki pki = TestPki.root("CN=authority");

    /** Starts with a new authority. */
    public TestTls() throws GeneralSecurityException, IOException {}

    /** {@return a context with a new key, certified for a common name} */
    public SSLContext context(String name) throws GeneralSecurityException, IOException {
        KeyPair pair = TestPki.newKey();
        List<X509Certificate> chain = new ArrayList<>(pki.chain(pair, "CN=" + name, null, List.of()));
        chain.add(pki.ca());
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(
                new TestKeyStore("PKCS12", PASSWORD)
                        .key("own", pair.getPrivate(), chain)
                        .store(),
                PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust().getTrustManagers(), null);
        return context;
    }

    /** {@return a context without a key} */
    public SSLContext anonymous() throws GeneralSecurityException, IOException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust().getTrustManagers(), null);
        return context;
    }

    private TrustManagerFactory trust() throws GeneralSecurityException, IOException {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(
                new TestKeyStore("PKCS12", PASSWORD).trusted(List.of(pki.ca())).store());
        return trust;
    }
}
