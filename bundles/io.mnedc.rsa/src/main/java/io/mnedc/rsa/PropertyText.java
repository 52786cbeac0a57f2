package io.mnedc.rsa;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One value of a service property as text. A String is itself. Others, and a String that begins with {@code #}, are
 * {@code #TYPE:TEXT}; behind the type stands {@code [} for an array, {@code (} for a list and <code>{</code> for a set. Their elements
 * have commas between, and a backslash before commas and backslashes of their own.
 */
final class PropertyText {
    private static final char MARK = '#';

    /** How a type is written and read. */
    private record Type(Class<?> type, Function<String, Object> reader) {}

    private static final Map<Character, Type> TYPES = Map.of(
            'S', new Type(String.class, text -> text),
            'Z', new Type(Boolean.class, Boolean::valueOf),
            'B', new Type(Byte.class, Byte::valueOf),
            'H', new Type(Short.class, Short::valueOf),
            'I', new Type(Integer.class, Integer::valueOf),
            'J', new Type(Long.class, Long::valueOf),
            'F', new Type(Float.class, Float::valueOf),
            'D', new Type(Double.class, Double::valueOf),
            'C', new Type(Character.class, text -> text.length() == 1 ? text.charAt(0) : ""));

    private PropertyText() {}

    /** {@return the value as text; null if it is of a type that is not told} */
    static @Nullable String write(Object value) {
        if (value instanceof String text) {
            return text.isEmpty() || text.charAt(0) != MARK ? text : MARK + "S:" + text;
        }
        Character scalar = code(value.getClass());
        if (scalar != null) {
            return String.valueOf(MARK) + scalar + ":" + value;
        }
        char container =
                value.getClass().isArray() ? '[' : value instanceof List<?> ? '(' : value instanceof Set<?> ? '{' : 0;
        if (container == 0) {
            return null;
        }
        List<Object> elements = elements(value);
        if (elements.isEmpty()) {
            return MARK + "S" + container;
        }
        Character type = null;
        StringBuilder text = new StringBuilder();
        for (Object each : elements) {
            Character code = each == null ? null : code(each.getClass());
            if (code == null || (type != null && !type.equals(code))) {
                return null;
            }
            text.append(type == null ? String.valueOf(MARK) + code + container + ":" : ",")
                    .append(each.toString().replace("\\", "\\\\").replace(",", "\\,"));
            type = code;
        }
        return text.toString();
    }

    private static List<Object> elements(Object value) {
        if (value instanceof Collection<?> many) {
            return new ArrayList<>(many);
        }
        List<Object> elements = new ArrayList<>();
        for (int i = 0; i < Array.getLength(value); i++) {
            elements.add(Array.get(value, i));
        }
        return elements;
    }

    private static @Nullable Character code(Class<?> type) {
        for (Map.Entry<Character, Type> each : TYPES.entrySet()) {
            if (each.getValue().type().equals(type)) {
                return each.getKey();
            }
        }
        return null;
    }

    /**
     * Reads a value. An array is one of objects, such as {@code Integer[]}.
     *
     * @throws IllegalArgumentException if it is not in the one form that {@link #write} has for it
     */
    static Object read(String text) {
        if (text.isEmpty() || text.charAt(0) != MARK) {
            return text;
        }
        Type type = text.length() < 3 ? null : TYPES.get(text.charAt(1));
        if (type == null) {
            throw new IllegalArgumentException("a value has no known type");
        }
        char container = text.charAt(2);
        if (container == ':') {
            Object value = scalar(type, text.substring(3));
            if (!text.equals(write(value))) {
                throw new IllegalArgumentException("a text has a type before it that it does not need");
            }
            return value;
        }
        if ("[({".indexOf(container) < 0 || (text.length() > 3 && text.charAt(3) != ':')) {
            throw new IllegalArgumentException("a value has no known type");
        }
        List<Object> elements = new ArrayList<>();
        if (text.length() > 3) {
            split(text.substring(4)).forEach(each -> elements.add(scalar(type, each)));
        } else if (!type.type().equals(String.class)) {
            throw new IllegalArgumentException("what has no elements is one of texts");
        }
        return switch (container) {
            case '[' -> elements.toArray(length -> (Object[]) Array.newInstance(type.type(), length));
            case '(' -> List.copyOf(elements);
            default -> set(elements);
        };
    }

    private static Set<Object> set(List<Object> elements) {
        Set<Object> set = new LinkedHashSet<>(elements);
        if (set.size() < elements.size()) {
            throw new IllegalArgumentException("a set has an element twice");
        }
        return Set.copyOf(set);
    }

    private static Object scalar(Type type, String text) {
        Object value;
        try {
            value = type.reader().apply(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("a value is no " + type.type().getSimpleName(), e);
        }
        if (!type.type().isInstance(value) || !value.toString().equals(text)) {
            throw new IllegalArgumentException("a value is no " + type.type().getSimpleName());
        }
        return value;
    }

    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ',') {
                parts.add(part.toString());
                part.setLength(0);
                continue;
            }
            if (c == '\\') {
                i++;
                if (i == text.length() || ",\\".indexOf(text.charAt(i)) < 0) {
                    throw new IllegalArgumentException("a backslash stands before no comma and no backslash");
                }
                c = text.charAt(i);
            }
            part.append(c);
        }
        parts.add(part.toString());
        return parts;
    }
}
