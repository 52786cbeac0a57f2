package io.mnedc.security;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which devices may talk to which. One rule per line:
 *
 * <pre>
 * allow WHO WHO
 * deny WHO WHO
 * default allow|deny        at most once; allow if it is missing
 * # a comment, also behind a rule
 *
 * WHO = any | device:ID | group:NAME
 * </pre>
 *
 * <p>Rules work in both directions; the first that matches decides. Immutable.
 */
public final class AccessRules {
    /** No rules: everybody may talk to everybody. */
    public static final AccessRules OPEN = new AccessRules(List.of(), true);

    /** How many rules there may be: each pair of devices is checked against all of them. */
    public static final int MAX_RULES = 10_000;

    private record Who(Kind kind, String name) {
        enum Kind {
            ANY,
            DEVICE,
            GROUP
        }

        boolean matches(String id, Set<String> groups) {
            return switch (kind) {
                case ANY -> true;
                case DEVICE -> name.equals(id);
                case GROUP -> groups.contains(name);
            };
        }

        @Override
        public String toString() {
            return switch (kind) {
                case ANY -> "any";
                case DEVICE -> "device:" + name;
                case GROUP -> "group:" + name;
            };
        }
    }

    private record Rule(boolean allow, Who one, Who other) {
        boolean matches(String idA, Set<String> groupsA, String idB, Set<String> groupsB) {
            return (one.matches(idA, groupsA) && other.matches(idB, groupsB))
                    || (one.matches(idB, groupsB) && other.matches(idA, groupsA));
        }

        @Override
        public String toString() {
            return verb(allow) + " " + one + " " + other;
        }
    }

    private final List<Rule> rules;
    private final boolean otherwise;

    private AccessRules(List<Rule> rules, boolean otherwise) {
        this.rules = List.copyOf(rules);
        this.otherwise = otherwise;
    }

    /**
     * Reads rules.
     *
     * @param lines as described above
     * @return the rules
     * @throws IllegalArgumentException when a line is not as described; names the line's number, from 1
     */
    public static AccessRules parse(List<String> lines) {
        var parser = new Parser();
        parser.lines(lines, "line ");
        return parser.rules();
    }

    /**
     * Reads rules from a setting and then from a file: those of the setting come first.
     *
     * @param setting entries
     * @param file lines
     * @return the rules
     * @throws IllegalArgumentException as in {@link #parse}; says where
     */
    public static AccessRules parse(List<String> setting, List<String> file) {
        var parser = new Parser();
        parser.lines(setting, "entry ");
        parser.lines(file, "line ");
        return parser.rules();
    }

    /**
     * Whether two devices may talk to each other. Symmetric; allocates nothing.
     *
     * @param idA device ID of the one
     * @param groupsA its groups
     * @param idB device ID of the other
     * @param groupsB its groups
     * @return whether they may
     */
    public boolean allowed(String idA, Set<String> groupsA, String idB, Set<String> groupsB) {
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            if (rule.matches(idA, groupsA, idB, groupsB)) {
                return rule.allow;
            }
        }
        return otherwise;
    }

    /** {@return whether every device may talk to every other one, also to those that join later} */
    public boolean open() {
        return otherwise && rules.stream().allMatch(Rule::allow);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AccessRules that && otherwise == that.otherwise && rules.equals(that.rules);
    }

    @Override
    public int hashCode() {
        return rules.hashCode() * 2 + (otherwise ? 1 : 0);
    }

    /** {@return the rules as {@link #parse} reads them, the default last} */
    @Override
    public String toString() {
        return rules.stream().map(rule -> rule + "\n").collect(Collectors.joining()) + "default " + verb(otherwise)
                + "\n";
    }

    private static String verb(boolean allow) {
        return allow ? "allow" : "deny";
    }

    private static final class Parser {
        private final List<Rule> rules = new ArrayList<>();
        private boolean otherwise = true;
        private String defaultAt = "";

        AccessRules rules() {
            return new AccessRules(rules, otherwise);
        }

        void lines(List<String> lines, String where) {
            for (int i = 0; i < lines.size(); i++) {
                line(lines.get(i), where + (i + 1));
            }
        }

        private void line(String line, String where) {
            int comment = line.indexOf('#');
            String text = (comment < 0 ? line : line.substring(0, comment)).strip();
            if (text.isEmpty()) {
                return;
            }
            String[] words = text.split("\\s+", 4);
            if (words[0].equals("default") && words.length == 2) {
                if (!defaultAt.isEmpty()) {
                    throw wrong(where, text, "the default has been set at " + defaultAt);
                }
                otherwise = verb(words[1], where, text);
                defaultAt = where;
            } else if (words.length == 3) {
                boolean allow = verb(words[0], where, text);
                rules.add(new Rule(allow, who(words[1], where, text), who(words[2], where, text)));
                if (rules.size() > MAX_RULES) {
                    throw wrong(where, text, "there are more than " + MAX_RULES + " rules: use groups");
                }
            } else {
                throw wrong(
                        where, text, "'allow WHO WHO', 'deny WHO WHO', 'default allow' or 'default deny' is allowed");
            }
        }

        private static boolean verb(String word, String where, String text) {
            return switch (word) {
                case "allow" -> true;
                case "deny" -> false;
                default -> throw wrong(where, text, "'allow' or 'deny' is allowed, not '" + Names.shown(word) + "'");
            };
        }

        private static Who who(String word, String where, String text) {
            try {
                if (word.equals("any")) {
                    return new Who(Who.Kind.ANY, "");
                }
                if (word.startsWith("device:")) {
                    return new Who(Who.Kind.DEVICE, Names.deviceId(word.substring("device:".length())));
                }
                if (word.startsWith("group:")) {
                    return new Who(Who.Kind.GROUP, Names.group(word.substring("group:".length())));
                }
            } catch (IllegalArgumentException e) {
                throw wrong(where, text, String.valueOf(e.getMessage()));
            }
            throw wrong(where, text, "WHO is 'any', 'device:ID' or 'group:NAME', not '" + Names.shown(word) + "'");
        }

        private static IllegalArgumentException wrong(String where, String text, String why) {
            return new IllegalArgumentException("rules, " + where + ": '" + Names.shown(text) + "': " + why);
        }
    }
}
