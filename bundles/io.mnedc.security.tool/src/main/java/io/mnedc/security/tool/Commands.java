package io.mnedc.security.tool;

import io.mnedc.api.relay.RelayAdministration.Enrolment;
import io.mnedc.api.relay.RelayAdministration.OpenToken;
import io.mnedc.api.relay.RelayAdministration.Revocation;
import io.mnedc.api.relay.RelayAdministration.ShutOut;
import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.files.PrivateFiles;
import io.mnedc.security.JoinToken;
import io.mnedc.security.OverlayCa;
import io.mnedc.security.authority.HostAddresses;
import io.mnedc.security.authority.JoinTokens;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.security.authority.RelayDirectory;
import io.mnedc.security.authority.Revocations;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the commands do. {@code --data} is the relay's {@code data.dir}. */
final class Commands {
    private static final Duration TOKEN_LIFE = Duration.ofHours(24);
    private static final String TOKEN_USAGE =
            "token --data DIR [--relay | [--id ID] [--group NAME]...] [--ttl 24h] [--uses 1] [--address HOST:PORT]...";
    private static final String TOKENS_USAGE = "tokens --data DIR [--cancel ID]";
    private static final String CA_USAGE = "ca --data DIR [--add | --use FINGERPRINT | --drop FINGERPRINT]";
    private static final String REVOKE_USAGE = "revoke --data DIR [--reason TEXT] ID";
    private static final String UNREVOKE_USAGE = "unrevoke --data DIR ID";

    private final Options options;
    private final InstantSource clock;
    private final PlainOutput out;
    private final PlainOutput err;

    Commands(Options options, InstantSource clock, PlainOutput out, PlainOutput err) {
        this.options = options;
        this.clock = clock;
        this.out = out;
        this.err = err;
    }

    /** Root keeps out of what another user can change. */
    private Path data() throws WrongCommandException, IOException {
        return RelayDirectory.check(Path.of(options.required("--data")));
    }

    /** The directory of a relay that has been started: else whatever is done there has no effect. */
    private Path relay() throws WrongCommandException, IOException {
        Path data = data();
        if (!RelayDirectory.is(data)) {
            throw new WrongCommandException("no relay has been started in " + data + ": nothing was done");
        }
        return data;
    }

    private RelaySettings settings() throws WrongCommandException, IOException {
        Optional<String> directory = options.one("--settings");
        return RelaySettings.in(directory.isEmpty() ? null : RelayDirectory.check(Path.of(directory.get())));
    }

    private OverlayAuthority open() throws WrongCommandException, IOException, GeneralSecurityException {
        // only the relay issues device certificates: their life is its setting
        return OverlayAuthority.open(data(), Duration.ofDays(1), clock);
    }

    /** The authority of a relay that has one. */
    private OverlayAuthority authority() throws WrongCommandException, IOException, GeneralSecurityException {
        Path relay = relay();
        if (!RelayDirectory.hasAuthority(relay)) {
            throw new IllegalStateException(settings()
                    .enrolsNobody()
                    .orElse("the relay of " + relay + " has no authority of its own: its PKI is run elsewhere"));
        }
        return open();
    }

    void token() throws WrongCommandException, IOException, GeneralSecurityException {
        options.only(Set.of("--relay", "--id", "--group", "--ttl", "--uses", "--address"), 0, TOKEN_USAGE);
        TokenRequest request = new TokenRequest(
                options.one("--id"),
                new LinkedHashSet<>(options.all("--group")),
                options.time("--ttl", TOKEN_LIFE),
                options.number("--uses", 1),
                options.all("--address"),
                options.has("--relay"));
        RelaySettings settings = settings();
        Optional<String> useless = settings.enrolsNobody();
        if (useless.isPresent()) {
            throw new IllegalStateException(useless.get());
        }
        List<String> relays = request.addresses().isEmpty()
                ? HostAddresses.of(List.of(new InetSocketAddress(settings.port())), settings.overlay())
                : request.addresses();
        if (relays.isEmpty()) {
            throw new WrongCommandException("this host has no address that devices could dial ("
                    + HostAddresses.whyNone(settings.overlay()) + "): give one by --address HOST:PORT");
        }
        for (String relay : relays) {
            if (JoinToken.literal(relay).filter(settings.overlay()).isPresent()) {
                throw new WrongCommandException(settings.insideOverlay(relay));
            }
        }
        Optional<String> alone = settings.alone();
        if (request.relay() && alone.isPresent()) {
            throw new IllegalStateException(alone.get());
        }
        boolean started = RelayDirectory.is(data());
        JoinToken token = open().tokens().issue(request, relays);
        if (!started) {
            err.println("No relay has been started in " + data()
                    + " yet: a new overlay begins there, and the token is for" + " its relay.");
        }
        err.println("Join token " + JoinTokens.name(token.id()) + " of " + data() + ", good until "
                + clock.instant().plus(request.lifetime()) + " for "
                + count(request.uses(), request.relay() ? "relay" : "device")
                + request.deviceId().map(id -> " with the ID " + id).orElse("")
                + ", at " + String.join(", ", token.addresses()) + "; keep it secret:");
        err.flush();
        out.println(token.text());
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    void tokens() throws WrongCommandException, IOException, GeneralSecurityException {
        options.only(Set.of("--cancel"), 0, TOKENS_USAGE);
        OverlayAuthority authority = authority();
        Optional<String> cancelled = options.one("--cancel");
        if (cancelled.isPresent()) {
            boolean was = authority.tokens().cancel(cancelled.get());
            err.println("Join token " + cancelled.get().strip()
                    + (was ? " is cancelled: nobody can use it any more." : " could not be used any more before."));
            return;
        }
        List<OpenToken> open = authority.tokens().open();
        err.println(count(open.size(), "join token") + " in " + data() + " can be used still.");
        for (OpenToken each : open) {
            out.println(each.id() + ", until " + each.expires() + ", for "
                    + each.deviceId().orElse(count(each.uses(), each.relay() ? "relay" : "device"))
                    + groups(each.groups()));
        }
    }

    private static String groups(Set<String> groups) {
        return groups.isEmpty() ? "" : ", groups " + String.join(" ", groups);
    }

    void ca() throws WrongCommandException, IOException, GeneralSecurityException {
        options.only(Set.of("--add", "--use", "--drop"), 0, CA_USAGE);
        Optional<String> use = options.one("--use");
        Optional<String> drop = options.one("--drop");
        if ((options.has("--add") ? 1 : 0) + (use.isPresent() ? 1 : 0) + (drop.isPresent() ? 1 : 0) > 1) {
            throw new WrongCommandException("one step at a time: " + CA_USAGE);
        }
        OverlayAuthority authority = authority();
        if (options.has("--add")) {
            String added = authority.add();
            err.println(
                    "Added. When the devices that matter have been connected once: --use " + added.substring(0, 16));
        } else if (use.isPresent()) {
            authority.use(use.get());
            err.println("In use. When all devices have renewed their certificates (half of certificate.days):"
                    + " --drop the other one");
        } else if (drop.isPresent()) {
            authority.drop(drop.get());
            err.println(
                    "Dropped. Devices with certificates by it, and those whose join token was made before and is not"
                            + " redeemed yet, need new join tokens.");
        }
        for (OverlayCa each : authority.authorities()) {
            out.println(each.fingerprint() + (each.inUse() ? " in use" : " trusted") + ", until "
                    + each.certificate().getNotAfter().toInstant() + ", key "
                    + each.key().map(Path::toString).orElse("kept elsewhere"));
        }
    }

    void devices() throws WrongCommandException, IOException, GeneralSecurityException {
        options.only(Set.of(), 0, "devices --data DIR");
        List<Enrolment> all = authority().enrolments().all();
        err.println(count(all.size(), "device") + " enrolled in " + data());
        for (Enrolment each : all) {
            out.println(each.deviceId() + ", enrolled " + each.since() + ", until " + each.expires() + ", key "
                    + each.key().substring(0, 16) + groups(each.groups()));
        }
    }

    void revoked() throws WrongCommandException, IOException {
        options.only(Set.of(), 0, "revoked --data DIR");
        List<Revocation> all = revocations().all();
        err.println(count(all.size(), "device") + " shut out in " + data());
        for (Revocation each : all) {
            out.println(each.deviceId() + ", since " + each.since()
                    + (each.reason().isEmpty() ? "" : ", ") + each.reason());
        }
    }

    void revoke() throws WrongCommandException, IOException {
        options.only(Set.of("--reason"), 1, REVOKE_USAGE);
        String id = options.words().get(0);
        String reason = options.one("--reason").orElse("");
        Path relay = relay();
        // first, and whatever is wrong with the rest
        revocations().revoke(id, reason);
        err.println("Revoked " + id + " in " + relay + ": a relay that runs there shuts it out within a second.");
        if (!RelayDirectory.hasAuthority(relay)) {
            return;
        }
        ShutOut done;
        try {
            done = open().shutOut(id, reason);
        } catch (IOException | GeneralSecurityException e) {
            throw new IOException(
                    "But the join tokens that it has used could not be cancelled; see  relay tokens : "
                            + e.getMessage(),
                    e);
        }
        if (!done.known()) {
            err.println("WARNING: no device with the ID " + id + " is enrolled there. If it is mistyped: relay devices"
                    + " lists them, relay unrevoke " + id + " takes this back.");
        }
        for (OpenToken each : done.cancelled()) {
            err.println("Join token " + each.id() + ", with which it has enrolled, was good for "
                    + count(each.uses(), "device") + " more and is cancelled: make a new one for these.");
        }
    }

    void unrevoke() throws WrongCommandException, IOException {
        options.only(Set.of(), 1, UNREVOKE_USAGE);
        String id = options.words().get(0);
        boolean was = revocations().unrevoke(id);
        err.println("Device " + id + (was ? " may connect again" : " was not revoked") + " (" + data() + ").");
    }

    private Revocations revocations() throws WrongCommandException, IOException {
        Path relay = relay();
        PrivateFiles.directory(relay);
        return Revocations.open(relay.resolve(RelayDirectory.REVOKED), clock);
    }
}
