package io.mnedc.security;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.bouncycastle.jcajce.provider.asymmetric.ec.SignatureSpi;
import org.jspecify.annotations.Nullable;

/**
 * Checks ECDSA signatures by BouncyCastle. It takes a quarter of the time of Java 17's own provider, and half of Java 25's. A
 * relay to which thousands of devices come back does little else. The provider is named in each call; it is never in the list
 * of the Java runtime. It checks only: signing has secrets and stays with the runtime. Thread-safe.
 */
final class EcdsaVerifier {
    private static final Set<String> ALGORITHMS = Set.of("SHA256withECDSA", "SHA384withECDSA");
    private static final Provider PROVIDER = new Swift();

    private EcdsaVerifier() {}

    /** {@return a signature of this algorithm for this key, ready to check} */
    static Signature of(String algorithm, PublicKey key) throws GeneralSecurityException {
        Signature signature =
                knows(algorithm, key) ? Signature.getInstance(algorithm, PROVIDER) : Signature.getInstance(algorithm);
        signature.initVerify(key);
        return signature;
    }

    /** {@return the same, for an algorithm that has parameters} */
    static Signature of(String algorithm, PublicKey key, @Nullable AlgorithmParameterSpec parameters)
            throws GeneralSecurityException {
        if (parameters == null) {
            return of(algorithm, key);
        }
        Signature signature = Signature.getInstance(algorithm);
        signature.setParameter(parameters);
        signature.initVerify(key);
        return signature;
    }

    /** {@return the same certificates; a check of their path checks their ECDSA signatures here} */
    static List<X509Certificate> checking(List<X509Certificate> chain) {
        return chain.stream()
                .map(each -> (X509Certificate) new CheckedCertificate(each))
                .toList();
    }

    /** As {@link X509Certificate#verify(PublicKey)}. */
    static void verify(X509Certificate certificate, PublicKey issuer)
            throws CertificateException, NoSuchAlgorithmException, InvalidKeyException, NoSuchProviderException,
                    SignatureException {
        if (knows(certificate.getSigAlgName(), issuer)) {
            certificate.verify(issuer, PROVIDER);
        } else {
            certificate.verify(issuer);
        }
    }

    private static boolean knows(String algorithm, PublicKey key) {
        return key instanceof ECPublicKey && ALGORITHMS.contains(algorithm);
    }

    private static final class Swift extends Provider {
        private static final long serialVersionUID = 1;

        Swift() {
            super("MNEDC-ECDSA", "1", "checks ECDSA signatures by BouncyCastle");
            putService(new Check(this, "SHA256withECDSA", SignatureSpi.ecDSA256::new));
            putService(new Check(this, "SHA384withECDSA", SignatureSpi.ecDSA384::new));
        }
    }

    /** Needs no reflection, which would look for BouncyCastle's classes in the wrong class loader. */
    private static final class Check extends Provider.Service {
        private final Supplier<java.security.SignatureSpi> maker;

        Check(Provider provider, String algorithm, Supplier<java.security.SignatureSpi> maker) {
            super(provider, "Signature", algorithm, SignatureSpi.class.getName(), List.of(), Map.of());
            this.maker = maker;
        }

        @Override
        public boolean supportsParameter(Object key) {
            return key instanceof ECPublicKey;
        }

        @Override
        public Object newInstance(@Nullable Object parameter) {
            return maker.get();
        }
    }
}
