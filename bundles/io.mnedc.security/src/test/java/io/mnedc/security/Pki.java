package io.mnedc.security;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** Another organisation's PKI, which knows nothing of overlays. */
public final class Pki {
    private static final BasicConstraints CA = new BasicConstraints(true);
    private static final KeyUsage SIGNS = new KeyUsage(KeyUsage.keyCertSign);

    final KeyPair key;
    public final X509Certificate ca;
    private final List<X509Certificate> above;

    private Pki(KeyPair key, X509Certificate ca, List<X509Certificate> above) {
        this.key = key;
        this.ca = ca;
        this.above = above;
    }

    public static Pki root() throws Exception {
        KeyPair key = Keys.generate();
        X500Name name = new X500Name(
                "O=Works,CN=Root " + Fingerprints.of(key.getPublic()).substring(0, 8));
        return new Pki(key, sign(name, key, name, key, CA, SIGNS, null, List.of()), List.of());
    }

    /** A level below. */
    Pki sub() throws Exception {
        KeyPair own = Keys.generate();
        X509Certificate certificate =
                sign(name(), key, new X500Name("O=Works,CN=Sub"), own, CA, SIGNS, null, List.of());
        List<X509Certificate> chain = new ArrayList<>(List.of(certificate));
        chain.addAll(above);
        return new Pki(own, certificate, chain);
    }

    public List<X509Certificate> chain(
            KeyPair owner, String subject, @Nullable KeyPurposeId purpose, List<GeneralName> names) throws Exception {
        KeyUsage usage = new KeyUsage(KeyUsage.digitalSignature);
        return chain(owner, subject, new BasicConstraints(false), usage, purpose, names);
    }

    /** With what a certificate of a device does not say otherwise; null: nothing of it. */
    public List<X509Certificate> chain(
            KeyPair owner,
            String subject,
            BasicConstraints constraints,
            @Nullable KeyUsage usage,
            @Nullable KeyPurposeId purpose,
            List<GeneralName> names)
            throws Exception {
        List<X509Certificate> chain = new ArrayList<>(
                List.of(sign(name(), key, new X500Name(subject), owner, constraints, usage, purpose, names)));
        chain.addAll(above);
        return chain;
    }

    private X500Name name() {
        return X500Name.getInstance(ca.getSubjectX500Principal().getEncoded());
    }

    private static X509Certificate sign(
            X500Name issuer,
            KeyPair signer,
            X500Name subject,
            KeyPair owner,
            BasicConstraints constraints,
            @Nullable KeyUsage usage,
            @Nullable KeyPurposeId purpose,
            List<GeneralName> names)
            throws Exception {
        Instant now = Instant.now();
        var builder = new JcaX509v3CertificateBuilder(
                issuer,
                BigInteger.valueOf(System.nanoTime()),
                Date.from(now.minus(Duration.ofDays(1))),
                Date.from(now.plus(Duration.ofDays(30))),
                subject,
                owner.getPublic());
        builder.addExtension(Extension.basicConstraints, true, constraints);
        if (usage != null) {
            builder.addExtension(Extension.keyUsage, true, usage);
        }
        if (purpose != null) {
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
        }
        if (!names.isEmpty()) {
            builder.addExtension(
                    Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(new GeneralName[0])));
        }
        String algorithm = signer.getPrivate().getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(signer.getPrivate())));
    }
}
