package io.mnedc.api.store;

import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Conditions and changes that hold together: {@code Transaction.when(lease).put("seen/press-7", now)}. Never altered: each method makes
 * another one.
 */
public final class Transaction {
    /** The most conditions and changes together. */
    public static final int MOST_STEPS = 1_000;

    /** The most bytes of keys and texts together, in UTF-8. What is larger must be stored in parts. */
    public static final int MOST_BYTES = 512 * 1024;

    /** Of no conditions and no changes: what others are made of. */
    public static final Transaction EMPTY = new Transaction(Map.of(), Map.of(), 0);

    private final Map<String, Long> expected;
    private final Map<String, Optional<String>> changes;
    private final int bytes;

    private Transaction(Map<String, Long> expected, Map<String, Optional<String>> changes, int bytes) {
        this.expected = expected;
        this.changes = changes;
        this.bytes = bytes;
        if (expected.size() + changes.size() > MOST_STEPS) {
            throw new IllegalArgumentException("a transaction has at most " + MOST_STEPS + " conditions and changes");
        }
        if (bytes > MOST_BYTES) {
            throw new IllegalArgumentException(
                    "a transaction of " + bytes + " bytes is larger than " + MOST_BYTES + ": store it in parts");
        }
    }

    /** {@return one that is made only if the entry is still what it was} */
    public static Transaction when(OverlayStore.Entry entry) {
        return EMPTY.and(entry);
    }

    /** {@return one that is made only if nothing is stored for the key} */
    public static Transaction whenAbsent(String key) {
        return EMPTY.andAbsent(key);
    }

    /** {@return this one, and only if the entry is still what it was} */
    public Transaction and(OverlayStore.Entry entry) {
        return new Transaction(
                with(expected, entry.key(), entry.version()),
                changes,
                bytes + entry.key().length());
    }

    /** {@return this one, and only if nothing is stored for the key} */
    public Transaction andAbsent(String key) {
        return new Transaction(with(expected, key, 0L), changes, bytes + key.length());
    }

    /** {@return this one, which also stores a text, in place of what is there} */
    public Transaction put(String key, String value) {
        int more = StoreKeys.check(key).length() + bytes(key, value);
        return new Transaction(expected, with(changes, key, Optional.of(value)), Math.addExact(bytes, more));
    }

    private static int bytes(String key, String value) {
        try {
            return StandardCharsets.UTF_8
                    .newEncoder()
                    .encode(CharBuffer.wrap(value))
                    .remaining();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "the text for the key '" + key + "' has half of a surrogate pair, which UTF-8 cannot hold", e);
        }
    }

    /** {@return this one, which also removes what is stored for the key, if there is something} */
    public Transaction remove(String key) {
        return new Transaction(expected, with(changes, key, Optional.empty()), bytes + key.length());
    }

    /** {@return the conditions: key to its version, 0 for nothing stored} */
    public Map<String, Long> expected() {
        return expected;
    }

    /** {@return the changes: key to its text, empty for none, in the order in which they were added} */
    public Map<String, Optional<String>> changes() {
        return changes;
    }

    /**
     * Checks the conditions.
     *
     * @param stored what is stored for a key
     * @return whether all hold
     */
    public boolean holds(Function<String, Optional<OverlayStore.Entry>> stored) {
        for (Map.Entry<String, Long> each : expected.entrySet()) {
            long version =
                    stored.apply(each.getKey()).map(OverlayStore.Entry::version).orElse(0L);
            if (version != each.getValue()) {
                return false;
            }
        }
        return true;
    }

    private static <T> Map<String, T> with(Map<String, T> map, String key, T value) {
        Map<String, T> more = new LinkedHashMap<>(map);
        if (more.put(StoreKeys.check(key), value) != null) {
            throw new IllegalArgumentException("the key '" + key + "' is in this transaction already");
        }
        return Collections.unmodifiableMap(more);
    }

    @Override
    public String toString() {
        return "when " + expected + " then " + changes.keySet();
    }
}
