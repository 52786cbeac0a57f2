package io.mnedc.relay;

import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A works' own PKI that knows nothing of overlays, and hands out key stores. */
final class TestPki {
    static final String PASSWORD = "changeit";

    private final X500Name name;
    private final KeyPair key = key();
    private final X509Certificate ca;

    TestPki(String name) throws Exception {
        this.name = new X500Name("O=Works,CN=" + name);
        this.ca = new JcaX509CertificateConverter()
                .getCertificate(builder(this.name, key)
                        .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
                        .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate())));
    }

    private static KeyPair key() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private JcaX509v3CertificateBuilder builder(X500Name subject, KeyPair owner) {
        return new JcaX509v3CertificateBuilder(
                name,
                BigInteger.valueOf(System.nanoTime()),
                Date.from(Instant.now().minus(Duration.ofDays(1))),
                Date.from(Instant.now().plus(Duration.ofDays(30))),
                subject,
                owner.getPublic());
    }

    /** A key store of a relay that is dialled as 127.0.0.1. */
    Path relay(Path file, String type) throws Exception {
        return store(file, type, "relay", KeyPurposeId.id_kp_serverAuth);
    }

    /** A key store of a device. */
    Path device(Path file, String id) throws Exception {
        return store(file, "PKCS12", id, KeyPurposeId.id_kp_clientAuth);
    }

    private Path store(Path file, String type, String commonName, KeyPurposeId purpose) throws Exception {
        KeyPair owner = key();
        X509Certificate certificate = new JcaX509CertificateConverter()
                .getCertificate(builder(new X500Name("O=Works,CN=" + commonName), owner)
                        .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose))
                        .addExtension(
                                Extension.subjectAlternativeName,
                                false,
                                new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1")))
                        .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate())));
        KeyStore store = empty(type);
        store.setKeyEntry(commonName, owner.getPrivate(), PASSWORD.toCharArray(), new Certificate[] {certificate});
        return write(file, store);
    }

    /** A trust store with this PKI's CA, and those of others. */
    Path trust(Path file, String type, TestPki... others) throws Exception {
        KeyStore store = empty(type);
        store.setCertificateEntry("ca", ca);
        for (int i = 0; i < others.length; i++) {
            store.setCertificateEntry("ca-" + i, others[i].ca);
        }
        return write(file, store);
    }

    private static KeyStore empty(String type) throws Exception {
        KeyStore store = KeyStore.getInstance(type);
        store.load(null, null);
        return store;
    }

    private static Path write(Path file, KeyStore store) throws Exception {
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD.toCharArray());
        }
        return file;
    }
}
