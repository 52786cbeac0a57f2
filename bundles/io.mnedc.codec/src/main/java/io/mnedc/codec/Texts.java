package io.mnedc.codec;

/** What is done to a text on its way in and out. */
final class Texts {
    private Texts() {}

    /** Letters and marks without a shape of their own, in pairs of first and last. */
    private static final int[] UNSEEN = {
        0x034f, 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180f, 0x2800, 0x2800, 0x3164, 0x3164, 0xfe00, 0xfe0f,
        0xffa0, 0xffa0, 0xe0000, 0xe0fff
    };

    /**
     * Replaces what moves a cursor, begins a line, changes the direction of writing, or cannot be seen: what a peer says is
     * shown in logs and on terminals. These are the characters that {@code io.mnedc.api.text} replaces, too; a test of the
     * relay holds the two together, because the protocol stands on nothing else.
     */
    static String printable(String text) {
        int at = 0;
        while (at < text.length() && text.charAt(at) >= ' ' && text.charAt(at) <= '~') {
            at++;
        }
        if (at == text.length()) {
            return text;
        }
        StringBuilder shown = new StringBuilder(text);
        while (at < text.length()) {
            int character = text.codePointAt(at);
            int length = Character.charCount(character);
            if (!isPlain(character)) {
                shown.setCharAt(at, '?');
                shown.setCharAt(at + length - 1, '?');
            }
            at += length;
        }
        return shown.toString();
    }

    private static boolean isPlain(int character) {
        switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> {
                return false;
            }
            default -> {
                for (int i = 0; i < UNSEEN.length; i += 2) {
                    if (character >= UNSEEN[i] && character <= UNSEEN[i + 1]) {
                        return false;
                    }
                }
                return true;
            }
        }
    }

    /** Cuts at a character's border, so that at most so many UTF-8 bytes are left. */
    static String shortened(String text, int most) {
        int bytes = 0;
        int end = 0;
        while (end < text.length()) {
            int character = text.codePointAt(end);
            bytes += utf8Length(character);
            if (bytes > most) {
                return text.substring(0, end);
            }
            end += Character.charCount(character);
        }
        return text;
    }

    private static int utf8Length(int character) {
        boolean unpaired = character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE;
        if (character < 0x80 || unpaired) { // Java writes an unpaired surrogate as a question mark
            return 1;
        }
        if (character < 0x800) {
            return 2;
        }
        return character < 0x10000 ? 3 : 4;
    }
}
