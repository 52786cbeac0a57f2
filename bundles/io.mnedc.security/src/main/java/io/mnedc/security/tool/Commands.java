package io.mnedc.security.tool;

import io.mnedc.api.relay.RelayAdministration.Enrolment;
import io.mnedc.api.relay.RelayAdministration.Revocation;
import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.security.HostAddresses;
import io.mnedc.security.JoinToken;
import io.mnedc.security.OverlayAuthority;
import io.mnedc.security.PrivateFiles;
import io.mnedc.security.Revocations;
import java.io.IOException;
import java.io.PrintStream;
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
    private static final int PORT = 3334;
    private static final String TOKEN_USAGE = "token --data DIR [--id ID] [--group NAME]... [--ttl 24h] [--uses 1]"
            + " [--address HOST:PORT]... [--port N]";
    private static final String CA_USAGE = "ca --data DIR [--add | --use FINGERPRINT | --drop FINGERPRINT]";
    private static final String REVOKE_USAGE = "revoke --data DIR [--reason TEXT] ID";
    private static final String UNREVOKE_USAGE = "unrevoke --data DIR ID";

    private final Options options;
    private final InstantSource clock;
    private final PrintStream out;
    private final PrintStream err;

    Commands(Options options, InstantSource clock, PrintStream out, PrintStream err) {
        this.options = options;
        this.clock = clock;
        this.out = out;
        this.err = err;
    }

    private Path data() throws WrongCommandException {
        return Path.of(options.required("--data"));
    }

    private OverlayAuthority authority() throws WrongCommandException, IOException, GeneralSecurityException {
        // only the relay issues device certificates: their life is its setting
        return OverlayAuthority.open(data(), Duration.ofDays(1), clock);
    }

    void token() throws WrongCommandException, IOException, GeneralSecurityException {
        options.only(Set.of("--data", "--id", "--group", "--ttl", "--uses", "--address", "--port"), 0, TOKEN_USAGE);
        TokenRequest request = new TokenRequest(
                options.one("--id"),
                new LinkedHashSet<>(options.all("--group")),
                options.time("--ttl", TOKEN_LIFE),
                options.number("--uses", 1),
                options.all("--address"));
        List<String> relays = request.addresses().isEmpty()
                ? HostAddresses.of(List.of(new InetSocketAddress(options.number("--port", PORT))), address -> false)
                : request.addresses();
        if (relays.isEmpty()) {
            throw new WrongCommandException("this host has no address that devices could dial: give one by --address");
        }
        JoinToken token = authority().tokens().issue(request, relays);
        err.println("Good until " + clock.instant().plus(request.lifetime()) + " for " + request.uses()
                + (request.uses() == 1 ? " device" : " devices")
                + request.deviceId().map(id -> " with the ID " + id).orElse("")
                + ", at " + String.join(", ", token.addresses()) + "; keep it secret:");
        err.flush();
        out.println(token.text());
    }

    void ca() throws WrongCommandException, IOException, GeneralSecurityException {
        options.only(Set.of("--data", "--add", "--use", "--drop"), 0, CA_USAGE);
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
        for (OverlayAuthority.Ca each : authority.authorities()) {
            out.println(each.fingerprint() + (each.inUse() ? " in use" : " trusted") + ", until "
                    + each.certificate().getNotAfter().toInstant() + ", key "
                    + each.key().map(Path::toString).orElse("kept elsewhere"));
        }
    }

    void devices() throws WrongCommandException, IOException, GeneralSecurityException {
        options.only(Set.of("--data"), 0, "devices --data DIR");
        for (Enrolment each : authority().enrolments().all()) {
            out.println(each.deviceId() + ", enrolled " + each.since() + ", until " + each.expires() + ", key "
                    + each.key().substring(0, 16)
                    + (each.groups().isEmpty() ? "" : ", groups " + String.join(" ", each.groups())));
        }
    }

    void revoked() throws WrongCommandException, IOException {
        options.only(Set.of("--data"), 0, "revoked --data DIR");
        for (Revocation each : revocations().all()) {
            out.println(each.deviceId() + ", since " + each.since()
                    + (each.reason().isEmpty() ? "" : ", ") + each.reason());
        }
    }

    void revoke() throws WrongCommandException, IOException {
        options.only(Set.of("--data", "--reason"), 1, REVOKE_USAGE);
        String id = options.words().get(0);
        revocations().revoke(id, options.one("--reason").orElse(""));
        err.println("Revoked " + id + ": a running relay shuts it out within a second.");
    }

    void unrevoke() throws WrongCommandException, IOException {
        options.only(Set.of("--data"), 1, UNREVOKE_USAGE);
        String id = options.words().get(0);
        boolean was = revocations().unrevoke(id);
        err.println(was ? "Device " + id + " may connect again." : "Device " + id + " was not revoked.");
    }

    private Revocations revocations() throws WrongCommandException, IOException {
        PrivateFiles.directory(data());
        return Revocations.open(data().resolve("revoked"), clock);
    }
}
