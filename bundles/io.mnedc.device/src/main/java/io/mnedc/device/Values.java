package io.mnedc.device;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A configuration's values. Each may be typed or text; a list may be an array, a collection or one text with commas or
 * blanks between (Karaf's .cfg files have nothing else). What is wrong is told with key, value and what is allowed.
 */
final class Values {
    private final Map<String, ?> properties;

    Values(Map<String, ?> properties) {
        this.properties = properties;
    }

    int number(String key, int otherwise, int least, int most) {
        String text = text(key, "");
        if (text.isEmpty()) {
            return otherwise;
        }
        int value;
        try {
            value = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            value = least - 1;
        }
        if (value < least || value > most) {
            throw wrong(key, text, "allowed is a whole number of " + least + ".." + most);
        }
        return value;
    }

    boolean truth(String key, boolean otherwise) {
        String text = text(key, "");
        if (text.isEmpty()) {
            return otherwise;
        }
        if (!text.equalsIgnoreCase("true") && !text.equalsIgnoreCase("false")) {
            throw wrong(key, text, "allowed is true or false");
        }
        return text.equalsIgnoreCase("true");
    }

    String text(String key, String otherwise) {
        Object value = first(properties.get(key));
        String text = value == null ? "" : value.toString().trim();
        return text.isEmpty() ? otherwise : text;
    }

    private static @Nullable Object first(@Nullable Object value) {
        if (value instanceof Object[] array) {
            return array.length == 0 ? null : array[0];
        }
        return value;
    }

    /**
     * {@return the texts of a list, none of them blank}
     *
     * @param separators what is between two in one text, as a regular expression
     */
    List<String> list(String key, String separators) {
        Object value = properties.get(key);
        Collection<?> entries = List.of();
        if (value instanceof Object[] array) {
            entries = Arrays.asList(array);
        } else if (value instanceof Collection<?> collection) {
            entries = collection;
        } else if (value != null) {
            entries = List.of(value);
        }
        return entries.stream()
                .flatMap(entry -> Arrays.stream(entry.toString().split(separators, -1)))
                .filter(text -> !text.isBlank())
                .toList();
    }

    static IllegalArgumentException wrong(String key, String value, String allowed) {
        return new IllegalArgumentException(key + " = \"" + value + "\" is not allowed; " + allowed);
    }
}
