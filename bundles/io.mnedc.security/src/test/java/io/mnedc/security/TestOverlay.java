package io.mnedc.security;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.security.authority.OverlayAuthority.Enrolled;
import io.mnedc.testing.TestClock;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What tests need of an overlay: its authority on real files, devices with real keys. */
public final class TestOverlay {
    public static final Duration YEAR = Duration.ofDays(365);
    public static final List<String> RELAYS = List.of("relay.example:3334");

    public final TestClock clock = TestClock.now();
    public final Path directory;
    public final OverlayAuthority authority;

    public TestOverlay(Path directory) throws IOException, GeneralSecurityException {
        this.directory = directory;
        authority = open();
    }

    /** Another process, or the next start. */
    public OverlayAuthority open() throws IOException, GeneralSecurityException {
        return OverlayAuthority.open(directory, YEAR, clock);
    }

    public static TokenRequest forAnyDevice(int uses) {
        return new TokenRequest(Optional.empty(), Set.of("sensors"), Duration.ofHours(24), uses, List.of());
    }

    public static TokenRequest forDevice(String id) {
        return new TokenRequest(Optional.of(id), Set.of(), Duration.ofHours(24), 1, List.of());
    }

    public JoinToken token(TokenRequest request) throws IOException {
        return authority.tokens().issue(request, RELAYS);
    }

    public static byte[] request(KeyPair key) throws GeneralSecurityException {
        return CertificateRequest.make(key.getPrivate(), key.getPublic(), "whoever");
    }

    public Enrolled redeem(JoinToken token, String id, KeyPair key) throws GeneralSecurityException, RefusedException {
        return authority.enrol(token.id(), token.secret(), id, request(key));
    }

    /** A device that has a certificate, not enrolled by a token. */
    public Identity device(String id, String... groups) throws GeneralSecurityException, RefusedException {
        KeyPair key = Keys.generate();
        return identity(key, authority.issue(request(key), id, Set.of(groups)));
    }

    public static Identity identity(KeyPair key, Credentials credentials) throws GeneralSecurityException {
        List<X509Certificate> authorities = Pem.parse(credentials.trusted()).stream()
                .filter(CrossSigning::isAuthority)
                .toList();
        return new Identity(key.getPrivate(), Pem.parse(credentials.chain()), Set.copyOf(authorities));
    }
}
