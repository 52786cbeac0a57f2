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
    private static final int LIMIT = 64 * 1024;

    private RecordFile() {}

    public static Properties read(Path file) throws IOException {
        Properties fields = new Properties();
        String text = new String(PrivateFiles.read(file, LIMIT), StandardCharsets.UTF_8);
        if (!text.endsWith("\n")) {
            throw wrong(file, "its last line has no line end, so it may be half written");
        }
        try {
            fields.load(new StringReader(text));
        } catch (IllegalArgumentException e) {
            throw wrong(file, "it has a malformed \\u escape");
        }
        return fields;
    }

    public static void write(Path file, Properties fields) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String name : new TreeSet<>(fields.stringPropertyNames())) {
            text.append(name).append('=').append(fields.getProperty(name)).append('\n');
        }
        PrivateFiles.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    public static String text(Path file, Properties fields, String name) throws IOException {
        String value = fields.getProperty(name);
        if (value == null) {
            throw wrong(file, "it has no '" + name + "'");
        }
        return value.strip();
    }

    public static Instant instant(Path file, Properties fields, String name) throws IOException {
        try {
            return Instant.parse(text(file, fields, name));
        } catch (DateTimeException e) {
            throw wrong(file, "'" + name + "' is no time such as 2030-01-31T12:00:00Z");
        }
    }

    public static int number(Path file, Properties fields, String name) throws IOException {
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
    public static Set<String> words(Path file, Properties fields, String name, UnaryOperator<Set<String>> check)
            throws IOException {
        String words = text(file, fields, name);
        try {
            return words.isEmpty() ? Set.of() : check.apply(Set.of(words.split("\\s+")));
        } catch (IllegalArgumentException e) {
            throw wrong(file, String.valueOf(e.getMessage()));
        }
    }

    private static IOException wrong(Path file, String why) {
        return new IOException(PlainText.of(file + " is damaged (" + why + "): mend it, or remove it"));
    }
}
