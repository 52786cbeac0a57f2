package io.mnedc.security.authority;

import io.mnedc.security.CertificateNames;
import io.mnedc.security.Names;
import io.mnedc.security.OverlayCa;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes certificates (RFC 5280) in the name of a CA. */
public record Issuer(PrivateKey key, X509Certificate certificate) {
    static final Duration CA_LIFE = Duration.ofDays(20 * 365);
    static final Duration RELAY_LIFE = Duration.ofDays(365);

    /** Clocks of devices may be this much behind the relay's. */
    private static final Duration LATE_CLOCKS = Duration.ofHours(1);

    /**
     * An extension that nobody knows; being critical, it keeps a certificate out of every path (RFC 5280, section 4.2). A
     * random UUID under the arc that is for those (ITU-T X.667).
     */
    private static final ASN1ObjectIdentifier NOT_FOR_PATHS =
            new ASN1ObjectIdentifier("2.25.83028199832388461852640530278912228247");

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SERIAL_BITS = 127;

    /** A new CA. Its name is its own, made from its key. */
    public static X509Certificate selfSigned(KeyPair key, Instant now) throws GeneralSecurityException {
        X500Name name = CertificateNames.commonName(OverlayCa.name(key.getPublic()));
        return make(builder(name, name, key.getPublic(), now, now.plus(CA_LIFE)), key.getPrivate(), extensions -> {
            extensions.add(Extension.basicConstraints, true, new BasicConstraints(0));
            extensions.add(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            extensions.add(
                    Extension.subjectKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createSubjectKeyIdentifier(key.getPublic()));
        });
    }

    /** Vouches for another CA: those that trust this one can then trust that one. The certificate is never part of a path. */
    public X509Certificate vouch(X509Certificate other, Instant now) throws GeneralSecurityException {
        return make(
                builder(subject(certificate), subject(other), other.getPublicKey(), now, end(now, CA_LIFE)),
                key,
                extensions -> {
                    extensions.add(NOT_FOR_PATHS, true, DERNull.INSTANCE);
                    extensions.add(Extension.basicConstraints, true, new BasicConstraints(0));
                    extensions.add(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
                    keyIdentifiers(extensions, other.getPublicKey());
                });
    }

    public X509Certificate relay(PublicKey relay, Instant now) throws GeneralSecurityException {
        return leaf(relay, "MNEDC relay", List.of(Names.RELAY_URI), KeyPurposeId.id_kp_serverAuth, now, RELAY_LIFE);
    }

    public X509Certificate device(PublicKey device, String id, Set<String> groups, Instant now, Duration life)
            throws GeneralSecurityException {
        List<String> names = new ArrayList<>(List.of(Names.DEVICE_URI + Names.deviceId(id)));
        Names.groups(groups).forEach(group -> names.add(Names.GROUP_URI + group));
        return leaf(device, id, names, KeyPurposeId.id_kp_clientAuth, now, life);
    }

    private X509Certificate leaf(
            PublicKey owner, String commonName, List<String> uris, KeyPurposeId purpose, Instant now, Duration life)
            throws GeneralSecurityException {
        GeneralName[] names = uris.stream()
                .map(uri -> new GeneralName(GeneralName.uniformResourceIdentifier, uri))
                .toArray(GeneralName[]::new);
        return make(
                builder(subject(certificate), CertificateNames.commonName(commonName), owner, now, end(now, life)),
                key,
                extensions -> {
                    extensions.add(Extension.basicConstraints, true, new BasicConstraints(false));
                    extensions.add(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
                    extensions.add(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
                    extensions.add(Extension.subjectAlternativeName, false, new GeneralNames(names));
                    keyIdentifiers(extensions, owner);
                });
    }

    /** No certificate outlives its CA. */
    private Instant end(Instant now, Duration life) {
        Instant end = now.plus(life);
        Instant caEnd = certificate.getNotAfter().toInstant();
        return end.isBefore(caEnd) ? end : caEnd;
    }

    private void keyIdentifiers(Extensions extensions, PublicKey owner) throws GeneralSecurityException, IOException {
        var identifiers = new JcaX509ExtensionUtils();
        extensions.add(Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(owner));
        extensions.add(
                Extension.authorityKeyIdentifier,
                false,
                identifiers.createAuthorityKeyIdentifier(certificate.getPublicKey()));
    }

    private static X500Name subject(X509Certificate certificate) {
        return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    }

    private static X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, PublicKey owner, Instant now, Instant end) {
        BigInteger serial = new BigInteger(SERIAL_BITS, RANDOM).setBit(SERIAL_BITS - 1);
        return new JcaX509v3CertificateBuilder(
                issuer, serial, Date.from(now.minus(LATE_CLOCKS)), Date.from(end), subject, owner);
    }

    private interface Extensions {
        void add(ASN1ObjectIdentifier id, boolean critical, ASN1Encodable value) throws IOException;
    }

    private interface Filler {
        void fill(Extensions extensions) throws GeneralSecurityException, IOException;
    }

    private static X509Certificate make(X509v3CertificateBuilder builder, PrivateKey signer, Filler filler)
            throws GeneralSecurityException {
        try {
            filler.fill(builder::addExtension);
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
        } catch (IOException | OperatorCreationException e) {
            throw new GeneralSecurityException("cannot make a certificate: " + e.getMessage(), e);
        }
    }
}
