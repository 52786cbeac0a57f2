package io.mnedc.relay;

import io.mnedc.api.relay.RelayAdministration;
import io.mnedc.api.relay.RelayEvent.Kind;
import io.mnedc.api.text.PlainText;
import io.mnedc.relay.access.AccessControl;
import io.mnedc.relay.audit.AuditState;
import io.mnedc.relay.events.Events;
import io.mnedc.relay.mesh.Mesh;
import io.mnedc.security.JoinToken;
import io.mnedc.security.authority.OverlayAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Who may join a secured relay, for those who administer it. */
final class Administration implements RelayAdministration {
    private final AccessControl access;
    private final Events events;
    private final AuditState auditState;
    private final Optional<OverlayAuthority> authority;
    private final Dialled dialled;
    private final RequestedToken requested;
    private final Supplier<@Nullable Mesh> mesh;

    /** Where devices reach this relay. */
    interface Dialled {
        /** {@return where, {@code HOST:PORT} each} */
        List<String> addresses();

        /** {@return why there are none, in words} */
        String whyNone();

        /** {@return whether an address is inside the overlay, so that no device can reach the relay there} */
        boolean inOverlay(InetAddress address);
    }

    /**
     * Of one relay.
     *
     * @param auditState what the audit log has told already
     * @param authority the overlay's own; empty for a PKI that others run
     * @param dialled where devices reach this relay
     * @param requested the join token that the settings ask for
     * @param mesh the other relays; null: this one is alone
     */
    Administration(
            AccessControl access,
            Events events,
            AuditState auditState,
            Optional<OverlayAuthority> authority,
            Dialled dialled,
            RequestedToken requested,
            Supplier<@Nullable Mesh> mesh) {
        this.access = access;
        this.events = events;
        this.auditState = auditState;
        this.authority = authority;
        this.dialled = dialled;
        this.requested = requested;
        this.mesh = mesh;
    }

    @Override
    public String token(TokenRequest request) throws IOException {
        OverlayAuthority issuer = authority.orElseThrow(() -> new IllegalStateException(
                "this relay makes no certificates: its PKI is run elsewhere; give the device a keystore"));
        if (request.relay() && !issuer.isShared()) {
            throw new IllegalStateException(
                    "this relay is alone (store = file), so no other relay can join it: start it with  ./mnedc relay --cluster");
        }
        List<String> seen = request.addresses().isEmpty() ? dialled.addresses() : List.of();
        if (request.addresses().isEmpty() && seen.isEmpty()) {
            throw new IllegalArgumentException("this relay listens on no address that devices could dial ("
                    + dialled.whyNone() + "): give one, such as --address HOST:3334");
        }
        for (String address : request.addresses()) {
            if (JoinToken.literal(address).filter(dialled::inOverlay).isPresent()) {
                throw new IllegalArgumentException("relay address " + address
                        + " is inside the overlay itself (settings pool and ipv6.prefix of io.mnedc.address): devices"
                        + " would send what is for the relay into the overlay; give an address outside, or choose a"
                        + " pool that is used nowhere else");
            }
        }
        JoinToken token = issuer.tokens().issue(request, seen);
        String id = HexFormat.of().toHexDigits(token.id());
        // who looks after the files may have seen it already
        if (auditState.add(AuditState.TOKEN, id)) {
            events.record(
                    Kind.TOKEN_MADE,
                    request.deviceId().orElse(""),
                    "",
                    "token " + id + (request.relay() ? " for relays" : "") + " for " + request.lifetime() + ", "
                            + request.uses() + " uses, groups " + new TreeSet<>(request.groups()));
        }
        return token.text();
    }

    @Override
    public Optional<String> requestedToken() {
        return requested.usable(this);
    }

    /** Makes the token that the settings ask for, if it has not been made yet. */
    void request(String text) {
        requested.apply(text, this);
    }

    @Override
    public List<Enrolment> enrolled() {
        return authority.map(own -> own.enrolments().all()).orElse(List.of());
    }

    @Override
    public List<OpenToken> tokens() {
        return authority.map(own -> own.tokens().open()).orElse(List.of());
    }

    @Override
    public boolean cancelToken(String id) throws IOException {
        boolean was = authority
                .orElseThrow(
                        () -> new IllegalArgumentException("this relay makes no join tokens: its PKI is run elsewhere"))
                .tokens()
                .cancel(id);
        if (was) {
            events.record(Kind.TOKEN_CANCELLED, "", "", "token " + id);
        }
        return was;
    }

    @Override
    public ShutOut revoke(String deviceId, String reason) throws IOException {
        access.revoke(deviceId, reason);
        if (authority.isEmpty()) {
            return new ShutOut(true, List.of());
        }
        ShutOut done = authority.get().shutOut(deviceId, reason);
        done.cancelled()
                .forEach(token -> events.record(
                        Kind.TOKEN_CANCELLED, deviceId, "", "token " + token.id() + ", which it has used"));
        return done;
    }

    @Override
    public boolean unrevoke(String deviceId) throws IOException {
        return access.unrevoke(deviceId);
    }

    @Override
    public List<Revocation> revoked() {
        return access.revoked();
    }

    @Override
    public boolean disconnect(String deviceId) {
        return access.disconnect(deviceId);
    }

    @Override
    public int drain() {
        Mesh others = mesh.get();
        if (others == null) {
            throw new IllegalStateException("this relay is alone, so its devices have nowhere to go");
        }
        int devices = others.drain();
        events.record(Kind.DRAIN_BEGUN, "", "", devices + " devices are to go to other relays");
        return devices;
    }

    @Override
    public boolean undrain() {
        Mesh others = mesh.get();
        boolean was = others != null && others.undrain();
        if (was) {
            events.record(Kind.DRAIN_ENDED, "", "", "");
        }
        return was;
    }

    @Override
    public boolean removeRelay(String relayId) throws IOException {
        Mesh others = mesh.get();
        if (others == null) {
            throw new IllegalStateException("this relay is alone, so there is no other one to take out");
        }
        boolean was = others.remove(relayId);
        if (was) {
            events.record(Kind.RELAY_REMOVED, "", "", "relay " + relayId);
        }
        return was;
    }

    @Override
    public List<Authority> authorities() {
        return authority.map(OverlayAuthority::authorities).orElse(List.of()).stream()
                .map(ca -> new Authority(
                        ca.fingerprint(),
                        ca.inUse(),
                        ca.certificate().getNotAfter().toInstant(),
                        ca.key().map(Path::toString)))
                .toList();
    }

    @Override
    public String addAuthority() throws IOException {
        return change(OverlayAuthority::add);
    }

    @Override
    public void useAuthority(String fingerprint) throws IOException {
        change(own -> {
            own.use(fingerprint);
            return fingerprint;
        });
    }

    @Override
    public void dropAuthority(String fingerprint) throws IOException {
        change(own -> {
            own.drop(fingerprint);
            return fingerprint;
        });
    }

    private interface Change {
        String on(OverlayAuthority own) throws IOException, GeneralSecurityException;
    }

    /** The relay takes over what has changed when it looks at its files the next time. */
    private String change(Change change) throws IOException {
        OverlayAuthority own = authority.orElseThrow(
                () -> new IllegalStateException("this relay has no authority of its own: its PKI is run elsewhere"));
        try {
            return change.on(own);
        } catch (GeneralSecurityException e) {
            throw new IOException(PlainText.of(e), e);
        }
    }
}
