package io.mnedc.security.authority;

import io.mnedc.security.Fingerprints;
import io.mnedc.security.Pem;
import io.mnedc.security.files.DirectoryLock;
import io.mnedc.security.shared.LocalFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The CA certificates that all relays share: the one in use, and all that are trusted. Private keys stay where they are. Used by
 * one thread at a time.
 */
@SuppressWarnings("try") // locks are held, not used
final class SharedAuthorities implements LocalFiles {
    private static final String KIND = "ca";
    private static final String NAME = "certificates";
    private static final int LONGEST = 32 * 1024;
    /** With those by which CAs vouch for each other. */
    private static final int MOST = 1 + 2 * CaFiles.MOST;

    private final Path directory;
    private final CaFiles files;

    SharedAuthorities(Path directory, CaFiles files) {
        this.directory = directory;
        this.files = files;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public boolean missing() {
        return !files.exist();
    }

    @Override
    public Optional<Map<String, String>> read() throws IOException {
        if (missing()) {
            return Optional.of(Map.of());
        }
        try (DirectoryLock lock = DirectoryLock.of(directory)) {
            return Optional.of(Map.of(NAME, text()));
        }
    }

    private String text() throws IOException {
        try {
            List<X509Certificate> all = new ArrayList<>(files.current());
            all.addAll(files.trusted());
            return Pem.text(all);
        } catch (CertificateException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** The first is the one in use; those behind it are as in {@code trusted.pem}. */
    private static List<X509Certificate> parse(String text) {
        try {
            List<X509Certificate> all = text.length() > LONGEST ? List.of() : Pem.certificates(text);
            // nothing beside them, such as a key
            if (all.size() < 2 || all.size() > 1 + MOST || !Pem.text(all).equals(text)) {
                throw new IllegalArgumentException("it is not two to " + (1 + MOST) + " certificates in PEM");
            }
            return all;
        } catch (CertificateException | IOException e) {
            throw new IllegalArgumentException("its certificates cannot be read", e);
        }
    }

    @Override
    public void check(String name, String text) {
        if (!name.equals(NAME)) {
            throw new IllegalArgumentException("nothing has this name");
        }
        List<X509Certificate> all = parse(text);
        List<X509Certificate> trusted = all.subList(1, all.size());
        List<X509Certificate> authorities =
                trusted.stream().filter(CaFiles::selfIssued).toList();
        if (authorities.isEmpty()
                || authorities.size() > CaFiles.MOST
                || !authorities.contains(all.get(0))
                || !trusted.stream().allMatch(each -> isGood(each, authorities))) {
            throw new IllegalArgumentException(
                    "it is not one or two CAs, the one in use among them, and what they vouch for");
        }
    }

    private static boolean isGood(X509Certificate certificate, List<X509Certificate> authorities) {
        return certificate.getBasicConstraints() >= 0
                && authorities.stream()
                        .anyMatch(by -> RelayCertificate.issuedBy(by, certificate)
                                && (by.equals(certificate) || !CaFiles.selfIssued(certificate)));
    }

    @Override
    public void write(String name, Optional<String> before, Optional<String> now) throws IOException {
        if (now.isEmpty()) {
            throw new IOException("the CA certificates are missing in the shared store");
        }
        List<X509Certificate> all = parse(now.get());
        try (DirectoryLock lock = DirectoryLock.of(directory)) {
            Optional<String> present = missing() ? Optional.empty() : Optional.of(text());
            if (!present.equals(before)) {
                throw new IOException("the CA's files in " + directory + " are being changed");
            }
            files.take(all.get(0), all.subList(1, all.size()));
        } catch (GeneralSecurityException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Without a CA in common they are two overlays. */
    @Override
    public Optional<String> decide(String name, Optional<String> here, Optional<String> shared) throws IOException {
        if (here.isEmpty() || shared.isEmpty()) {
            return shared.isPresent() ? shared : here;
        }
        List<X509Certificate> own = parse(here.get());
        List<X509Certificate> others = parse(shared.get());
        if (own.stream().noneMatch(others::contains)) {
            throw new IOException(directory + " belongs to another overlay, whose CA is "
                    + Fingerprints.of(own.get(0)) + "; that of the shared store is " + Fingerprints.of(others.get(0))
                    + ": use another data.dir, or another store");
        }
        return shared;
    }
}
