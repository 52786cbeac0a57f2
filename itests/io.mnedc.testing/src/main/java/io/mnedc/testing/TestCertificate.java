package io.mnedc.testing;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Builds one certificate, with the extensions that a test asks for and no others. It is good from yesterday on, for 30
 * days.
 */
public final class TestCertificate {
    private static final AtomicLong SERIAL = new AtomicLong(System.nanoTime());

    private final X500Name subject;
    private final PublicKey owner;
    private final ExtensionsGenerator extensions = new ExtensionsGenerator();
    private Instant from = Instant.now().minus(Duration.ofDays(1));
    private Instant until = from.plus(Duration.ofDays(31));

    /** Starts with a subject such as {@code O=Works,CN=a}. */
    public TestCertificate(String subject, PublicKey owner) {
        this.subject = new X500Name(subject);
        this.owner = owner;
    }

    /** Sets when it is good. */
    public TestCertificate good(Instant from, Instant until) {
        this.from = from;
        this.until = until;
        return this;
    }

    /** Adds an extension. */
    public TestCertificate with(ASN1ObjectIdentifier type, boolean critical, ASN1Encodable value) throws IOException {
        extensions.addExtension(type, critical, value);
        return this;
    }

    /** Adds an extension whose value is so many bytes of 0. */
    public TestCertificate with(ASN1ObjectIdentifier type, int bytes) {
        extensions.addExtension(type, false, new byte[bytes]);
        return this;
    }

    /** Says whether it is an authority's. */
    public TestCertificate authority(boolean authority) throws IOException {
        return with(Extension.basicConstraints, true, new BasicConstraints(authority));
    }

    /** Says what its key may do: a bit of {@link KeyUsage}. */
    public TestCertificate usage(int usage) throws IOException {
        return with(Extension.keyUsage, true, new KeyUsage(usage));
    }

    /** Says whose it is: a client's, or a server's. */
    public TestCertificate purpose(KeyPurposeId purpose) throws IOException {
        return with(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
    }

    /** Adds other names of its owner. */
    public TestCertificate names(List<GeneralName> names) throws IOException {
        return with(Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(new GeneralName[0])));
    }

    /** {@return it, signed by its own key} */
    public X509Certificate signedByItself(KeyPair key) throws GeneralSecurityException {
        return sign(subject, key.getPrivate());
    }

    /** {@return it, signed by an authority} */
    public X509Certificate signedBy(X509Certificate issuer, PrivateKey key) throws GeneralSecurityException {
        return sign(X500Name.getInstance(issuer.getSubjectX500Principal().getEncoded()), key);
    }

    private X509Certificate sign(X500Name issuer, PrivateKey key) throws GeneralSecurityException {
        var builder = new JcaX509v3CertificateBuilder(
                issuer,
                BigInteger.valueOf(SERIAL.incrementAndGet()),
                Date.from(from),
                Date.from(until),
                subject,
                owner);
        String algorithm = key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
        try {
            if (!extensions.isEmpty()) {
                var all = extensions.generate();
                for (ASN1ObjectIdentifier type : all.getExtensionOIDs()) {
                    builder.addExtension(all.getExtension(type));
                }
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(key)));
        } catch (IOException | OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }
}
