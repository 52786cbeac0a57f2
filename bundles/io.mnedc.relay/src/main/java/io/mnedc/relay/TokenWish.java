package io.mnedc.relay;

import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.api.text.DeviceIds;
import io.mnedc.api.text.Durations;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The setting {@code token.request} in the terms of the administration. */
final class TokenWish {
    private static final String ALLOWED =
            "allowed is a device ID, or uses=NUMBER, and ttl=TIME (such as 30m, 24h or 7d),"
                    + " group=NAME,..., address=HOST:PORT,...; such as: press-7 ttl=24h group=press";
    private static final Duration LIFETIME = Duration.ofHours(1);
    private static final Duration LONGEST = Duration.ofDays(30);
    private static final int MOST_USES = 1000;
    private static final int LONGEST_TEXT = 512;

    private TokenWish() {}

    /**
     * Reads it.
     *
     * @param text words with blanks between
     * @return what the token shall be good for
     * @throws IllegalArgumentException in a sentence that says what is wrong and what is allowed
     */
    static TokenRequest parse(String text) {
        if (text.length() > LONGEST_TEXT) {
            throw wrong(text.substring(0, 32) + "...", "is too long");
        }
        String device = "";
        int uses = 1;
        Duration lifetime = LIFETIME;
        Set<String> groups = Set.of();
        List<String> addresses = List.of();
        for (String word : text.strip().split("\\s+", -1)) {
            int equals = word.indexOf('=');
            String value = word.substring(equals + 1);
            switch (equals < 0 ? "" : word.substring(0, equals)) {
                case "" -> device = device(word, device);
                case "id" -> device = device(value, device);
                case "uses" -> uses = uses(value);
                case "ttl" -> lifetime = lifetime(value);
                case "group" -> groups = Set.copyOf(items(value));
                case "address" -> addresses = items(value);
                default -> throw wrong(word, "has a key that is not known");
            }
        }
        if (!device.isEmpty() && uses > 1) {
            throw wrong(text.strip(), "asks for several uses of a token for one device");
        }
        return new TokenRequest(
                device.isEmpty() ? Optional.empty() : Optional.of(device), groups, lifetime, uses, addresses);
    }

    private static String device(String word, String before) {
        if (!DeviceIds.isValid(word)) {
            throw wrong(word, "is no device ID");
        }
        if (!before.isEmpty()) {
            throw wrong(word, "is a second device ID");
        }
        return word;
    }

    private static int uses(String value) {
        int uses = value.matches("[0-9]{1,4}") ? Integer.parseInt(value) : 0;
        if (uses < 1 || uses > MOST_USES) {
            throw wrong("uses=" + value, "is not in 1.." + MOST_USES);
        }
        return uses;
    }

    private static Duration lifetime(String value) {
        Duration lifetime = Durations.parse(value).orElseThrow(() -> wrong("ttl=" + value, "is no time"));
        if (lifetime.isZero() || lifetime.compareTo(LONGEST) > 0) {
            throw wrong("ttl=" + value, "is not in 1s..30d");
        }
        return lifetime;
    }

    private static List<String> items(String value) {
        return Arrays.stream(value.split(",", -1))
                .filter(item -> !item.isEmpty())
                .toList();
    }

    private static IllegalArgumentException wrong(String word, String why) {
        return new IllegalArgumentException("token.request: \"" + word + "\" " + why + "; " + ALLOWED);
    }
}
