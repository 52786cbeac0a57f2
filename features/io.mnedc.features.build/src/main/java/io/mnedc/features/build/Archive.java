package io.mnedc.features.build;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A jar whose entries are in the order in which they were added, the manifest first, with the build's time: two builds
 * make the same bytes.
 */
final class Archive implements AutoCloseable {
    static final String MANIFEST = JarFile.MANIFEST_NAME;

    /** What may stand in one line of a manifest, in bytes. */
    private static final int LINE = 70;

    private final ZipOutputStream out;
    private final LocalDateTime time;

    /**
     * Begins a jar.
     *
     * @param file to write
     * @param time of all entries
     * @param manifest its sections in order, each a name (empty for the first) and its headers
     */
    Archive(Path file, Instant time, Map<String, Map<String, String>> manifest) throws IOException {
        this(file, time);
        add(MANIFEST, bytes(manifest));
    }

    /** Begins a jar whose manifest is to be added as its first entry. */
    Archive(Path file, Instant time) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        this.out = new ZipOutputStream(Files.newOutputStream(file), StandardCharsets.UTF_8);
        this.time = LocalDateTime.ofInstant(time, ZoneOffset.UTC);
    }

    private static byte[] bytes(Map<String, Map<String, String>> manifest) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        manifest.forEach((section, headers) -> {
            if (section.isEmpty()) {
                line(text, "Manifest-Version", "1.0");
            } else {
                line(text, "Name", section);
            }
            headers.forEach((name, value) -> line(text, name, value));
            text.writeBytes(new byte[] {'\r', '\n'});
        });
        return text.toByteArray();
    }

    private static void line(ByteArrayOutputStream text, String name, String value) {
        byte[] line = (name + ": " + value).getBytes(StandardCharsets.UTF_8);
        text.write(line, 0, Math.min(LINE, line.length));
        for (int at = LINE; at < line.length; at += LINE - 1) {
            text.writeBytes(new byte[] {'\r', '\n', ' '});
            text.write(line, at, Math.min(LINE - 1, line.length - at));
        }
        text.writeBytes(new byte[] {'\r', '\n'});
    }

    void add(String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(time);
        out.putNextEntry(entry);
        out.write(content);
        out.closeEntry();
    }

    void add(String name, Path file) throws IOException {
        add(name, Files.readAllBytes(file));
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
