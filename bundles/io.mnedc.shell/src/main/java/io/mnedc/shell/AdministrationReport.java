package io.mnedc.shell;

import io.mnedc.api.relay.RelayAdministration;
import io.mnedc.api.relay.RelayAdministration.Enrolment;
import io.mnedc.api.relay.RelayAdministration.Revocation;
import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Who may join, as people ask for it and want to see it. */
final class AdministrationReport {
    private static final String NL = System.lineSeparator();
    private static final Pattern LIFETIME = Pattern.compile("([0-9]{1,9})([smhd])");
    /** Of a key's fingerprint: enough to compare by eye. */
    private static final int KEY_DIGITS = 16;

    private AdministrationReport() {}

    static String token(RelayAdministration relay, String id, String ttl, int uses, String groups, String addresses)
            throws IOException {
        Duration lifetime = lifetime(ttl);
        TokenRequest request = new TokenRequest(
                id.isBlank() ? Optional.empty() : Optional.of(id.trim()),
                Set.copyOf(items(groups)),
                lifetime,
                uses,
                items(addresses));
        String token = relay.token(request);
        return "A join token for " + (id.isBlank() ? "any device that is not enrolled yet" : id.trim()) + ", good for "
                + uses + (uses == 1 ? " device" : " devices") + " and " + ttl.trim()
                + (request.groups().isEmpty() ? "" : ", groups " + groups(request.groups()))
                + ". It is a secret: whoever"
                + " has it can join." + NL + "On the device: ./mnedc device --join TOKEN, or the setting join.token."
                + NL + token;
    }

    static Duration lifetime(String text) {
        Matcher matcher = LIFETIME.matcher(text.trim().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is no time: a number with s, m, h or d, such as 24h");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    private static List<String> items(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::trim)
                .filter(item -> !item.isEmpty())
                .toList();
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

    private static String groups(Set<String> groups) {
        return String.join(",", new TreeSet<>(groups));
    }
}
