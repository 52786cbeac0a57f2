package io.mnedc.names;

import java.nio.charset.StandardCharsets;
import org.xbill.DNS.Name;

/** Labels of DNS names, as bytes and as keys of tables. */
final class Label {
    private static final int MOST = 63;
    private static final int LEAST_TEXT = 16;

    private Label() {}

    /** {@return a label as a key: letters of ASCII in lower case (RFC 4343), each byte a character} */
    static String key(Name name, int label) {
        byte[] bytes = name.getLabel(label);
        return key(new String(bytes, 1, bytes.length - 1, StandardCharsets.ISO_8859_1));
    }

    static String key(byte[] label) {
        return key(new String(label, StandardCharsets.ISO_8859_1));
    }

    private static String key(String latin) {
        StringBuilder key = new StringBuilder(latin);
        for (int at = 0; at < key.length(); at++) {
            char character = key.charAt(at);
            if (character >= 'A' && character <= 'Z') {
                key.setCharAt(at, (char) (character + ('a' - 'A')));
            }
        }
        return key.toString();
    }

    /**
     * {@return the bytes of a label of any text, 1 to 63} What is too long is cut at a character.
     *
     * @param text of it, at least 16 bytes stay
     * @param number stays whole; 1: there is none
     * @param end of it, as much stays as the text leaves room for
     */
    static byte[] of(String text, int number, String end) {
        String whole = number == 1 ? "" : " (" + number + ")";
        int room = MOST - bytes(whole);
        String behind = cut(end, room - Math.min(bytes(text), LEAST_TEXT));
        String before = cut(text, room - bytes(behind)).stripTrailing();
        return (before + whole + behind).getBytes(StandardCharsets.UTF_8);
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static String cut(String text, int room) {
        int bytes = 0;
        for (int at = 0; at < text.length(); ) {
            String next = Character.toString(text.codePointAt(at));
            bytes += bytes(next);
            if (bytes > room) {
                return text.substring(0, at);
            }
            at += next.length();
        }
        return text;
    }
}
