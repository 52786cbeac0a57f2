package io.mnedc.security.tool;

import io.mnedc.files.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of settings as the launcher writes it and people edit it: {@code key="text"}, {@code key=I"1"},
 * {@code key=["one", "two"]}, a backslash at a line's end before what goes on in the next, {@code #} before remarks.
 */
record SettingsFile(List<String> lines) {
    private static final int LIMIT = 1 << 20;
    private static final Pattern VALUE = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");

    SettingsFile {
        lines = List.copyOf(lines);
    }

    /** Reads it; a missing one has no settings. */
    static SettingsFile read(Path file) throws IOException {
        List<String> whole = new ArrayList<>();
        try {
            StringBuilder line = new StringBuilder();
            String text = new String(PrivateFiles.read(file, LIMIT), StandardCharsets.UTF_8);
            for (String each : text.lines().toList()) {
                boolean goesOn = each.endsWith("\\");
                line.append(goesOn ? each.substring(0, each.length() - 1) : each);
                if (!goesOn) {
                    whole.add(line.toString().strip());
                    line.setLength(0);
                }
            }
            whole.add(line.toString().strip());
        } catch (NoSuchFileException e) {
            // nothing was set
            return new SettingsFile(List.of());
        }
        return new SettingsFile(whole);
    }

    /** {@return all texts of a setting} */
    List<String> all(String key) {
        List<String> values = new ArrayList<>();
        for (String line : lines) {
            int equals = line.indexOf('=');
            if (equals > 0 && line.substring(0, equals).strip().equals(key)) {
                values.clear();
                Matcher matcher = VALUE.matcher(line.substring(equals + 1));
                while (matcher.find()) {
                    values.add(matcher.group(1).replaceAll("\\\\(.)", "$1").strip());
                }
            }
        }
        return values;
    }

    /** {@return the text of a setting; empty if it is not there, or is empty} */
    Optional<String> one(String key) {
        return all(key).stream().filter(value -> !value.isEmpty()).findFirst();
    }
}
