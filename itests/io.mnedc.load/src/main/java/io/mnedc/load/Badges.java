package io.mnedc.load;

import io.mnedc.api.identity.Identity;
import io.mnedc.security.Credentials;
import io.mnedc.security.RefusedException;
import io.mnedc.security.authority.OverlayAuthority;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * Keys and certificates of a crowd: for each device a key and a certificate of its own, made by the authority in the relay's
 * data directory, beside the relay. They are kept in a file, because ten thousand of them take half a minute.
 */
final class Badges {
    private static final Duration LIFE = Duration.ofDays(365);

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Badge(byte[] key, byte[] certificate) {}

    private final List<Badge> badges = new ArrayList<>();
    private final Set<X509Certificate> trusted;

    private Badges(Set<X509Certificate> trusted) {
        this.trusted = trusted;
    }

    /**
     * Reads or makes them.
     *
     * @param identity the directory of the relay's keys
     * @param file where they are kept
     * @param count how many there must be at least
     */
    static Badges of(Path identity, Path file, int count) throws IOException, GeneralSecurityException {
        OverlayAuthority authority = OverlayAuthority.open(identity, LIFE, InstantSource.system());
        Badges all = new Badges(new LinkedHashSet<>(certificates(authority.trusted())));
        all.read(file, authority.fingerprint());
        if (all.badges.size() < count) {
            for (int i = all.badges.size(); i < count; i++) {
                all.badges.add(make(authority, LoadDevice.id(i)));
            }
            all.write(file, authority.fingerprint());
        }
        return all;
    }

    private static Badge make(OverlayAuthority authority, String deviceId)
            throws IOException, GeneralSecurityException {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair key = generator.generateKeyPair();
            byte[] request = new JcaPKCS10CertificationRequestBuilder(
                            new X500Principal("CN=" + deviceId), key.getPublic())
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()))
                    .getEncoded();
            Credentials issued = authority.issue(request, deviceId, Set.of());
            return new Badge(key.getPrivate().getEncoded(), issued.chain().get(0));
        } catch (RefusedException | OperatorCreationException e) {
            throw new GeneralSecurityException("no certificate for " + deviceId + ": " + e.getMessage(), e);
        }
    }

    private void read(Path file, String authority) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            if (!in.readUTF().equals(authority)) {
                return; // of another authority: a new data directory
            }
            for (int left = in.readInt(); left > 0; left--) {
                badges.add(new Badge(in.readNBytes(in.readInt()), in.readNBytes(in.readInt())));
            }
        }
    }

    private void write(Path file, String authority) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".new");
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(next)))) {
            out.writeUTF(authority);
            out.writeInt(badges.size());
            for (Badge badge : badges) {
                out.writeInt(badge.key.length);
                out.write(badge.key);
                out.writeInt(badge.certificate.length);
                out.write(badge.certificate);
            }
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Whom devices trust. */
    Set<X509Certificate> trusted() {
        return trusted;
    }

    /** What a device shows. */
    Identity of(int device) throws GeneralSecurityException {
        Badge badge = badges.get(device);
        PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(badge.key));
        return new Identity(key, certificates(List.of(badge.certificate)), trusted);
    }

    private static List<X509Certificate> certificates(List<byte[]> encoded) throws GeneralSecurityException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> certificates = new ArrayList<>();
        for (byte[] each : encoded) {
            certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(each)));
        }
        return certificates;
    }
}
