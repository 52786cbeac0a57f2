package io.mnedc.api.store;

import io.mnedc.api.text.PlainText;
import java.util.NavigableMap;

/**
 * Keys of an {@link OverlayStore}: parts with a slash between them, such as {@code leases/device/press-7}. A part has 1 to 128 characters
 * of printable ASCII (0x21 to 0x7E) without a slash, and is not one or two dots.
 */
public final class StoreKeys {
    /** The most parts of a key. */
    public static final int MOST_PARTS = 8;

    /** The most characters of a part. */
    public static final int LONGEST_PART = 128;

    private StoreKeys() {}

    /**
     * Checks a key.
     *
     * @param key what may be one
     * @return the key
     * @throws IllegalArgumentException if it is none; the message says why
     */
    public static String check(String key) {
        String[] parts = key.split("/", MOST_PARTS + 1);
        if (parts.length > MOST_PARTS) {
            throw new IllegalArgumentException("the key " + shown(key) + " has more than " + MOST_PARTS + " parts");
        }
        for (String part : parts) {
            if (part.isEmpty() || part.length() > LONGEST_PART || part.equals(".") || part.equals("..")) {
                throw new IllegalArgumentException("the key " + shown(key)
                        + " has a part that is empty, dots or longer than " + LONGEST_PART + " characters");
            }
            if (!part.chars().allMatch(c -> c > ' ' && c <= '~')) {
                throw new IllegalArgumentException(
                        "the key " + shown(key) + " has a character that is not printable ASCII");
            }
        }
        return key;
    }

    private static String shown(String key) {
        return "'" + PlainText.of(key, LONGEST_PART) + "'";
    }

    /** {@return whether a key is below a parent, at any depth; every key is below ""} */
    public static boolean isBelow(String key, String parent) {
        return parent.isEmpty() || key.startsWith(parent + "/");
    }

    /**
     * Finds the keys below a parent, as {@link #isBelow} does.
     *
     * @param <T> what the map holds
     * @param all values by key, in the order of characters
     * @param parent a key, or "" for all
     * @return the part of the map below it; it shows later changes of the map
     */
    public static <T> NavigableMap<String, T> below(NavigableMap<String, T> all, String parent) {
        // '0' is the character after the slash
        return parent.isEmpty() ? all : all.subMap(parent + "/", false, parent + "0", false);
    }
}
