package io.mnedc.relay.access;

import io.mnedc.security.AccessRules;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Access by rules that somebody wrote. */
public final class RulesAccess implements Access {
    private final AccessRules rules;
    /** What the rules name: {@code device:ID} and {@code group:NAME}. */
    private final Set<String> named;

    private RulesAccess(AccessRules rules) {
        this.rules = rules;
        this.named = Arrays.stream(rules.toString().split("\\s+"))
                .filter(word -> word.indexOf(':') > 0)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** None if the rules keep nobody apart. */
    public static @Nullable Access of(AccessRules rules) {
        return rules.open() ? null : new RulesAccess(rules);
    }

    @Override
    public boolean allowed(String device, Set<String> groups, String other, Set<String> otherGroups) {
        return rules.allowed(device, groups, other, otherGroups);
    }

    @Override
    public Object kin(String device, Set<String> groups) {
        return List.of(
                named.contains("device:" + device) ? device : "",
                groups.stream()
                        .filter(group -> named.contains("group:" + group))
                        .collect(Collectors.toSet()));
    }
}
