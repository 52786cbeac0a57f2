package io.mnedc.relay;

import io.mnedc.api.relay.RelayAdministration;
import io.mnedc.relay.Events.Kind;
import io.mnedc.security.JoinToken;
import io.mnedc.security.OverlayAuthority;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Who may join a secured relay, for those who administer it. */
final class Administration implements RelayAdministration {
    private final Guard guard;
    private final Events events;
    private final Noted noted;
    private final Optional<OverlayAuthority> authority;
    private final Supplier<List<String>> addresses;

    /**
     * Makes it.
     *
     * @param noted what the audit log has told already
     * @param authority the overlay's own; empty for a PKI that others run
     * @param addresses of this relay as devices may see it, now
     */
    Administration(
            Guard guard,
            Events events,
            Noted noted,
            Optional<OverlayAuthority> authority,
            Supplier<List<String>> addresses) {
        this.guard = guard;
        this.events = events;
        this.noted = noted;
        this.authority = authority;
        this.addresses = addresses;
    }

    @Override
    public String token(TokenRequest request) throws IOException {
        OverlayAuthority issuer = authority.orElseThrow(() -> new IllegalStateException(
                "this relay makes no certificates: its PKI is run elsewhere; give the device a keystore"));
        List<String> seen = request.addresses().isEmpty() ? addresses.get() : List.of();
        if (request.addresses().isEmpty() && seen.isEmpty()) {
            throw new IllegalArgumentException(
                    "this relay listens on no address that devices could dial: give one, such as --address HOST:3334");
        }
        JoinToken token = issuer.tokens().issue(request, seen);
        String id = HexFormat.of().toHexDigits(token.id());
        // who looks after the files may have seen it already
        if (noted.add(Noted.TOKEN, id)) {
            events.record(
                    Kind.TOKEN_MADE,
                    request.deviceId().orElse(""),
                    "",
                    "token " + id + " for " + request.lifetime() + ", " + request.uses() + " uses, groups "
                            + new TreeSet<>(request.groups()));
        }
        return token.text();
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
        guard.revoke(deviceId, reason);
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
        return guard.unrevoke(deviceId);
    }

    @Override
    public List<Revocation> revoked() {
        return guard.revoked();
    }
}
