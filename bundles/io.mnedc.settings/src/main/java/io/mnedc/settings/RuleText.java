package io.mnedc.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Access rules as forms and files hold them: an array, or one text with line ends, commas or semicolons between. A number
 * sign begins a comment; it ends with the line, and in a text of one line at the next comma.
 */
final class RuleText {
    private static final Pattern LINE_ENDS = Pattern.compile("[\\r\\n]+");
    private static final Pattern SEPARATORS = Pattern.compile("[,;]");
    private static final Pattern HIDDEN_RULE =
            Pattern.compile("[,;]\\s*(?:(?:allow|deny)\\s+\\S+\\s+\\S+|default\\s+\\S+)\\s*(?:[,;].*)?$");

    private RuleText() {}

    /**
     * {@return the rules, one each, comments away}
     *
     * @param parts the entries of an array, or the one text
     * @throws IllegalArgumentException if a comment may hide a rule
     */
    static List<String> of(List<String> parts) {
        List<String> rules = new ArrayList<>();
        for (String part : parts) {
            String[] lines = LINE_ENDS.split(part.strip(), -1);
            for (String line : lines) {
                String text = lines.length > 1 ? withoutComment(line) : line;
                for (String rule : SEPARATORS.split(text, -1)) {
                    int comment = rule.indexOf('#');
                    String alone = (comment < 0 ? rule : rule.substring(0, comment)).strip();
                    if (!alone.isEmpty()) {
                        rules.add(alone);
                    }
                }
            }
        }
        return rules;
    }

    private static String withoutComment(String line) {
        int comment = line.indexOf('#');
        if (comment < 0) {
            return line;
        }
        if (HIDDEN_RULE.matcher(line.substring(comment)).find()) {
            throw new IllegalArgumentException("\"" + line.strip()
                    + "\" has a rule behind a comment, where it would not count; give each its own line");
        }
        return line.substring(0, comment);
    }
}
