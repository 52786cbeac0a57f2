package io.mnedc.codec;

/** What a label may be: one of DNS host names (RFC 1123, section 2.1), in lower case. */
public final class Labels {
    private Labels() {}

    /** {@return whether this is a label} */
    public static boolean valid(String label) {
        if (label.isEmpty() || label.length() > Protocol.MAX_LABEL || label.startsWith("-") || label.endsWith("-")) {
            return false;
        }
        for (int at = 0; at < label.length(); at++) {
            if (!inLabel(label.charAt(at))) {
                return false;
            }
        }
        return true;
    }

    private static boolean inLabel(char character) {
        return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') || character == '-';
    }
}
