package io.mnedc.settings;

import io.mnedc.api.text.PlainText;
import java.lang.reflect.Method;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads a component's configuration key by key. A value may be typed or text; a list may be an array, a collection, or
 * one text with commas or line ends between its entries. What is wrong is collected: each method answers something that
 * is allowed, and {@link #check} tells all at once, with key, value and what is allowed. Of one thread.
 */
public final class ConfigurationReader {
    /** Whether a component shall run, by its setting {@code enabled}. */
    public enum Wish {
        /** It says so. */
        ON,
        /** It says no, or nothing. */
        OFF,
        /** What it says cannot be understood. */
        UNCLEAR
    }

    private static final String ENABLED = "enabled";
    private static final int LONGEST_SHOWN = 100;

    /** Kura shows and saves no more entries of a list than these. */
    private static final int MOST_IN_A_FORM = 10;

    private final Raw raw;
    private final Set<String> known;
    private final Set<String> mistyped = new TreeSet<>();
    private final List<String> problems = new ArrayList<>();

    /**
     * Begins to read.
     *
     * @param properties a component's
     * @param metatype the annotation type that describes its settings
     */
    public ConfigurationReader(Map<String, ?> properties, Class<?> metatype) {
        this(properties, keys(metatype));
    }

    private ConfigurationReader(Map<String, ?> properties, Set<String> known) {
        this.raw = new Raw(properties);
        this.known = known;
        String file = mistakenFile();
        if (!file.isEmpty()) {
            problems.add(file);
        }
    }

    /** {@return the keys that an annotation type describes, by the component runtime's rules} */
    public static Set<String> keys(Class<?> metatype) {
        Set<String> keys = new TreeSet<>();
        for (Method method : metatype.getDeclaredMethods()) {
            if (!method.isSynthetic() && method.getParameterCount() == 0) {
                keys.add(method.getName().replace("__", "\0").replace('_', '.').replace('\0', '_'));
            }
        }
        return keys;
    }

    /** {@return whether some properties ask for a component to run, for those who read nothing else of them} */
    public static Wish wish(Map<String, ?> properties) {
        return new ConfigurationReader(properties, Set.of(ENABLED)).wish();
    }

    /** {@return whether the component shall run} */
    public Wish wish() {
        List<String> parts = raw.parts(ENABLED);
        String text = parts.isEmpty() ? "" : parts.get(0);
        // also a file that is mistaken elsewhere can say no
        text = TypedText.unquoted(text).orElse(text).trim().toLowerCase(Locale.ROOT);
        return switch (text) {
            case "true" -> Wish.ON;
            case "false" -> Wish.OFF;
            case "" -> raw.wide() ? Wish.UNCLEAR : Wish.OFF;
            default -> {
                // tells what is wrong
                boolean unclear = truth(ENABLED, false);
                yield unclear ? Wish.ON : Wish.UNCLEAR;
            }
        };
    }

    /** {@return why the component shall not run, in the words of a log line} */
    public String whyOff() {
        if (!raw.present()) {
            return "it has no configuration any more, or never had one";
        }
        if (!raw.parts(ENABLED).isEmpty()) {
            return "enabled is false";
        }
        return misspelt().entrySet().stream()
                .filter(each -> each.getValue().equals(ENABLED))
                .findFirst()
                .map(each -> "enabled is not set; the unknown key \"" + shown(each.getKey()) + "\" may be meant for it")
                .orElse("enabled is not set");
    }

    /** {@return remarks about what is allowed, but hardly meant: a sentence each} */
    public List<String> remarks() {
        List<String> remarks = new ArrayList<>();
        if (raw.marked()) {
            remarks.add("the file begins with a byte order mark, which has been read over: better save it as UTF-8"
                    + " without one");
        }
        misspelt()
                .forEach((key, meant) -> remarks.add(
                        "there is no setting \"" + shown(key) + "\", it is passed over; did you mean " + meant + "?"));
        return remarks;
    }

    private Map<String, String> misspelt() {
        Map<String, String> found = new LinkedHashMap<>();
        for (String key : raw.own().keySet()) {
            if (!known.contains(key)) {
                Spelling.nearest(key, known).ifPresent(near -> found.put(key, near));
            }
        }
        return found;
    }

    /** A whole number. */
    public int number(String key, int otherwise, int least, int most) {
        return (int) number(key, (long) otherwise, least, most);
    }

    /** A whole number. */
    public long number(String key, long otherwise, long least, long most) {
        String text = text(key, "");
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // as wrong as one that is too large
        }
        wrong(key, text, "allowed is a whole number of " + least + ".." + most);
        return otherwise;
    }

    /** True or false. */
    public boolean truth(String key, boolean otherwise) {
        String text = text(key, "");
        if (text.isEmpty()) {
            return otherwise;
        }
        if (!text.equalsIgnoreCase("true") && !text.equalsIgnoreCase("false")) {
            wrong(key, text, "allowed is true or false");
            return otherwise;
        }
        return text.equalsIgnoreCase("true");
    }

    /** A text; what is blank counts as not set. */
    public String text(String key, String otherwise) {
        if (mistyped.contains(key)) {
            return otherwise;
        }
        List<String> parts =
                raw.parts(key).stream().filter(part -> !part.isEmpty()).toList();
        if (parts.size() > 1) {
            wrong(key, String.join(", ", parts), "allowed is one value, not a list");
            return otherwise;
        }
        return parts.isEmpty() ? otherwise : parts.get(0);
    }

    /** One of some words; the first is the default. */
    public String word(String key, String... words) {
        String text = text(key, words[0]);
        if (!Arrays.asList(words).contains(text)) {
            wrong(key, text, "allowed is " + String.join(" or ", words));
            return words[0];
        }
        return text;
    }

    /** {@return a path, made absolute; null if none is set} */
    public @Nullable Path path(String key) {
        String text = text(key, "");
        try {
            return text.isEmpty() ? null : Path.of(text).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            wrong(key, text, "it is no path: " + e.getReason());
            return null;
        }
    }

    /** {@return a list's entries: commas, blanks and line ends separate them} */
    public List<String> list(String key) {
        return split(key, "[,\\s]+");
    }

    /**
     * Reads access rules: line ends, commas and semicolons separate them. A list of ten without a default is refused: a form that holds ten entries has lost what came after them, such as the closing
     * {@code default deny}.
     *
     * @return one each, without comments
     */
    public List<String> rules(String key) {
        if (mistyped.contains(key)) {
            return List.of();
        }
        List<String> rules = attempt(key, () -> RuleText.of(raw.parts(key))).orElse(List.of());
        long entries = raw.parts(key).stream().filter(part -> !part.isEmpty()).count();
        if (entries == MOST_IN_A_FORM && rules.stream().noneMatch(rule -> rule.startsWith("default"))) {
            refuse(
                    key,
                    key
                            + " has exactly ten entries and no default: some gateways' forms have dropped what came after the"
                            + " tenth; write all rules as one text with line ends between, or add \"default deny\" or"
                            + " \"default allow\"");
        }
        return rules;
    }

    /** {@return a list's entries, in which blanks may be: commas, semicolons and line ends separate them} */
    public List<String> lines(String key) {
        return split(key, "[,;\\r\\n]+");
    }

    private List<String> split(String key, String separators) {
        if (mistyped.contains(key)) {
            return List.of();
        }
        return raw.parts(key).stream()
                .flatMap(part -> Arrays.stream(part.split(separators, -1)))
                .map(String::trim)
                .filter(text -> !text.isEmpty())
                .toList();
    }

    /**
     * Reads each entry of a list; those that are wrong are told and left out.
     *
     * @param parser throws an {@link IllegalArgumentException} that says what is wrong
     */
    public <T> List<T> each(String key, List<String> entries, Function<String, T> parser) {
        List<T> read = new ArrayList<>();
        for (String entry : entries) {
            attempt(key, () -> parser.apply(entry)).ifPresent(read::add);
        }
        return read;
    }

    /**
     * Does what may find a value wrong.
     *
     * @param work throws an {@link IllegalArgumentException} that says what is wrong, and nothing secret
     * @return its result; empty if it found something wrong
     */
    public <T> Optional<T> attempt(String key, Supplier<T> work) {
        try {
            return Optional.of(work.get());
        } catch (IllegalArgumentException e) {
            refuse(key, String.valueOf(e.getMessage()));
        }
        return Optional.empty();
    }

    /** Tells that a value is wrong. */
    public void wrong(String key, String value, String allowed) {
        refuse(
                key,
                (secret(key) ? "what is set" : key + " = \"" + shown(value) + "\"") + " is not allowed; " + allowed);
    }

    /** Tells what is wrong with a key, in a sentence that does not say the value if that is a secret. */
    public void refuse(String key, String sentence) {
        if (!mistyped.isEmpty() || raw.wide()) {
            // it has been said which line is to blame for all the others
            return;
        }
        problems.add(sentence.startsWith(key) ? sentence : key + ": " + sentence);
    }

    /** {@return whether something was wrong so far} */
    public boolean refused() {
        return !problems.isEmpty();
    }

    /**
     * Ends the reading.
     *
     * @throws RefusedSettingsException if something is wrong
     */
    public void check() {
        if (refused()) {
            throw new RefusedSettingsException(problems);
        }
    }

    /** File Install takes a typed file as plain text if it does not understand one line; that line is to be named. */
    private String mistakenFile() {
        if (raw.wide()) {
            return "the file is written in UTF-16: save it as UTF-8 without a byte order mark";
        }
        Map<String, Object> own = raw.own();
        List<String> plain = new ArrayList<>();
        own.keySet().forEach(key -> {
            boolean typed = raw.parts(key).stream().anyMatch(TypedText::looksTyped) && own.get(key) instanceof String;
            if (typed && known.contains(key)) {
                mistyped.add(key);
            } else if (!typed && own.get(key) instanceof String) {
                plain.add(key);
            }
        });
        if (mistyped.isEmpty()) {
            return "";
        }
        if (raw.file().endsWith(".cfg")) {
            return quotes(mistyped) + " written as in a typed file, but a .cfg file has plain texts: leave out quotes,"
                    + " brackets and the letter before them";
        }
        String looks = String.join(", ", mistyped) + " came as plain text with quotes: a line of this file is mistaken,"
                + " so File Install took all of it as plain text; ";
        // the one that is not typed is the mistake
        mistyped.addAll(plain);
        if (plain.isEmpty()) {
            return looks + "look for a quote that is not closed";
        }
        return looks + "look at " + quotes(plain)
                + " not as a typed file wants it: text \"a\", number I\"1\" or L\"1\","
                + " truth B\"true\", list [\"a\",\"b\"]";
    }

    private String quotes(Collection<String> keys) {
        return String.join(", ", keys.stream().map(this::line).toList())
                + (keys.size() == 1 ? ", which is" : ", which are");
    }

    private String line(String key) {
        if (raw.marked() && (key.startsWith("#") || key.startsWith("!"))) {
            return "the first line (a byte order mark before a comment: save the file as UTF-8 without one)";
        }
        return secret(key) ? shown(key) : shown(key) + "=" + shown(String.join(",", raw.parts(key)));
    }

    private static boolean secret(String key) {
        return key.endsWith("password") || key.endsWith("token");
    }

    /** What strangers' editors have left must not reach a terminal. */
    private static String shown(String text) {
        return PlainText.of(text, LONGEST_SHOWN);
    }
}
