package io.mnedc.api.text;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times as people write them in settings and commands: a number with s, m, h or d behind it. */
public final class Durations {
    /** What is allowed, with examples. */
    public static final String EXAMPLES = "30s, 15m, 24h or 7d";

    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})\\s*([smhd])");

    private Durations() {}

    /**
     * Reads a time.
     *
     * @param text such as {@code 24h}; blanks around it and capital letters do not matter
     * @return the time; empty if it is none
     */
    public static Optional<Duration> parse(String text) {
        Matcher matcher = FORM.matcher(text.trim().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(matcher.group(1));
        return Optional.of(
                switch (matcher.group(2)) {
                    case "s" -> Duration.ofSeconds(number);
                    case "m" -> Duration.ofMinutes(number);
                    case "h" -> Duration.ofHours(number);
                    default -> Duration.ofDays(number);
                });
    }
}
