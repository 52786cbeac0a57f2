package io.mnedc.boringssl;

import io.mnedc.api.identity.Identity;
import io.mnedc.security.JoinToken;
import io.mnedc.security.OverlayTls;
import io.mnedc.security.OverlayTrust;
import io.mnedc.security.TimeFloor;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.security.device.DeviceIdentityStore;
import io.mnedc.testing.TestCertificate;
import io.mnedc.testing.TestPki;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.jspecify.annotations.Nullable;

/** An overlay's authority on real files, devices with real keys. */
final class TestOverlay {
    private final Path directory;
    final OverlayAuthority authority;

    TestOverlay(Path directory) throws Exception {
        this.directory = directory;
        authority = OverlayAuthority.open(directory.resolve("relay"), Duration.ofDays(365), InstantSource.system());
    }

    Identity device(String id) throws Exception {
        DeviceIdentityStore store = DeviceIdentityStore.open(directory.resolve(id), InstantSource.system());
        JoinToken token =
                new JoinToken(List.of("127.0.0.1:1"), authority.fingerprint(), 1, new byte[JoinToken.SECRET_BYTES]);
        store.enrolled(authority.issue(store.enrolmentRequest(id, token), id, Set.of()), token);
        return store.identity();
    }

    SSLContext relay(@Nullable Provider provider) throws GeneralSecurityException {
        return OverlayTls.context(provider, authority.identity(), OverlayTrust.acceptAny());
    }

    /** Of a device that talks to its relay. */
    static SSLContext toRelay(@Nullable Provider provider, Identity device) throws GeneralSecurityException {
        return OverlayTls.context(provider, device, OverlayTrust.relayTrust(device.trusted(), "192.0.2.1", floor()));
    }

    /** Of a device that talks to another. */
    static SSLContext toPeer(@Nullable Provider provider, Identity device, String peer)
            throws GeneralSecurityException {
        return OverlayTls.context(provider, device, OverlayTrust.peerTrust(device.trusted(), peer, floor()));
    }

    /** Signed by itself, with an extension of so many bytes that means nothing. */
    static X509Certificate largeCertificate(int bytes) throws Exception {
        KeyPair keys = TestPki.newKey();
        return new TestCertificate("CN=large", keys.getPublic())
                .with(new ASN1ObjectIdentifier("1.3.6.1.4.1.32473.1"), bytes)
                .signedByItself(keys);
    }

    static TimeFloor floor() {
        return TimeFloor.inMemory(InstantSource.system());
    }
}
