package io.mnedc.security;

import io.mnedc.files.PrivateFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;

/** Certificates and our own EC keys in text files (RFC 7468). */
public final class Pem {
    private static final int LIMIT = 256 * 1024;
    private static final String PRIVATE = "PRIVATE KEY";
    private static final String PUBLIC = "PUBLIC KEY";

    private Pem() {}

    public static void write(Path file, Collection<X509Certificate> certificates) throws IOException {
        PrivateFiles.write(file, text(certificates).getBytes(StandardCharsets.US_ASCII));
    }

    /** {@return the certificates as text} */
    public static String text(Collection<X509Certificate> certificates) throws IOException {
        StringBuilder text = new StringBuilder();
        for (X509Certificate certificate : certificates) {
            try {
                text.append(block("CERTIFICATE", certificate.getEncoded()));
            } catch (CertificateException e) {
                throw new IOException("certificate of " + certificate.getSubjectX500Principal(), e);
            }
        }
        return text.toString();
    }

    /** Writes a key; what is before the first block is a remark to both people and parsers. */
    public static void write(Path file, KeyPair key, String remark) throws IOException {
        String text = remark
                + block(PRIVATE, key.getPrivate().getEncoded())
                + block(PUBLIC, key.getPublic().getEncoded());
        PrivateFiles.write(file, text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Reads at least one. */
    public static List<X509Certificate> certificates(Path file) throws IOException, CertificateException {
        List<X509Certificate> certificates;
        try {
            certificates = certificates(new String(PrivateFiles.read(file, LIMIT), StandardCharsets.ISO_8859_1));
        } catch (CertificateException | RuntimeException e) {
            throw new CertificateException(file + " has no readable certificates: put it back from a backup", e);
        }
        if (certificates.isEmpty()) {
            throw new CertificateException(file + " has no certificate: put it back from a backup");
        }
        return certificates;
    }

    /** Reads what {@link #text} has made, perhaps none. */
    public static List<X509Certificate> certificates(String text) throws CertificateException {
        List<X509Certificate> certificates = new ArrayList<>();
        var in = new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1));
        try {
            for (var each : factory().generateCertificates(in)) {
                certificates.add((X509Certificate) each);
            }
        } catch (RuntimeException e) {
            throw new CertificateException("no certificates", e);
        }
        return certificates;
    }

    public static List<X509Certificate> parse(List<byte[]> ders) throws CertificateException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (byte[] der : ders) {
            certificates.add((X509Certificate) factory().generateCertificate(new ByteArrayInputStream(der)));
        }
        return certificates;
    }

    public static List<byte[]> encode(Collection<X509Certificate> certificates) throws CertificateException {
        List<byte[]> ders = new ArrayList<>();
        for (X509Certificate certificate : certificates) {
            ders.add(certificate.getEncoded());
        }
        return ders;
    }

    /** Reads a key file that {@link #write} made; refuses one that others can read. */
    public static KeyPair key(Path file) throws IOException, GeneralSecurityException {
        PrivateFiles.check(file);
        String text = new String(PrivateFiles.read(file, LIMIT), StandardCharsets.ISO_8859_1);
        try {
            KeyFactory keys = KeyFactory.getInstance("EC");
            PrivateKey priv = keys.generatePrivate(new PKCS8EncodedKeySpec(block(text, PRIVATE)));
            PublicKey pub = keys.generatePublic(new X509EncodedKeySpec(block(text, PUBLIC)));
            return new KeyPair(pub, priv);
        } catch (GeneralSecurityException | RuntimeException e) {
            // without the cause's message: it might quote the key
            throw new GeneralSecurityException(
                    file + " has no readable key (" + e.getClass().getSimpleName() + "): put it back from a backup");
        }
    }

    private static CertificateFactory factory() throws CertificateException {
        return CertificateFactory.getInstance("X.509");
    }

    private static String block(String type, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n";
    }

    private static byte[] block(String text, String type) {
        String[] parts = text.split("-----(BEGIN|END) " + type + "-----", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("no " + type);
        }
        return Base64.getMimeDecoder().decode(parts[1]);
    }
}
