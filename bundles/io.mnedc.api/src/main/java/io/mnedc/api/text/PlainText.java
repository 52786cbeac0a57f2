package io.mnedc.api.text;

import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/**
 * Text from elsewhere (peers, certificates, files, error messages of libraries) as one line that can be shown: nothing in it moves
 * a cursor, begins a line, changes the direction of writing, or cannot be seen. Everything that logs, prints or reports such
 * text takes it from here.
 */
public final class PlainText {
    private static final char INSTEAD = '?';
    /** Letters and marks without a shape of their own, in pairs of first and last. */
    private static final int[] UNSEEN = {
        0x034f, 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180f, 0x2800, 0x2800, 0x3164, 0x3164, 0xfe00, 0xfe0f,
        0xffa0, 0xffa0, 0xe0000, 0xe0fff
    };

    private PlainText() {}

    /**
     * Replaces what is not plain by question marks.
     *
     * @param text any
     * @return the same text if all of it is plain
     */
    public static String of(String text) {
        return cleaned(text, false);
    }

    /**
     * Replaces what is not plain, and cuts.
     *
     * @param text any
     * @param most characters that may be left, before "..."
     * @return the text, or its beginning
     */
    public static String of(String text, int most) {
        if (text.length() <= most) {
            return of(text);
        }
        return of(text.substring(0, most)) + "...";
    }

    /**
     * Says what is wrong, in one line.
     *
     * @param thrown by anything
     * @return its message; if it has none, or only the name of a file, what it is
     */
    public static String of(Throwable thrown) {
        String message =
                thrown instanceof FileSystemException file && file.getReason() == null ? of(file) : thrown.getMessage();
        return message == null ? thrown.getClass().getSimpleName() : of(message);
    }

    /** The library names the file only, and the class says what is wrong with it. */
    private static String of(FileSystemException thrown) {
        String what;
        if (thrown instanceof NoSuchFileException) {
            what = "there is no such file or directory";
        } else if (thrown instanceof AccessDeniedException) {
            what = "permission denied";
        } else if (thrown instanceof FileAlreadyExistsException) {
            what = "exists already";
        } else if (thrown instanceof NotDirectoryException) {
            what = "is not a directory";
        } else if (thrown instanceof DirectoryNotEmptyException) {
            what = "the directory is not empty";
        } else {
            what = thrown.getClass().getSimpleName();
        }
        return thrown.getMessage() == null ? what : thrown.getMessage() + ": " + what;
    }

    /**
     * Replaces what is not plain, but for line ends.
     *
     * @param text of several lines
     * @return the same text if all of it is plain
     */
    public static String lines(String text) {
        return cleaned(text, true);
    }

    private static String cleaned(String text, boolean lineEnds) {
        StringBuilder clean = null;
        int at = 0;
        while (at < text.length()) {
            int character = text.codePointAt(at);
            int length = Character.charCount(character);
            if (!isPlain(character) && !(lineEnds && (character == '\n' || character == '\r'))) {
                clean = clean == null ? new StringBuilder(text) : clean;
                for (int i = at; i < at + length; i++) {
                    clean.setCharAt(i, INSTEAD);
                }
            }
            at += length;
        }
        return clean == null ? text : clean.toString();
    }

    /**
     * Tells whether a character may be shown as it is.
     *
     * @param character a code point
     * @return whether it has a shape of its own, or is a blank
     */
    public static boolean isPlain(int character) {
        if (character >= ' ' && character <= '~') {
            return true;
        }
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
}
