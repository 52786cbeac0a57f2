package io.mnedc.settings;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Values as a typed file writes them: {@code I"1300"}, {@code B"true"}, {@code "text"}, {@code ["a","b"]}. */
final class TypedText {
    private static final Pattern SCALAR = Pattern.compile("\\s*[TILFDXSCBilfdxscb]?\"([\\s\\S]*)\"\\s*");
    /** With quotes in it: an IPv6 address in brackets and a service filter are no lists. */
    private static final Pattern LIST = Pattern.compile(
            "\\s*[TILFDXSCBilfdxscb]?(\\[\\s*(\"[\\s\\S]*\"[\\s,]*)?\\]|\\(\\s*\"[\\s\\S]*\"[\\s,]*\\))\\s*");

    private TypedText() {}

    /** {@return whether a text looks as a typed file writes a value} */
    static boolean looksTyped(String text) {
        return SCALAR.matcher(text).matches() || LIST.matcher(text).matches();
    }

    /** {@return what stands between the quotes of a single value} */
    static Optional<String> unquoted(String text) {
        Matcher matcher = SCALAR.matcher(text);
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }
}
