package io.mnedc.device.keys;

import io.mnedc.api.identity.Identity;
import io.mnedc.device.identity.DeviceIdentity;
import io.mnedc.device.seal.PeerEngines;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.security.AccessRules;
import io.mnedc.security.OverlayTls;
import io.mnedc.security.OverlayTrust;
import io.mnedc.security.PeerCertificates;
import io.mnedc.security.PeerName;
import io.mnedc.security.Role;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** TLS with other devices: this device's identity, trust in the overlay, and this device's own rules. */
public final class PeerTls implements PeerEngines {
    private final DeviceIdentity identities;
    private final Supplier<DeviceSettings> settings;
    private final Supplier<@Nullable Provider> tls;
    private final Runnable refresh;

    /**
     * Makes engines when it is asked for them.
     *
     * @param tls who makes it beside the Java runtime
     * @param refresh has the identity read again, soon, elsewhere and not too often: a provider may have another one for the
     *     next time
     */
    public PeerTls(
            DeviceIdentity identities,
            Supplier<DeviceSettings> settings,
            Supplier<@Nullable Provider> tls,
            Runnable refresh) {
        this.identities = identities;
        this.settings = settings;
        this.tls = tls;
        this.refresh = refresh;
    }

    @Override
    public SSLEngine engine(String peerId, boolean initiator) throws GeneralSecurityException {
        refresh.run();
        Identity identity = identities.current();
        if (identity == null) {
            throw new GeneralSecurityException("this device has no identity");
        }
        Instant end = identity.chain().get(0).getNotAfter().toInstant();
        if (identities.floor().now().isAfter(end)) {
            throw new GeneralSecurityException("this device's certificate has expired on " + end
                    + "; the relay renews it, unless another authority made it");
        }
        Provider provider = settings.get().security().tls(tls.get());
        SSLContext context = OverlayTls.context(
                provider, identity, OverlayTrust.peerTrust(identity.trusted(), peerId, identities.floor()));
        return initiator ? OverlayTls.client(context, ALPN) : OverlayTls.server(context, true, ALPN);
    }

    @Override
    public void admit(String peerId, SSLSession session) throws CertificateException {
        AccessRules rules = settings.get().security().rules();
        Identity identity = identities.current();
        if (rules.open()) {
            return;
        }
        if (identity == null) {
            throw new CertificateException("this device has no identity");
        }
        PeerName self = check(identity.chain(), identity);
        PeerName peer = check(PeerCertificates.of(session), identity);
        if (!rules.allowed(self.deviceId(), self.groups(), peerId, peer.groups())) {
            throw new CertificateException(
                    "this device's rules do not let it talk to " + peerId + " (groups " + peer.groups() + ")");
        }
    }

    private PeerName check(List<X509Certificate> chain, Identity identity) throws CertificateException {
        return OverlayTrust.check(
                chain, Role.DEVICE, identity.trusted(), identities.floor().now(), Duration.ZERO);
    }
}
