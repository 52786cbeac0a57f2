package io.mnedc.fuzz;

import io.mnedc.security.AccessRules;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/**
 * Access rules, as people write them: refused with the number of a line, or the same after they are written and read
 * again; and whatever they say, they say it in both directions.
 */
public final class Rules {
    private static final List<String> IDS = List.of("a", "b", "gw-1");
    private static final List<Set<String>> GROUPS = List.of(Set.of(), Set.of("plant"), Set.of("lab", "plant"));

    private Rules() {}

    /** Takes one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        List<String> lines = new String(data, StandardCharsets.UTF_8).lines().toList();
        AccessRules rules;
        try {
            rules = AccessRules.parse(lines);
        } catch (IllegalArgumentException refused) {
            String sentence = String.valueOf(refused.getMessage());
            Checks.sentence(sentence);
            Checks.that(sentence.startsWith("rules, line "), "a refusal names the line", sentence);
            return;
        }
        AccessRules again = AccessRules.parse(rules.toString().lines().toList());
        Checks.same(rules, again, "rules are the same after they are written");
        boolean open = rules.open();
        for (int one = 0; one < IDS.size(); one++) {
            for (int other = 0; other < IDS.size(); other++) {
                boolean there = rules.allowed(IDS.get(one), GROUPS.get(one), IDS.get(other), GROUPS.get(other));
                boolean back = rules.allowed(IDS.get(other), GROUPS.get(other), IDS.get(one), GROUPS.get(one));
                Checks.that(there == back, "rules work in both directions");
                Checks.that(there || !open, "open rules allow everything");
            }
        }
    }
}
