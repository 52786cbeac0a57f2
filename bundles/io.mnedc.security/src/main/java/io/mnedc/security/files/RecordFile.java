package io.mnedc.security.files;

import io.mnedc.api.text.PlainText;
import io.mnedc.files.PrivateFiles;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** Small files of {@code name=value} lines that people may read and mend. */
public final class RecordFile {
    /** The most characters of one. */
    public static final int LIMIT = 64 * 1024;

    private RecordFile() {}

    public static Properties read(Path file) throws IOException {
        return parse(file, new String(PrivateFiles.read(file, LIMIT), StandardCharsets.UTF_8));
    }

    /**
     * Reads the text of such a file.
     *
     * @param place where it is, in messages
     */
    public static Properties parse(Object place, String text) throws IOException {
        Properties fields = new Properties();
        if (text.length() > LIMIT) {
            throw wrong(place, "it has more than " + LIMIT + " characters");
        }
        if (!text.endsWith("\n")) {
            throw wrong(place, "its last line has no line end, so it may be half written");
        }
        try {
            fields.load(new StringReader(text));
        } catch (IllegalArgumentException e) {
            throw wrong(place, "it has a malformed \\u escape");
        }
        return fields;
    }

    public static void write(Path file, Properties fields) throws IOException {
        PrivateFiles.write(file, format(fields).getBytes(StandardCharsets.UTF_8));
    }

    /** {@return the text of such a file} */
    public static String format(Properties fields) {
        StringBuilder text = new StringBuilder();
        for (String name : new TreeSet<>(fields.stringPropertyNames())) {
            text.append(name).append('=').append(fields.getProperty(name)).append('\n');
        }
        return text.toString();
    }

    public static String text(Object file, Properties fields, String name) throws IOException {
        String value = fields.getProperty(name);
        if (value == null) {
            throw wrong(file, "it has no '" + name + "'");
        }
        return value.strip();
    }

    public static Instant instant(Object file, Properties fields, String name) throws IOException {
        try {
            return Instant.parse(text(file, fields, name));
        } catch (DateTimeException e) {
            throw wrong(file, "'" + name + "' is no time such as 2030-01-31T12:00:00Z");
        }
    }

    public static int number(Object file, Properties fields, String name) throws IOException {
        try {
            return Integer.parseInt(text(file, fields, name));
        } catch (NumberFormatException e) {
            throw wrong(file, "'" + name + "' is no number");
        }
    }

    /**
     * Reads words that spaces part.
     *
     * @param check gives the words to return, or throws an IllegalArgumentException
     */
    public static Set<String> words(Object file, Properties fields, String name, UnaryOperator<Set<String>> check)
            throws IOException {
        String words = text(file, fields, name);
        try {
            return words.isEmpty() ? Set.of() : check.apply(Set.of(words.split("\\s+")));
        } catch (IllegalArgumentException e) {
            throw wrong(file, String.valueOf(e.getMessage()));
        }
    }

    private static IOException wrong(Object file, String why) {
        return new IOException(PlainText.of(file + " is damaged (" + why + "): mend it, or remove it"));
    }
}
