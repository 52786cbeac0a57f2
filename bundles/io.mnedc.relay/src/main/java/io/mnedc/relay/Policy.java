package io.mnedc.relay;

import io.mnedc.security.AccessRules;
import java.util.List;

/**
 * What a relay lets its devices do.
 *
 * @param rules access rules as they were written, one each; those of the file {@code rules} follow them
 * @param limits what each device may send
 * @param cloneSwapsPerMinute how often two devices may take turns with one identity; 0 is no limit
 */
record Policy(List<String> rules, Limits limits, int cloneSwapsPerMinute) {
    /** How often two devices may take turns in a minute, if nothing else is said. */
    static final int CLONE_SWAPS = 3;

    static final Policy DEFAULT = new Policy(List.of(), Limits.DEFAULT, CLONE_SWAPS);

    /** Checks a configuration; the exception names the key, the value and what is allowed. */
    static Policy of(RelayConfig config) {
        List<String> rules = RelaySettings.lines(config.rules());
        AccessRules.parse(rules);
        return new Policy(
                rules,
                new Limits(
                        RelaySettings.within("frames.per.second", config.frames_per_second(), 0, 1_000_000_000L),
                        RelaySettings.within("bytes.per.second", config.bytes_per_second(), 0, 1_000_000_000_000L),
                        RelaySettings.within("messages.per.second", config.messages_per_second(), 0, 1_000_000L)),
                (int) RelaySettings.within("clone.swaps.per.minute", config.clone_swaps_per_minute(), 0, 1000));
    }
}
