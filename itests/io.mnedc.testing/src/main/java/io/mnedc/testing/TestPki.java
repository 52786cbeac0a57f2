package io.mnedc.testing;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.jspecify.annotations.Nullable;

/** An organisation's own PKI in memory. It knows nothing of overlays. */
public final class TestPki {
    private final KeyPair key;
    private final X509Certificate ca;
    private final List<X509Certificate> above;

    private TestPki(KeyPair key, X509Certificate ca, List<X509Certificate> above) {
        this.key = key;
        this.ca = ca;
        this.above = above;
    }

    /** {@return a new key of the curve P-256} */
    public static KeyPair newKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    /** {@return a root whose name no other has} */
    public static TestPki root() throws GeneralSecurityException, IOException {
        return root("O=Works,CN=Root " + Long.toHexString(System.nanoTime()));
    }

    /** {@return a root with a name such as {@code CN=root}} */
    public static TestPki root(String name) throws GeneralSecurityException, IOException {
        KeyPair key = newKey();
        TestCertificate ca = new TestCertificate(name, key.getPublic()).authority(true);
        return new TestPki(key, ca.usage(KeyUsage.keyCertSign).signedByItself(key), List.of());
    }

    /** {@return an authority below this one} */
    public TestPki sub() throws GeneralSecurityException, IOException {
        KeyPair own = newKey();
        TestCertificate certificate = new TestCertificate("O=Works,CN=Sub", own.getPublic()).authority(true);
        X509Certificate signed = certificate.usage(KeyUsage.keyCertSign).signedBy(ca, key.getPrivate());
        return new TestPki(own, signed, withAbove(signed));
    }

    /** {@return the authority's certificate} */
    public X509Certificate ca() {
        return ca;
    }

    /**
     * Certifies a key for signatures.
     *
     * @param purpose a client's or a server's; null: nothing is said
     * @return the certificate, and those of the authorities below the root
     */
    public List<X509Certificate> chain(
            KeyPair owner, String subject, @Nullable KeyPurposeId purpose, List<GeneralName> names)
            throws GeneralSecurityException, IOException {
        KeyUsage usage = new KeyUsage(KeyUsage.digitalSignature);
        return chain(owner, subject, new BasicConstraints(false), usage, purpose, names);
    }

    /** Certifies a key, with what a device's certificate does not say otherwise; null: nothing is said. */
    public List<X509Certificate> chain(
            KeyPair owner,
            String subject,
            BasicConstraints constraints,
            @Nullable KeyUsage usage,
            @Nullable KeyPurposeId purpose,
            List<GeneralName> names)
            throws GeneralSecurityException, IOException {
        TestCertificate certificate = new TestCertificate(subject, owner.getPublic());
        certificate.with(Extension.basicConstraints, true, constraints);
        if (usage != null) {
            certificate.with(Extension.keyUsage, true, usage);
        }
        if (purpose != null) {
            certificate.purpose(purpose);
        }
        if (!names.isEmpty()) {
            certificate.names(names);
        }
        return withAbove(certificate.signedBy(ca, key.getPrivate()));
    }

    private List<X509Certificate> withAbove(X509Certificate certificate) {
        List<X509Certificate> chain = new ArrayList<>(List.of(certificate));
        chain.addAll(above);
        return chain;
    }
}
