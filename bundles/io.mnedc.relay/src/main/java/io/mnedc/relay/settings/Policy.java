package io.mnedc.relay.settings;

import io.mnedc.security.AccessRules;
import io.mnedc.settings.ConfigurationReader;
import java.util.List;

/**
 * What a relay lets its devices do.
 *
 * @param rules access rules as they were written, one each; those of the file {@code rules} follow them
 * @param limits what each device may send
 * @param cloneSwapsPerMinute how often two devices may take turns with one identity; 0 is no limit
 */
public record Policy(List<String> rules, Limits limits, int cloneSwapsPerMinute) {
    /** How often two devices may take turns in a minute, if nothing else is said. */
    static final int CLONE_SWAPS = 3;

    public static final Policy DEFAULT = new Policy(List.of(), Limits.DEFAULT, CLONE_SWAPS);

    /** Reads its part of a relay's configuration. */
    static Policy of(ConfigurationReader values) {
        List<String> rules = values.rules("rules");
        boolean understood =
                values.attempt("rules", () -> AccessRules.parse(rules)).isPresent();
        return new Policy(
                understood ? rules : List.of(),
                new Limits(
                        values.number("frames.per.second", Limits.DEFAULT.framesPerSecond(), 0, 1_000_000_000L),
                        values.number("bytes.per.second", Limits.DEFAULT.bytesPerSecond(), 0, 1_000_000_000_000L),
                        values.number("messages.per.second", Limits.DEFAULT.messagesPerSecond(), 0, 1_000_000L)),
                values.number("clone.swaps.per.minute", CLONE_SWAPS, 0, 1000));
    }
}
