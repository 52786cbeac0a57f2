package io.mnedc.api.peer;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** What attributes of devices and services may be. */
final class Attributes {
    private static final int RECORD = 4;

    private Attributes() {}

    /** {@return an unchangeable copy, checked} */
    static Map<String, String> checked(String of, Map<String, String> attributes) {
        if (attributes.size() > OrchestrationInfo.MAX_ATTRIBUTES) {
            throw new IllegalArgumentException(
                    of + " has " + attributes.size() + " attributes; allowed are " + OrchestrationInfo.MAX_ATTRIBUTES);
        }
        attributes.forEach((key, value) -> {
            boolean visible = key.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '=');
            if (key.isEmpty() || length(key) > OrchestrationInfo.MAX_TEXT || !visible) {
                throw new IllegalArgumentException("the attribute \"" + key + "\" of " + of + " needs a name of 1 to "
                        + OrchestrationInfo.MAX_TEXT + " visible ASCII characters without =");
            }
            if (length(value) > OrchestrationInfo.MAX_ATTRIBUTE) {
                throw new IllegalArgumentException("the attribute " + key + " of " + of + " has " + length(value)
                        + " bytes; allowed are " + OrchestrationInfo.MAX_ATTRIBUTE);
            }
        });
        return Map.copyOf(attributes);
    }

    /** {@return a list of {@code KEY=VALUE} as a map} */
    static Map<String, String> parse(Iterable<String> entries) {
        Map<String, String> attributes = new TreeMap<>();
        for (String entry : entries) {
            int equals = entry.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("attribute \"" + entry + "\" is not KEY=VALUE");
            }
            String key = entry.substring(0, equals).trim();
            if (attributes.put(key, entry.substring(equals + 1).trim()) != null) {
                throw new IllegalArgumentException("attribute " + key + " is there twice");
            }
        }
        return attributes;
    }

    static int length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** {@return the bytes of a text in the protocol's form} */
    static int size(String text) {
        return RECORD + length(text);
    }

    static int size(Map<String, String> attributes) {
        int size = 0;
        for (Map.Entry<String, String> each : attributes.entrySet()) {
            size += RECORD + size(each.getKey()) + size(each.getValue());
        }
        return size;
    }
}
