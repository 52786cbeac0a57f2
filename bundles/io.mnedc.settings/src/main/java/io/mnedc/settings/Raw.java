package io.mnedc.settings;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A configuration as it came, with what an editor may have put before its first key taken away. */
final class Raw {
    /** A byte order mark, as the characters of UTF-8 and as its bytes read as Latin-1. */
    private static final List<String> MARKS = List.of("\ufeff", "\u00ef\u00bb\u00bf");

    /** Keys that Config Admin, the component runtime and those who bring configurations add. */
    private static final List<String> FOREIGN = List.of(
            "service.", "component.", "felix.", "org.apache.", ":", ".", "kura.", "objectClass", "configadmin.");

    private final Map<String, Object> values = new TreeMap<>();
    private boolean marked;
    private boolean wide;

    Raw(Map<String, ?> properties) {
        // a key without the mark wins
        properties.forEach((key, value) -> {
            if (unmarked(key).equals(key)) {
                put(key, value);
            }
        });
        properties.forEach((key, value) -> {
            String plain = unmarked(key);
            if (!plain.equals(key)) {
                marked = true;
                // with a comment behind it, it is a key of its own
                if (!plain.isEmpty() && !values.containsKey(plain)) {
                    put(plain, value);
                }
            }
        });
    }

    private void put(String key, @Nullable Object value) {
        wide |= key.indexOf('\0') >= 0;
        if (value != null) {
            values.put(key, value);
        }
    }

    private static String unmarked(String key) {
        for (String mark : MARKS) {
            if (key.startsWith(mark)) {
                return key.substring(mark.length()).trim();
            }
        }
        return key;
    }

    /** Whether the file began with a byte order mark. */
    boolean marked() {
        return marked;
    }

    /** Whether the file was written in UTF-16. */
    boolean wide() {
        return wide;
    }

    /** {@return whether somebody has configured something} */
    boolean present() {
        return values.containsKey("service.pid") || !own().isEmpty();
    }

    /** {@return the entries that a person has written} */
    Map<String, Object> own() {
        Map<String, Object> own = new TreeMap<>(values);
        own.keySet().removeIf(key -> FOREIGN.stream().anyMatch(key::startsWith) || key.endsWith(".target"));
        return own;
    }

    /** {@return all of it} */
    Map<String, Object> all() {
        return new TreeMap<>(values);
    }

    /** {@return the file that this has come from; empty if that is not known} */
    String file() {
        return Objects.toString(values.get("felix.fileinstall.filename"), "");
    }

    /** {@return a value's parts, as texts without blanks around them; none if it is not there} */
    List<String> parts(String key) {
        Object value = values.get(key);
        List<String> parts = new ArrayList<>();
        if (value == null) {
            return parts;
        }
        if (value instanceof Collection<?> collection) {
            collection.forEach(each -> add(parts, each));
        } else if (value.getClass().isArray()) {
            for (int i = 0; i < Array.getLength(value); i++) {
                add(parts, Array.get(value, i));
            }
        } else {
            add(parts, value);
        }
        return parts;
    }

    /** Consoles fill a form's empty lines with null. */
    private static void add(List<String> parts, @Nullable Object value) {
        if (value != null) {
            parts.add(value.toString().trim());
        }
    }
}
