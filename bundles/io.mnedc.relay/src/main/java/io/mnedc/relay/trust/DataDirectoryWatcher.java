package io.mnedc.relay.trust;

import io.mnedc.api.relay.RelayAdministration.OpenToken;
import io.mnedc.api.relay.RelayEvent.Kind;
import io.mnedc.api.text.PlainText;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.relay.audit.AuditState;
import io.mnedc.security.Fingerprints;
import io.mnedc.security.authority.JoinTokens;
import io.mnedc.security.authority.OverlayAuthority;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks once a second at what others change beside a secured relay: whom it trusts, and the join tokens. Who is connected is
 * checked again when others are trusted than before, and every hour, because certificates end. On one thread at a time.
 */
final class DataDirectoryWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(DataDirectoryWatcher.class);
    private static final long RECHECK_MILLIS = Duration.ofHours(1).toMillis();

    private final TrustServices services;
    private final RelaySecurity security;
    private final RelayIdentity identity;
    private volatile Credentials told;
    private Set<X509Certificate> trusted = Set.of();
    private long checked;
    private String complaint = "";

    /** Nothing is looked at yet. */
    DataDirectoryWatcher(TrustServices services, RelaySecurity security, RelayIdentity identity) {
        this.services = services;
        this.security = security;
        this.identity = identity;
        this.told = now();
        this.checked = identity.timeMillis();
    }

    private Credentials now() {
        return new Credentials(List.of(), identity.trusted(), identity.timeMillis());
    }

    /** What devices were told to trust, and the time. */
    Credentials told() {
        return new Credentials(List.of(), told.trusted(), identity.timeMillis());
    }

    /** Looks; files are read. */
    public void look() {
        try {
            identity.refresh();
            boolean others = trust();
            long now = identity.timeMillis();
            // also backwards: a clock that was set right
            if (others || Math.abs(now - checked) >= RECHECK_MILLIS) {
                checked = now;
                services.admissions().recheck(peer -> true, security::stillGood);
            }
            tellDevices();
            identity.authority().ifPresent(authority -> {
                inUse(authority);
                tokens(authority.tokens());
            });
        } catch (RuntimeException | Error e) {
            // an Error too: the next look may succeed
            LOG.error("looking after the overlay's files failed", e);
        }
    }

    /** Whether others are trusted than at the last look. */
    private boolean trust() {
        Set<X509Certificate> now;
        try {
            now = identity.anchors();
            complaint = "";
        } catch (GeneralSecurityException e) {
            // who is in stays; nobody else comes in
            String problem = PlainText.of(e);
            if (!problem.equals(complaint)) {
                LOG.warn("whom the relay trusts is not known now, so connected devices stay: {}", problem);
            }
            complaint = problem;
            return false;
        }
        if (now.equals(trusted)) {
            return false;
        }
        trusted = now;
        Set<String> fingerprints = new TreeSet<>();
        now.forEach(ca -> fingerprints.add(Fingerprints.of(ca)));
        AuditState.Change change = services.auditState().update(AuditState.CA, fingerprints);
        if (!change.first() && !change.none()) {
            record(
                    Kind.CA_CHANGED,
                    now.size() + " authorities are trusted now"
                            + (change.added().isEmpty() ? "" : ", new: " + String.join(" ", change.added()))
                            + (change.removed().isEmpty() ? "" : ", no longer: " + String.join(" ", change.removed())));
            LOG.info("{} authorities are trusted now", now.size());
        }
        // also the first time: somebody may have been let in before, by what was true then
        return true;
    }

    private void tellDevices() {
        Credentials now = now();
        if (!now.trusted().equals(told.trusted())) {
            told = now;
            int devices = services.admissions().tell(now);
            LOG.info("the trusted authorities have changed: {} registered devices are told", devices);
        }
    }

    private void inUse(OverlayAuthority authority) {
        String fingerprint = authority.fingerprint();
        AuditState.Change change = services.auditState().update(AuditState.CA_IN_USE, Set.of(fingerprint));
        if (!change.first() && !change.none()) {
            record(Kind.CA_CHANGED, "certificates are made by " + fingerprint + " now");
        }
    }

    private void tokens(JoinTokens tokens) {
        tokens.names().ifPresent(names -> {
            for (String token :
                    services.auditState().update(AuditState.TOKEN, names).added()) {
                made(token, tokens.find(token));
            }
        });
    }

    private void made(String token, Optional<OpenToken> found) {
        services.events()
                .record(
                        Kind.TOKEN_MADE,
                        found.flatMap(OpenToken::deviceId).orElse(""),
                        "",
                        "token " + token + " made "
                                + (identity.authority()
                                                .filter(OverlayAuthority::isShared)
                                                .isPresent()
                                        ? "by another relay or beside this one, "
                                        : "beside the relay, ")
                                + found.map(each -> (each.relay() ? "for relays, " : "") + "until " + each.expires()
                                                + ", " + each.uses()
                                                + " uses left, groups ["
                                                + String.join(" ", new TreeSet<>(each.groups())) + "]")
                                        .orElse("but it cannot be read"));
    }

    private void record(Kind kind, String detail) {
        services.events().record(kind, "", "", detail);
    }
}
