package io.mnedc.codec;

/** What is done to a text on its way in and out. */
final class Texts {
    private Texts() {}

    /**
     * Replaces control characters (U+0000 to U+001F, U+007F to U+009F): what a peer says is shown in logs and on
     * terminals.
     */
    static String printable(String text) {
        int at = 0;
        while (at < text.length() && !Character.isISOControl(text.charAt(at))) {
            at++;
        }
        if (at == text.length()) {
            return text;
        }
        StringBuilder shown = new StringBuilder(text);
        for (int i = at; i < shown.length(); i++) {
            if (Character.isISOControl(shown.charAt(i))) {
                shown.setCharAt(i, '?');
            }
        }
        return shown.toString();
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
