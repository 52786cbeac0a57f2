package io.mnedc.security.authority;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.identity.IdentityProvider;
import io.mnedc.api.relay.RelayAdministration.ShutOut;
import io.mnedc.api.text.PlainText;
import io.mnedc.files.PrivateFiles;
import io.mnedc.security.CertificateRequest;
import io.mnedc.security.Credentials;
import io.mnedc.security.Fingerprints;
import io.mnedc.security.OverlayCa;
import io.mnedc.security.PeerName;
import io.mnedc.security.Pem;
import io.mnedc.security.RefusedException;
import io.mnedc.security.RefusedException.Reason;
import io.mnedc.security.authority.Records.Kind;
import io.mnedc.security.files.DirectoryLock;
import io.mnedc.security.shared.SharedFiles;
import io.mnedc.security.shared.SharedStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The overlay's own certificate authority, in the data directory of a relay, with all that belongs to it: the relay's
 * certificate, join tokens, enrolled devices, revocations. Other processes may work on the same directory. Thread-safe.
 */
@SuppressWarnings("try") // locks are held, not used
public final class OverlayAuthority implements IdentityProvider {
    private static final int RELAY_DIGITS = 16;
    private static final Logger LOG = LoggerFactory.getLogger(OverlayAuthority.class);

    /**
     * A new certificate.
     *
     * @param deviceId which device it is for; empty: it is a relay's
     * @param groups what the device belongs to
     * @param credentials to send
     * @param overlay what a relay that joins must know of the overlay, {@code KEY=VALUE} each; nothing for a device
     */
    public record Enrolled(String deviceId, Set<String> groups, Credentials credentials, List<String> overlay) {
        /** Copies the collections. */
        public Enrolled {
            groups = Set.copyOf(groups);
            overlay = List.copyOf(overlay);
        }

        /** Of a device. */
        public Enrolled(String deviceId, Set<String> groups, Credentials credentials) {
            this(deviceId, groups, credentials, List.of());
        }

        /** {@return whether it is a relay's} */
        public boolean isRelay() {
            return deviceId.isEmpty();
        }
    }

    private final Path directory;
    private final InstantSource clock;
    private final CaFiles cas;
    private final RelayCertificate relay;
    private final JoinTokens tokens;
    private final Enrolments enrolments;
    private final Revocations revocations;
    private final RecordFiles files;
    private final @Nullable SharedStore store;
    private @Nullable SharedFiles shared;
    private final @Nullable Signers signers;
    private final DeviceAuthorization authorization;
    private final DeviceCertificates certificates;
    private final RelayEnrolments relays;
    private volatile Snapshot now;
    private String lastFailure = "";

    /** What the files said when they were read last. */
    private record Snapshot(CaFiles.State ca, RelayCertificate.Loaded relay, List<String> stamps) {}

    private OverlayAuthority(Path directory, Duration certificateLife, InstantSource clock, @Nullable SharedStore store)
            throws IOException, GeneralSecurityException {
        this.directory = directory;
        this.clock = clock;
        this.store = store;
        this.signers = store == null ? null : new Signers(store);
        cas = new CaFiles(directory);
        relay = new RelayCertificate(directory, store != null);
        revocations = Revocations.open(directory.resolve(RelayDirectory.REVOKED), clock);
        files = new RecordFiles(directory);
        Records records = store == null ? files : new SharedRecords(store, files);
        enrolments = new Enrolments(records);
        tokens = new JoinTokens(records, clock, this::tokenFingerprint);
        authorization = new DeviceAuthorization(this, revocations, enrolments, clock);
        if (store != null) {
            // before a CA is made here: there may be one
            store.catchUp();
            shared = new SharedFiles(new SharedAuthorities(directory, cas), store, directory);
            shared.pass();
            checkRelay();
        }
        certificates =
                new DeviceCertificates(records, tokens, enrolments, revocations, this::signers, certificateLife, clock);
        relays = new RelayEnrolments(records, tokens, this::signers, clock);
        now = load(null);
        if (shared != null) {
            // if another relay has made one in the same moment, it is told now
            shared.pass();
        }
    }

    /** A relay that has the CA's certificate from others, but no certificate of its own. */
    private void checkRelay() throws IOException {
        if (cas.exist() && !relay.exists() && !Files.exists(directory.resolve(CaFiles.KEY))) {
            throw new IOException("this relay has no certificate of the overlay that shares the store: put "
                    + directory.resolve(RelayCertificate.CERTIFICATE) + " and " + RelayCertificate.KEY
                    + " there, or the CA's key as " + CaFiles.KEY + ", so that it makes one");
        }
    }

    /**
     * Opens the authority, or makes it: CA, relay certificate and directories on first use.
     *
     * @param directory for it alone
     * @param certificateLife of device certificates
     * @param clock the system's
     * @return the authority
     * @throws IOException if the directory cannot be used; the message has the cure
     * @throws GeneralSecurityException if a key or certificate in it cannot be used; the message has the cure
     */
    public static OverlayAuthority open(Path directory, Duration certificateLife, InstantSource clock)
            throws IOException, GeneralSecurityException {
        return open(directory, certificateLife, clock, null);
    }

    /**
     * The same of a relay that shares with others.
     *
     * @param store where join tokens, enrolments and revocations are decided; null: in the directory
     */
    public static OverlayAuthority open(
            Path directory, Duration certificateLife, InstantSource clock, @Nullable SharedStore store)
            throws IOException, GeneralSecurityException {
        PrivateFiles.directory(directory);
        return new OverlayAuthority(directory, certificateLife, clock, store);
    }

    /** {@return what keeps the files of join tokens and enrolments and the shared store the same; nothing if nothing is shared} */
    public List<SharedFiles> sharedFiles() {
        SharedStore with = store;
        if (with == null) {
            return List.of();
        }
        Stream<SharedFiles> records = Stream.of(Kind.values())
                .map(kind -> new SharedFiles(new SharedRecordFiles(kind, files), with, directory));
        return Stream.concat(Stream.ofNullable(shared), records).toList();
    }

    private Snapshot load(@Nullable Snapshot before) throws IOException, GeneralSecurityException {
        try (DirectoryLock lock = DirectoryLock.of(directory)) {
            if (!cas.exist()) {
                cas.create(clock.instant());
                LOG.info("New overlay CA in {}: keep a copy of {} in a safe place", directory, CaFiles.KEY);
            }
            cas.mend();
            // taken before: what changes meanwhile is read once more
            List<String> stamps = FileStamps.of(directory);
            CaFiles.State state = cas.load();
            return new Snapshot(
                    state,
                    relay.loadOrRenew(state, clock.instant(), store == null || before == null ? null : before.relay),
                    stamps);
        }
    }

    @Override
    public Identity identity() throws GeneralSecurityException {
        return now.relay.identity();
    }

    /**
     * Renews the relay's certificate when half of its life is over, and takes over what another process changed in the
     * directory (CA rotation). Cheap when there is nothing to do; to be called once a second.
     *
     * @return whether {@link #identity} or {@link #trusted} is another one now: new connections need a new TLS context,
     *     registered devices the trusted certificates
     */
    public synchronized boolean refresh() {
        Snapshot before = now;
        boolean due = before.ca.relayIssuer().isPresent() && !before.relay.lasts(clock.instant());
        if (!due && before.stamps.equals(FileStamps.of(directory))) {
            return false;
        }
        try {
            now = load(before);
            lastFailure = "";
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            String failure = PlainText.of(e);
            if (!failure.equals(lastFailure)) {
                LOG.error("The CA's files are not taken over, what was read before stays: {}", failure);
            }
            lastFailure = failure;
            return false;
        }
        return !now.relay.identity().chain().equals(before.relay.identity().chain())
                || !now.ca.all().equals(before.ca.all());
    }

    /** {@return the fingerprint of the CA in use: the one that issues certificates to devices} */
    public String fingerprint() {
        return Fingerprints.of(now.ca.current());
    }

    /** {@return whether other relays make join tokens and enrolments of the same overlay, too} */
    public boolean isShared() {
        return store != null;
    }

    /** {@return whether certificates can be issued: the CA's key is there} */
    public boolean issues() {
        return now.ca.key().isPresent();
    }

    /**
     * Tells the other relays whether devices can enrol here, if they do not know it yet. To be called once a second.
     *
     * @param addresses where devices dial this relay, HOST:PORT
     * @throws IOException if the shared store cannot be told
     */
    public void tellSigner(List<String> addresses) throws IOException {
        if (signers != null) {
            String relay = Fingerprints.of(now.relay.identity().chain().get(0).getPublicKey())
                    .substring(0, RELAY_DIGITS);
            signers.tell(relay, issues() ? addresses : List.of());
        }
    }

    private List<String> signers() {
        return signers == null ? List.of() : signers.addresses();
    }

    /**
     * Asks for another certificate of this relay, if it needs one and cannot make it: half of its life is over, or the CA that has
     * issued it is no longer trusted, and no CA's key is here. To be called once in a while; costs a signature then.
     *
     * @return PKCS #10 (RFC 2986), DER; empty if none is needed
     * @throws GeneralSecurityException if the request cannot be made
     */
    public Optional<byte[]> wanted() throws GeneralSecurityException {
        Snapshot at = now;
        boolean good = at.ca.authorities().contains(at.relay.issuer()) && at.relay.lasts(clock.instant());
        if (store == null || good || at.ca.relayIssuer().isPresent()) {
            return Optional.empty();
        }
        Identity own = at.relay.identity();
        return Optional.of(CertificateRequest.make(own.key(), own.chain().get(0).getPublicKey(), "MNEDC relay"));
    }

    /**
     * Takes a certificate that another relay has made for this one; it is in force from now on.
     *
     * @param chain DER, the relay's own first
     * @throws IOException if it cannot be stored
     * @throws GeneralSecurityException if it is not one for this relay; the message says why
     */
    public void take(List<byte[]> chain) throws IOException, GeneralSecurityException {
        try (DirectoryLock lock = DirectoryLock.of(directory)) {
            Snapshot at = now;
            relay.take(at.relay, at.ca, chain, clock.instant());
        }
        refresh();
    }

    /**
     * Makes another certificate for another relay of the overlay.
     *
     * @param relayKey which it has proved that it has, by TLS with a certificate of a relay
     * @param request PKCS #10 (RFC 2986), DER, by the same key
     * @return what to send
     * @throws RefusedException when it is not made
     */
    public Credentials renewRelay(PublicKey relayKey, byte[] request) throws RefusedException {
        if (!CertificateRequest.provenKey(request).equals(relayKey)) {
            throw new RefusedException(
                    Reason.CERTIFICATE_REFUSED, "a relay's certificate is renewed for its own key only");
        }
        return certificates.relay(now.ca, relayKey);
    }

    /**
     * Waits until this relay knows what others have stored before.
     *
     * @throws IOException if that cannot be found out
     */
    public void catchUp() throws IOException {
        if (store != null) {
            store.catchUp();
        }
    }

    /** {@return when the relay's certificate ends} */
    public Instant expires() {
        return now.relay.identity().chain().get(0).getNotAfter().toInstant();
    }

    /** {@return what devices are to trust, DER: CAs, and certificates by which they vouch for each other} */
    public List<byte[]> trusted() {
        try {
            return Pem.encode(now.ca.all());
        } catch (CertificateException e) {
            throw new IllegalStateException("certificates that were read cannot be written", e);
        }
    }

    /**
     * Enrols a device: checks request and token, issues, records.
     *
     * @param tokenId names the token
     * @param secret the token's
     * @param deviceId what the device calls itself; empty: what the token says
     * @param request PKCS #10 (RFC 2986), DER
     * @return what to send
     * @throws RefusedException when it is not let in; a token keeps its use then. The same token and key may come again,
     *     when an answer was lost
     */
    public Enrolled enrol(long tokenId, byte[] secret, String deviceId, byte[] request) throws RefusedException {
        return certificates.enrol(now.ca, tokenId, secret, deviceId, request);
    }

    /**
     * Lets another relay join: checks request and token, issues a relay's certificate, and gives it a number in the ensemble.
     *
     * @param tokenId names the token
     * @param secret the token's
     * @param request PKCS #10 (RFC 2986), DER
     * @return what to send
     * @throws RefusedException when it is not let in; a token keeps its use then. The same token and key may come again,
     *     when an answer was lost, and get the same number
     */
    public Enrolled enrolRelay(long tokenId, byte[] secret, byte[] request) throws RefusedException {
        return relays.enrol(now.ca, tokenId, secret, request);
    }

    /**
     * Renews a device's certificate, for the key that it has proven.
     *
     * @param current the certificate that it is connected with
     * @param deviceId who it is, as {@link #admit} said
     * @param request PKCS #10 (RFC 2986), DER, by the same key
     * @return what to send
     * @throws RefusedException when it is not renewed
     */
    public Enrolled renew(X509Certificate current, String deviceId, byte[] request) throws RefusedException {
        return certificates.renew(now.ca, current, deviceId, request);
    }

    /**
     * Issues a certificate; nothing is recorded. {@link #enrol} and {@link #renew} do more.
     *
     * @param request PKCS #10 (RFC 2986), DER; only its key is used
     * @param deviceId who it is for
     * @param groups what it belongs to
     * @return the certificate and whom to trust
     * @throws RefusedException when the request is not acceptable, or no certificates can be made now
     */
    public Credentials issue(byte[] request, String deviceId, Set<String> groups) throws RefusedException {
        return certificates.issue(now.ca, request, deviceId, groups);
    }

    /**
     * Checks a device that connects: its certificate, that it is not revoked, that its key is the enrolled one.
     *
     * @param chain as it was shown in TLS
     * @param grace how long after its expiry a device's certificate is still good
     * @return who it is
     * @throws RefusedException when it is not let in
     */
    public PeerName admit(List<X509Certificate> chain, Duration grace) throws RefusedException {
        // others may have another object for the same file: what one of them writes holds here at once
        revocations.poll();
        return authorization.admit(chain, grace);
    }

    /**
     * Shuts a device out, and ends the join tokens that it has used: they may be on its disk.
     *
     * @param deviceId who; need not be enrolled
     * @param reason a sentence; line breaks become blanks
     * @return what came of it
     * @throws IOException if it cannot be stored; in memory it is shut out all the same
     * @throws IllegalArgumentException if it is no device ID
     */
    public ShutOut shutOut(String deviceId, String reason) throws IOException {
        revocations.revoke(deviceId, reason);
        List<String> used = List.of();
        try {
            used = enrolments.tokensOf(deviceId);
        } catch (IOException e) {
            LOG.warn("By which tokens {} has joined is not known: {}", deviceId, PlainText.of(e));
        }
        return new ShutOut(enrolments.knows(deviceId), tokens.cancelUsedBy(deviceId, used));
    }

    /** {@return the join tokens} */
    public JoinTokens tokens() {
        return tokens;
    }

    /** {@return the enrolled devices} */
    public Enrolments enrolments() {
        return enrolments;
    }

    /** {@return who is shut out} */
    public Revocations revocations() {
        return revocations;
    }

    /** Without a CA key no token can be redeemed. The administrator who makes one is told so, not the device that redeems it. */
    private String tokenFingerprint() {
        refresh();
        if (!issues()) {
            throw cas.noKey("to make join tokens, and leave it there until they are redeemed");
        }
        // of the one that the relay can show
        return Fingerprints.of(now.relay.issuer());
    }

    /** {@return the trusted CAs, the one in use first} */
    public List<OverlayCa> authorities() {
        Snapshot at = now;
        return at.ca.authorities().stream()
                .map(ca -> new OverlayCa(Fingerprints.of(ca), ca, ca.equals(at.ca.current()), cas.keyFile(at.ca, ca)))
                .toList();
    }

    /**
     * Makes a second CA, to replace the one in use. From now on devices are told to trust both, because the one in use
     * vouches for it; wait with {@link #use} until all that matter have been connected once.
     *
     * @return its fingerprint
     * @throws IOException if it cannot be stored
     * @throws GeneralSecurityException if it cannot be made
     * @throws IllegalStateException if there are two already, or the key of the one in use is not there
     */
    public String add() throws IOException, GeneralSecurityException {
        X509Certificate added;
        try (DirectoryLock lock = DirectoryLock.of(directory)) {
            added = cas.add(clock.instant());
        }
        refresh();
        return Fingerprints.of(added);
    }

    /**
     * Issues certificates for devices by another trusted CA from now on. The relay's own stays one of the elder CA, and
     * join tokens name that one, until it is dropped: so devices that were away meanwhile believe the relay still.
     *
     * @param fingerprint of the CA, at least its first 8 digits
     * @throws IOException if it cannot be stored
     * @throws GeneralSecurityException if its key cannot be used
     * @throws IllegalArgumentException if there is none with that fingerprint
     * @throws IllegalStateException if its key is not there
     */
    public void use(String fingerprint) throws IOException, GeneralSecurityException {
        try (DirectoryLock lock = DirectoryLock.of(directory)) {
            cas.use(fingerprint);
        }
        refresh();
    }

    /**
     * Ends the trust in a CA. Devices whose certificate it issued and that have not renewed since are shut out, and join
     * tokens that name it are no longer valid.
     *
     * @param fingerprint of the CA, at least its first 8 digits
     * @throws IOException if it cannot be stored
     * @throws GeneralSecurityException if the files cannot be read
     * @throws IllegalArgumentException if there is none with that fingerprint
     * @throws IllegalStateException if it is in use, or has issued the relay's own certificate and the key to make another
     *     one is not there
     */
    public void drop(String fingerprint) throws IOException, GeneralSecurityException {
        try (DirectoryLock lock = DirectoryLock.of(directory)) {
            cas.drop(fingerprint);
        }
        refresh();
    }
}
