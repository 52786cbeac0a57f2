package io.mnedc.shell;

import io.mnedc.api.relay.RelayAdministration;
import io.mnedc.api.relay.RelayAdministration.Authority;
import io.mnedc.api.relay.RelayAdministration.Enrolment;
import io.mnedc.api.relay.RelayAdministration.OpenToken;
import io.mnedc.api.relay.RelayAdministration.Revocation;
import io.mnedc.api.relay.RelayAdministration.ShutOut;
import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.api.text.Durations;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Who may join, as people ask for it and want to see it. */
final class AdministrationReport {
    private static final String NL = System.lineSeparator();
    /** Before a token's name: Gogo would take digits, or digits and an 'e' between, for a number. */
    private static final String TOKEN = "token:";
    /** Before a CA's fingerprint, for the same reason. */
    private static final String CA = "ca:";
    /** Of a key's fingerprint: enough to compare by eye. */
    private static final int KEY_DIGITS = 16;

    private AdministrationReport() {}

    static String token(
            RelayAdministration relay,
            boolean forRelays,
            String id,
            String ttl,
            int uses,
            String groups,
            String addresses)
            throws IOException {
        Duration lifetime = lifetime(ttl);
        TokenRequest request = new TokenRequest(
                id.isBlank() ? Optional.empty() : Optional.of(id.trim()),
                Set.copyOf(items(groups)),
                lifetime,
                uses,
                items(addresses),
                forRelays);
        String token = relay.token(request);
        if (forRelays) {
            return "A join token for a relay that joins this overlay, good for " + uses
                    + (uses == 1 ? " relay" : " relays") + " and " + ttl.trim()
                    + ". It is a secret: anybody who has it can have a relay." + NL
                    + "On the other host: ./mnedc relay join TOKEN." + NL + token;
        }
        return "A join token for " + (id.isBlank() ? "any device that is not enrolled yet" : id.trim()) + ", good for "
                + uses + (uses == 1 ? " device" : " devices") + " and " + ttl.trim()
                + (request.groups().isEmpty() ? "" : ", groups " + groups(request.groups()))
                + ". It is a secret: anybody who"
                + " has it can join." + NL + "On the device: ./mnedc device --join TOKEN, or the setting join.token."
                + NL + token;
    }

    static Duration lifetime(String text) {
        return Durations.parse(text)
                .orElseThrow(() -> new IllegalArgumentException(
                        "\"" + text + "\" is no time: a number with s, m, h or d, such as 24h"));
    }

    private static List<String> items(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::trim)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    static String tokens(RelayAdministration relay) {
        List<OpenToken> open = relay.tokens();
        if (open.isEmpty()) {
            return "No join token can be used: mnedc:token makes one.";
        }
        var table = new Table("TOKEN", "DEVICE", "USES", "GROUPS", "EXPIRES");
        for (OpenToken token : open) {
            table.row(
                    TOKEN + token.id(),
                    token.deviceId().orElse(token.relay() ? "a relay" : "any"),
                    String.valueOf(token.uses()),
                    Text.orDash(groups(token.groups())),
                    Text.time(token.expires()));
        }
        return table.render("");
    }

    static String cancel(RelayAdministration relay, String id) throws IOException {
        String name = id.strip();
        boolean was = relay.cancelToken(name.startsWith(TOKEN) ? name.substring(TOKEN.length()) : name);
        return was
                ? name + " cannot be used any more; who has used it stays enrolled."
                : name + " could not be used any more before: mnedc:tokens lists those that can.";
    }

    static String revoke(RelayAdministration relay, String device, String reason) throws IOException {
        ShutOut done = relay.revoke(device, reason);
        StringBuilder text = new StringBuilder(device).append(" is shut out.");
        if (!done.known()) {
            text.append(NL)
                    .append("WARNING: no device of that ID is enrolled. If it is mistyped: mnedc:devices lists them,"
                            + " mnedc:unrevoke ")
                    .append(device)
                    .append(" takes this back.");
        }
        for (OpenToken token : done.cancelled()) {
            text.append(NL)
                    .append("The join token ")
                    .append(TOKEN)
                    .append(token.id())
                    .append(", with which it has enrolled, was good for ")
                    .append(token.uses())
                    .append(" more and is cancelled: mnedc:token makes a new one.");
        }
        return text.toString();
    }

    static String devices(RelayAdministration relay) {
        List<Enrolment> enrolled = relay.enrolled();
        if (enrolled.isEmpty()) {
            return "No device is enrolled: mnedc:token makes a join token.";
        }
        Set<String> revoked = relay.revoked().stream().map(Revocation::deviceId).collect(Collectors.toSet());
        var table = new Table("DEVICE", "GROUPS", "KEY", "SINCE", "EXPIRES", "REVOKED");
        for (Enrolment enrolment : enrolled) {
            String key = enrolment.key();
            table.row(
                    enrolment.deviceId(),
                    Text.orDash(groups(enrolment.groups())),
                    // letters, so that it is never taken for a number
                    "sha256:" + key.substring(0, Math.min(KEY_DIGITS, key.length())),
                    Text.time(enrolment.since()),
                    Text.time(enrolment.expires()),
                    revoked.contains(enrolment.deviceId()) ? "yes" : "no");
        }
        return table.render("");
    }

    static String revoked(RelayAdministration relay) {
        List<Revocation> revoked = relay.revoked();
        if (revoked.isEmpty()) {
            return "Nobody is shut out.";
        }
        var table = new Table("DEVICE", "SINCE", "REASON");
        revoked.forEach(revocation ->
                table.row(revocation.deviceId(), Text.time(revocation.since()), Text.orDash(revocation.reason())));
        return table.render("");
    }

    static String authorities(RelayAdministration relay) {
        List<Authority> authorities = relay.authorities();
        if (authorities.isEmpty()) {
            return "This relay has no CA of its own: its PKI is run elsewhere.";
        }
        var table = new Table("CA", "IN USE", "EXPIRES", "KEY");
        for (Authority ca : authorities) {
            table.row(
                    CA
                            + ca.fingerprint()
                                    .substring(
                                            0,
                                            Math.min(
                                                    KEY_DIGITS, ca.fingerprint().length())),
                    ca.inUse() ? "yes" : "no",
                    Text.time(ca.expires()),
                    ca.key().orElse("kept elsewhere"));
        }
        return table.render("");
    }

    static String addAuthority(RelayAdministration relay) throws IOException {
        String added = relay.addAuthority();
        return "Added. When the devices that matter have been connected once: mnedc:useca " + CA
                + added.substring(0, Math.min(KEY_DIGITS, added.length())) + NL + authorities(relay);
    }

    static String useAuthority(RelayAdministration relay, String fingerprint) throws IOException {
        relay.useAuthority(digits(fingerprint));
        return "In use. When all devices have renewed their certificates (half of certificate.days): mnedc:dropca the other"
                + " one" + NL + authorities(relay);
    }

    static String dropAuthority(RelayAdministration relay, String fingerprint) throws IOException {
        relay.dropAuthority(digits(fingerprint));
        return "Dropped. Devices with certificates by it need new join tokens. So do devices whose join token was made before"
                + " and is not redeemed yet." + NL + authorities(relay);
    }

    private static String digits(String fingerprint) {
        String name = fingerprint.strip();
        return name.startsWith(CA) ? name.substring(CA.length()) : name;
    }

    private static String groups(Set<String> groups) {
        return String.join(",", new TreeSet<>(groups));
    }
}
