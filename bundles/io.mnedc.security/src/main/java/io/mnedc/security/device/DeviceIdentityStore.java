package io.mnedc.security.device;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.identity.IdentityProvider;
import io.mnedc.files.PrivateFiles;
import io.mnedc.security.CertificateNames;
import io.mnedc.security.CertificateRequest;
import io.mnedc.security.Credentials;
import io.mnedc.security.CrossSigning;
import io.mnedc.security.Fingerprints;
import io.mnedc.security.JoinToken;
import io.mnedc.security.Keys;
import io.mnedc.security.Names;
import io.mnedc.security.OverlayTrust;
import io.mnedc.security.PeerName;
import io.mnedc.security.Pem;
import io.mnedc.security.Role;
import io.mnedc.security.TimeFloor;
import io.mnedc.security.authority.RelayCertificate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a device keeps: its key, its certificate, whom it trusts, the time, its relays, which token it has redeemed.
 * Thread-safe; for one process. After a crash at any point the device is what it was before, or what it was to become. An
 * enrolment that was cut off can be tried again with the same token.
 */
public final class DeviceIdentityStore implements IdentityProvider {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceIdentityStore.class);
    private static final String CERTIFICATE = "device.crt.pem";
    private static final int LIMIT = 64 * 1024;
    private static final int MOST_DROPPED = 16;

    private final Path key;
    /** The key of an enrolment that is not finished, with the token it is for. */
    private final Path nextKey;

    private final Path certificate;
    private final Path trusted;
    private final Path dropped;
    private final Path relays;
    private final Path token;
    private final WaitingToken waiting;

    private final TimeFloor floor;
    private @Nullable Identity identity;
    private @Nullable PeerName name;
    /** Key fingerprints of the CAs that were trusted once, the latest last. */
    private Set<String> droppedKeys = Set.of();

    private List<String> knownRelays = List.of();
    private String redeemed = "";

    private DeviceIdentityStore(Path directory, TimeFloor floor) {
        this.key = directory.resolve("device.key.pem");
        this.nextKey = directory.resolve("device.next.key.pem");
        this.certificate = directory.resolve(CERTIFICATE);
        this.trusted = directory.resolve("trusted.pem");
        this.dropped = directory.resolve("dropped");
        this.relays = directory.resolve("relays");
        this.token = directory.resolve("token");
        this.waiting = new WaitingToken(directory.resolve("join-token"));
        this.floor = floor;
    }

    /**
     * Opens the store.
     *
     * @param directory for it alone; made when missing
     * @param clock the system's
     * @return the store
     * @throws IOException if the directory or a file in it cannot be used; the message has the cure
     * @throws GeneralSecurityException if a key or certificate in it cannot be used; the message has the cure
     */
    public static DeviceIdentityStore open(Path directory, InstantSource clock)
            throws IOException, GeneralSecurityException {
        PrivateFiles.directory(directory);
        TimeFloor floor = TimeFloor.open(directory.resolve("time-floor"), clock);
        DeviceIdentityStore store = new DeviceIdentityStore(directory, floor);
        store.load();
        return store;
    }

    /**
     * Looks whom a store belongs to, and makes and changes nothing.
     *
     * @param directory the store's, which may be missing
     * @return the device's ID; empty if there is no certificate in it that says one
     */
    public static Optional<String> enrolledId(Path directory) {
        try {
            return Optional.of(new CertificateNames(
                            Pem.certificates(directory.resolve(CERTIFICATE)).get(0))
                    .device()
                    .deviceId());
        } catch (IOException | CertificateException e) {
            // opening the store tells what is wrong
            LOG.debug("no device's certificate in {}", directory, e);
            return Optional.empty();
        }
    }

    private void load() throws IOException, GeneralSecurityException {
        knownRelays = List.copyOf(text(relays).lines().toList());
        droppedKeys = new LinkedHashSet<>(
                text(dropped).lines().filter(line -> !line.isBlank()).toList());
        redeemed = text(token).strip();
        if (!Files.exists(certificate)) {
            return;
        }
        List<X509Certificate> chain;
        try {
            chain = Pem.certificates(certificate);
        } catch (CertificateException e) {
            throw new CertificateException(e.getMessage() + ", or remove it and enrol with a new join token", e);
        }
        // the certificate is written before its key takes the place of the old one
        for (Path file : List.of(key, nextKey)) {
            KeyPair pair = Files.exists(file) ? Pem.key(file) : null;
            if (pair != null && Keys.match(pair.getPrivate(), chain.get(0).getPublicKey())) {
                name = new CertificateNames(chain.get(0)).device();
                identity = new Identity(pair.getPrivate(), chain, Set.copyOf(Pem.certificates(trusted)));
                return;
            }
        }
        throw new GeneralSecurityException(key + " is missing or not the key of " + certificate
                + ": put it back, or remove both and enrol with a new join token");
    }

    static String text(Path file) throws IOException {
        return Files.exists(file) ? new String(PrivateFiles.read(file, LIMIT), StandardCharsets.UTF_8) : "";
    }

    /** {@return the effective time, kept in this store} */
    public TimeFloor floor() {
        return floor;
    }

    /** {@return the stored identity; empty before enrolment} */
    public synchronized Optional<Identity> stored() {
        return Optional.ofNullable(identity);
    }

    @Override
    public synchronized Identity identity() throws GeneralSecurityException {
        if (identity == null) {
            throw new GeneralSecurityException("this device is not enrolled (no " + certificate
                    + "): make a token at the relay (./mnedc relay token) and give it to the device as --join or by the"
                    + " setting join.token");
        }
        return identity;
    }

    /**
     * A request for a certificate by a new key, which becomes the device's by {@link #enrolled}. The same key again for
     * the same token, so that an enrolment whose answer was lost can be tried again.
     *
     * @param deviceId the common name
     * @param joining the token that is to be redeemed
     * @return PKCS #10 (RFC 2986), DER
     * @throws IOException if the key cannot be stored
     * @throws GeneralSecurityException if the platform cannot make it
     */
    public synchronized byte[] enrolmentRequest(String deviceId, JoinToken joining)
            throws IOException, GeneralSecurityException {
        String remark = "For token " + hash(joining) + "\n";
        KeyPair pair;
        if (Files.exists(nextKey) && text(nextKey).startsWith(remark)) {
            pair = Pem.key(nextKey);
        } else {
            finishKey();
            pair = Keys.generate();
            Pem.write(nextKey, pair, remark);
        }
        return CertificateRequest.make(pair.getPrivate(), pair.getPublic(), Names.deviceId(deviceId));
    }

    /** The key that fits the certificate must not be overwritten: after a crash it may still wait under the other name. */
    private void finishKey() throws IOException, GeneralSecurityException {
        if (identity != null && Files.exists(nextKey)) {
            KeyPair waiting = Pem.key(nextKey);
            if (waiting.getPublic().equals(identity.chain().get(0).getPublicKey())) {
                Pem.write(key, waiting, "");
            }
        }
    }

    /**
     * A request for another certificate by the present key.
     *
     * @param deviceId the common name
     * @return PKCS #10 (RFC 2986), DER
     * @throws GeneralSecurityException if there is no identity
     */
    public synchronized byte[] renewalRequest(String deviceId) throws GeneralSecurityException {
        Identity own = identity();
        return CertificateRequest.make(own.key(), own.chain().get(0).getPublicKey(), Names.deviceId(deviceId));
    }

    /**
     * Stores the outcome of an enrolment: the new key is the device's from now on, the token is not used again.
     *
     * @param credentials what the relay sent
     * @param joined the token that was redeemed; its CA is trusted, others that it vouches for too, and its addresses
     *     are kept
     * @return the device's ID and groups
     * @throws IOException if it cannot be stored
     * @throws GeneralSecurityException if the credentials are not for the requested key, or not of the token's CA
     */
    public synchronized PeerName enrolled(Credentials credentials, JoinToken joined)
            throws IOException, GeneralSecurityException {
        List<X509Certificate> named = Pem.parse(credentials.trusted());
        Set<X509Certificate> pinned = new HashSet<>();
        for (X509Certificate each : named) {
            if (Fingerprints.of(each).equals(joined.fingerprint())) {
                pinned.add(each);
            }
        }
        // the token is the word of the present administrator of the relay
        Set<String> stillDropped = new LinkedHashSet<>(droppedKeys);
        stillDropped.removeAll(keys(pinned));
        Set<X509Certificate> authorities = CrossSigning.follow(pinned, named, stillDropped);
        if (authorities.isEmpty()) {
            throw new CertificateException("the relay's answer does not name the CA of the join token");
        }
        KeyPair pair = Pem.key(nextKey);
        List<X509Certificate> chain = Pem.parse(credentials.chain());
        PeerName checked = check(chain, authorities);
        if (!chain.get(0).getPublicKey().equals(pair.getPublic())) {
            throw new CertificateException("the relay's answer is a certificate for another key");
        }
        remember(stillDropped);
        Pem.write(trusted, authorities);
        Pem.write(certificate, chain);
        writeLines(relays, joined.addresses());
        writeLines(token, List.of(hash(joined)));
        Pem.write(key, pair, "");
        PrivateFiles.delete(nextKey);
        identity = new Identity(pair.getPrivate(), chain, authorities);
        name = checked;
        knownRelays = joined.addresses();
        redeemed = hash(joined);
        waiting.redeemed(joined);
        return checked;
    }

    /**
     * A join token that somebody has put into the directory, as the file {@code join-token}. It is deleted once it is
     * redeemed: a thief of this device must not find one with which others can enrol.
     *
     * @return the token, not redeemed yet; empty if there is none
     * @throws IOException if the file cannot be read or deleted
     */
    public synchronized Optional<JoinToken> waiting() throws IOException {
        return waiting.find(this::redeemed);
    }

    /** {@return whether {@link #waiting} left a file that somebody may be writing: it wants another look, a little later} */
    public synchronized boolean halfWritten() {
        return waiting.halfWritten();
    }

    /**
     * Stores renewed credentials. Trust follows the relay. A CA that it no longer names goes for good, but for a join token
     * that names it. A new one comes if one trusted before vouches for it.
     *
     * @param credentials what the relay sent; an empty chain or an empty list of trusted ones changes nothing of it
     * @return whether {@link #identity} is another one now
     * @throws IOException if it cannot be stored
     * @throws GeneralSecurityException if the credentials are not for the device's key or ID, or nobody would be trusted
     */
    public synchronized boolean update(Credentials credentials) throws IOException, GeneralSecurityException {
        Identity own = identity();
        Set<X509Certificate> authorities = own.trusted();
        List<X509Certificate> named = Pem.parse(credentials.trusted());
        if (!named.isEmpty()) {
            authorities = CrossSigning.follow(own.trusted(), named, droppedKeys);
            long strangers = named.stream().filter(CrossSigning::isAuthority).count() - authorities.size();
            if (authorities.isEmpty()) {
                throw new CertificateException("the relay names no CA that is trusted here or that one trusted here"
                        + " vouches for: if its CA has really been replaced, enrol again with a new join token");
            }
            if (strangers > 0) {
                LOG.warn(
                        "The relay names {} CAs that nobody trusted here vouches for: they are not trusted", strangers);
            }
        }
        List<X509Certificate> chain = own.chain();
        if (!credentials.chain().isEmpty()) {
            chain = Pem.parse(credentials.chain());
            PeerName checked = check(chain, authorities);
            if (!chain.get(0).getPublicKey().equals(own.chain().get(0).getPublicKey())
                    || !deviceId().equals(Optional.of(checked.deviceId()))) {
                throw new CertificateException(
                        "the relay's answer is a certificate for another key or device: " + checked.deviceId());
            }
            name = checked;
        }
        if (chain.equals(own.chain()) && authorities.equals(own.trusted())) {
            return false;
        }
        Set<String> gone = new LinkedHashSet<>(droppedKeys);
        gone.addAll(keys(own.trusted()));
        gone.removeAll(keys(authorities));
        remember(gone);
        Pem.write(trusted, authorities);
        Pem.write(certificate, chain);
        identity = new Identity(own.key(), chain, authorities);
        return true;
    }

    private static Set<String> keys(Set<X509Certificate> authorities) {
        Set<String> keys = new LinkedHashSet<>();
        authorities.forEach(ca -> keys.add(Fingerprints.of(ca.getPublicKey())));
        return keys;
    }

    private void remember(Set<String> gone) throws IOException {
        if (!gone.equals(droppedKeys)) {
            Set<String> latest = gone.stream()
                    .skip(Math.max(0, gone.size() - MOST_DROPPED))
                    .collect(Collectors.toCollection(LinkedHashSet::new));
            writeLines(dropped, List.copyOf(latest));
            droppedKeys = latest;
        }
    }

    private PeerName check(List<X509Certificate> chain, Set<X509Certificate> authorities) throws CertificateException {
        if (chain.isEmpty()) {
            throw new CertificateException("the relay's answer has no certificate");
        }
        Instant at = floor.at(
                chain.get(0).getNotBefore().toInstant(),
                chain.get(0).getNotAfter().toInstant());
        return OverlayTrust.check(chain, Role.DEVICE, authorities, at, Duration.ZERO);
    }

    private static void writeLines(Path file, List<String> lines) throws IOException {
        PrivateFiles.write(file, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static String hash(JoinToken token) {
        return Fingerprints.hex(token.text().getBytes(StandardCharsets.US_ASCII));
    }

    /** {@return whether this is the token that was redeemed last, and what it has brought is here still} */
    public synchronized boolean redeemed(JoinToken joining) {
        return identity != null && redeemed.equals(hash(joining));
    }

    /** {@return the relays of the token that was redeemed last, {@code HOST:PORT}; empty before} */
    public synchronized List<String> relays() {
        return knownRelays;
    }

    /** {@return when half of the certificate's life is over; empty before enrolment} */
    public synchronized Optional<Instant> renewAt() {
        return stored().map(own -> RelayCertificate.halfLife(own.chain().get(0)));
    }

    /** {@return the device ID in the certificate; empty before enrolment} */
    public synchronized Optional<String> deviceId() {
        return Optional.ofNullable(name).map(PeerName::deviceId);
    }
}
