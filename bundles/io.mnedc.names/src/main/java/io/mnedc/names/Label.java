package io.mnedc.names;

import java.nio.charset.StandardCharsets;
import org.xbill.DNS.Name;

/** Labels of DNS names, as bytes and as keys of tables. */
final class Label {
    private static final int MOST = 63;

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

    /** {@return the bytes of a label of any text, with an end that stays whole; the text before it is cut at a character} */
    static byte[] of(String text, String end) {
        int room = MOST - end.getBytes(StandardCharsets.UTF_8).length;
        StringBuilder fit = new StringBuilder();
        int bytes = 0;
        for (int at = 0; at < text.length(); ) {
            int character = text.codePointAt(at);
            String next = Character.toString(character);
            bytes += next.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > room) {
                break;
            }
            fit.append(next);
            at += next.length();
        }
        return (fit.toString().stripTrailing() + end).getBytes(StandardCharsets.UTF_8);
    }
}
