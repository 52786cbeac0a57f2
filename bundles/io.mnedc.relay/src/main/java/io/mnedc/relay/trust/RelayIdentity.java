package io.mnedc.relay.trust;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.identity.IdentityProvider;
import io.mnedc.api.text.PlainText;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Protocol;
import io.mnedc.relay.access.DataDirectory;
import io.mnedc.relay.settings.RelaySecuritySettings;
import io.mnedc.relay.work.Descriptors;
import io.mnedc.security.CertificateRequest;
import io.mnedc.security.Fingerprints;
import io.mnedc.security.OverlayTls;
import io.mnedc.security.OverlayTrust;
import io.mnedc.security.PeerName;
import io.mnedc.security.Pem;
import io.mnedc.security.RefusedException;
import io.mnedc.security.RefusedException.Reason;
import io.mnedc.security.Role;
import io.mnedc.security.StoreIdentity;
import io.mnedc.security.TlsChoice;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.security.authority.OverlayAuthority.Enrolled;
import io.mnedc.security.authority.Revocations;
import io.mnedc.security.shared.SharedStore;
import io.mnedc.settings.IdentityProviders;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStoreException;
import java.security.Provider;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who this relay is and whom it lets in: by the overlay's own authority, or by a PKI that others run. Reads and writes
 * files; for threads that may block. Thread-safe.
 */
public final class RelayIdentity {
    /** An identity, and a context with it for either side that believes a peer that has the key of its certificate. */
    public record Shown(
            Identity identity, SSLContext context, @Nullable Provider tls) {}

    private static final Logger LOG = LoggerFactory.getLogger(RelayIdentity.class);

    private final @Nullable OverlayAuthority authority;
    private final IdentityProvider provider;
    private final io.mnedc.security.authority.DeviceAuthorization elsewhere;
    private final InstantSource clock;
    private final Supplier<@Nullable Provider> providers;
    private final Descriptors descriptors = new Descriptors();
    private volatile TlsChoice library;
    private volatile Duration grace;
    private volatile @Nullable Shown shown;

    private RelayIdentity(
            @Nullable OverlayAuthority authority,
            IdentityProvider provider,
            Revocations revocations,
            InstantSource clock,
            Supplier<@Nullable Provider> providers,
            RelaySecuritySettings settings) {
        this.authority = authority;
        this.provider = provider;
        this.elsewhere = new io.mnedc.security.authority.DeviceAuthorization(provider, revocations, null, clock);
        this.clock = clock;
        this.providers = providers;
        this.library = settings.library();
        this.grace = settings.grace();
    }

    /**
     * Opens what the settings name.
     *
     * @param data where the overlay's own authority is kept
     * @param providers who makes TLS beside the Java runtime, now; null: nobody
     * @param shared what several relays share; null: this one is alone
     * @throws IOException if its files cannot be used; the message has the cure
     */
    public static RelayIdentity open(
            RelaySecuritySettings settings,
            DataDirectory data,
            IdentityProviders identities,
            Supplier<@Nullable Provider> providers,
            InstantSource clock,
            @Nullable SharedStore shared)
            throws IOException {
        Path directory = data.path();
        Revocations revocations = data.revocations();
        if (directory == null || revocations == null) {
            throw new IOException("security = tls needs a directory for its files: set data.dir");
        }
        IdentityProvider foreign = foreign(settings, identities);
        if (foreign != null) {
            return new RelayIdentity(null, foreign, revocations, clock, providers, settings);
        }
        try {
            OverlayAuthority own = OverlayAuthority.open(directory, settings.certificateLife(), clock, shared);
            return new RelayIdentity(own, own, own.revocations(), clock, providers, settings);
        } catch (GeneralSecurityException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static @Nullable IdentityProvider foreign(RelaySecuritySettings settings, IdentityProviders identities) {
        if (!settings.identityProvider().isEmpty()) {
            return named(settings.identityProvider(), identities);
        }
        return settings.store()
                .map(store -> new StoreIdentity(
                        store.keystore(),
                        store.password().toCharArray(),
                        store.truststore().orElse(null),
                        store.truststorePassword().isEmpty()
                                ? null
                                : store.truststorePassword().toCharArray()))
                .orElse(null);
    }

    /** A provider that asks the one with this name at that time; of several, the one that the framework ranks highest. */
    static IdentityProvider named(String name, IdentityProviders identities) {
        return new IdentityProvider() {
            @Override
            public Identity identity() throws GeneralSecurityException {
                return identities
                        .find(name)
                        .orElseThrow(() -> new KeyStoreException("identity.provider = \"" + name
                                + "\": no such service now; there are " + identities.names()))
                        .identity();
            }
        };
    }

    /** The overlay's own authority; empty for a PKI that others run. */
    public Optional<OverlayAuthority> authority() {
        return Optional.ofNullable(authority);
    }

    /** What of the settings counts from now on: whose TLS, and how long after its expiry a certificate is still good. */
    public void become(RelaySecuritySettings settings) {
        library = settings.library();
        grace = settings.grace();
    }

    Descriptors descriptors() {
        return descriptors;
    }

    private @Nullable Provider tls() {
        return descriptors.scarce() ? null : library.of(providers.get(), authority != null);
    }

    /**
     * An engine for a new connection, with the identity as it is now.
     *
     * @param links whether other relays may connect, too
     * @throws IllegalStateException if there is none; the message says why
     */
    SSLEngine engine(boolean links) {
        try {
            return links
                    ? OverlayTls.server(shown().context(), false, OverlayTls.CONTROL, OverlayTls.ENROL, OverlayTls.LINK)
                    : engine(shown());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the relay has no identity: " + e.getMessage(), e);
        }
    }

    /** The same with an identity that was asked for before. */
    static SSLEngine engine(Shown shown) {
        return OverlayTls.server(shown.context(), false, OverlayTls.CONTROL, OverlayTls.ENROL);
    }

    /** The identity as it is now, which others may only use to try out how it works. */
    @SuppressWarnings("ReferenceEquality") // providers are maps, and equal after an update of their bundle
    public Shown shown() throws GeneralSecurityException {
        Identity now = provider.identity();
        Shown present = shown;
        Provider tls = tls();
        if (present == null || !present.identity().equals(now) || present.tls() != tls) {
            present = new Shown(now, OverlayTls.context(tls, now, OverlayTrust.acceptAny()), tls);
            shown = present;
        }
        return present;
    }

    /**
     * Checks a device.
     *
     * @param chain as it was shown in TLS; may be empty
     */
    Peer admit(List<X509Certificate> chain) throws RefusedException {
        if (chain.isEmpty()) {
            throw new RefusedException(
                    Reason.CERTIFICATE_REFUSED,
                    "the device has shown no certificate: join the overlay with a token first"
                            + (tls() == null
                                    ? ""
                                    : "; if its key is not EC P-256 or P-384 or RSA, set tls.library = java at the"
                                            + " relay"));
        }
        OverlayAuthority own = authority;
        PeerName name = own == null ? elsewhere.admit(chain, grace) : own.admit(chain, grace);
        return new Peer(name.deviceId(), name.groups(), chain);
    }

    /**
     * Checks another relay of the overlay.
     *
     * @param chain as it was shown in TLS; may be empty
     */
    void admitRelay(List<X509Certificate> chain) throws RefusedException {
        try {
            OverlayTrust.check(chain, Role.RELAY, anchors(), clock.instant(), Duration.ZERO);
        } catch (CertificateException e) {
            throw new RefusedException(Reason.CERTIFICATE_REFUSED, String.valueOf(e.getMessage()));
        } catch (GeneralSecurityException e) {
            throw new RefusedException(Reason.UNDECIDED, "the relay cannot read whom it trusts: its log says more");
        }
    }

    /**
     * An engine for a connection to another relay, with the identity as it is now.
     *
     * @throws IllegalStateException if there is none; the message says why
     */
    SSLEngine linkEngine() {
        try {
            return OverlayTls.client(shown().context(), OverlayTls.LINK);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the relay has no identity: " + e.getMessage(), e);
        }
    }

    /**
     * The fingerprint of the relay's public key.
     *
     * @throws GeneralSecurityException if it has none now
     */
    public String keyFingerprint() throws GeneralSecurityException {
        return Fingerprints.of(provider.identity().chain().get(0).getPublicKey());
    }

    /** Enrols a device or a relay that has a join token. */
    Enrolled enrol(Enrol request) throws RefusedException {
        if (request.role() == Protocol.ROLE_RELAY) {
            return issuing()
                    .enrolRelay(
                            request.joinId(),
                            request.joinSecret().bytes(),
                            request.request().bytes());
        }
        return issuing()
                .enrol(
                        request.joinId(),
                        request.joinSecret().bytes(),
                        request.deviceId(),
                        request.request().bytes());
    }

    /** Renews a device's certificate. */
    Enrolled renew(Peer peer, Opaque request) throws RefusedException {
        return issuing().renew(peer.chain().get(0), peer.deviceId(), request.bytes());
    }

    /** Makes another certificate for another relay, which has proved that it has the key. */
    Credentials renewRelay(PublicKey relayKey, Opaque request) throws RefusedException {
        io.mnedc.security.Credentials made = issuing().renewRelay(relayKey, request.bytes());
        return message(made, List.of());
    }

    /** What somebody is sent who has got a certificate. */
    Credentials message(io.mnedc.security.Credentials made, List<String> overlay) {
        return new Credentials(
                made.chain().stream().map(Opaque::copyOf).toList(),
                made.trusted().stream().map(Opaque::copyOf).toList(),
                timeMillis(),
                overlay);
    }

    /** Reads certificates that came in a message. */
    static List<X509Certificate> parsed(List<Opaque> chain) throws RefusedException {
        try {
            return Pem.parse(chain.stream().map(Opaque::bytes).toList());
        } catch (CertificateException e) {
            throw new RefusedException(
                    Reason.CERTIFICATE_REFUSED, "the certificates cannot be read: " + PlainText.of(e));
        }
    }

    /**
     * Checks what another relay has made for a device, or for a relay that joins.
     *
     * @param request which it was asked by
     * @param deviceId whom it must be for; of a relay it says nothing
     */
    Issued checked(Credentials made, Opaque request, Role role, String deviceId) throws RefusedException {
        try {
            PublicKey key = CertificateRequest.provenKey(request.bytes());
            List<X509Certificate> chain = parsed(made.chain());
            PeerName name = OverlayTrust.check(chain, role, anchors(), clock.instant(), Duration.ZERO);
            boolean other = role == Role.DEVICE && !name.deviceId().equals(deviceId);
            if (other || !chain.get(0).getPublicKey().equals(key)) {
                throw new CertificateException("it is not for the one that asks, and its key");
            }
            return new Issued(name.deviceId(), name.groups(), made);
        } catch (GeneralSecurityException | RefusedException e) {
            throw new RefusedException(
                    Reason.ENROLMENT_UNAVAILABLE,
                    "the relay that was asked for a certificate has made one that is not good: " + PlainText.of(e)
                            + "; try again");
        }
    }

    private OverlayAuthority issuing() throws RefusedException {
        OverlayAuthority own = authority;
        if (own == null) {
            throw new RefusedException(
                    Reason.ENROLMENT_UNAVAILABLE,
                    "this relay makes no certificates: its PKI is run elsewhere; give the device a keystore");
        }
        return own;
    }

    /** Whether this relay can make certificates now, or its PKI is run elsewhere, so that no relay can. */
    public boolean signs() {
        OverlayAuthority own = authority;
        return own == null || own.issues();
    }

    /** What devices are to trust, DER; empty if that is not the relay's to say. */
    public List<Opaque> trusted() {
        OverlayAuthority own = authority;
        return own == null
                ? List.of()
                : own.trusted().stream().map(Opaque::copyOf).toList();
    }

    /**
     * The authorities by which devices are believed, now.
     *
     * @throws GeneralSecurityException if that cannot be found out now
     */
    Set<X509Certificate> anchors() throws GeneralSecurityException {
        return provider.identity().trusted();
    }

    /** Waits until this relay knows what others have stored before; if that cannot be found out, it goes on. */
    void catchUp() {
        try {
            OverlayAuthority own = authority;
            if (own != null) {
                own.catchUp();
            }
        } catch (IOException e) {
            LOG.debug("what other relays have stored may not be known here yet", e);
        }
    }

    /** When the relay's own certificate expires; empty if there is none now. */
    public Optional<Instant> expires() {
        try {
            Shown present = shown;
            Identity identity = present == null ? provider.identity() : present.identity();
            return Optional.of(identity.chain().get(0).getNotAfter().toInstant());
        } catch (GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    public long timeMillis() {
        return clock.millis();
    }

    /** Takes over what has changed in the files; once a second. */
    public void refresh() {
        OverlayAuthority own = authority;
        if (own != null) {
            own.refresh();
        }
    }
}
