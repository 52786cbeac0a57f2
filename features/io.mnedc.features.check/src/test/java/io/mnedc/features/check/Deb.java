package io.mnedc.features.check;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * A Debian package or a tar.gz, read without Debian's tools.
 *
 * @param control the control files by their names; none in a tar.gz
 * @param data what is installed, by its path without leading dot and slash
 */
record Deb(Map<String, String> control, Map<String, Item> data) {
    /**
     * What is installed.
     *
     * @param kind d, f or l
     * @param mode permission bits
     * @param owner user and group, with a colon
     * @param content of a file, or where a link goes
     * @param time last change, in seconds
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Item(char kind, int mode, String owner, byte[] content, long time) {
        String text() {
            return new String(content, StandardCharsets.UTF_8);
        }

        /** {@return owner and mode, as a test writes them} */
        String rights() {
            return owner + " " + Integer.toOctalString(mode);
        }
    }

    static Deb ofPackage(Path file) throws IOException {
        List<String> parts = new ArrayList<>();
        Map<String, String> control = Map.of();
        Map<String, Item> data = Map.of();
        try (ArArchiveInputStream in = new ArArchiveInputStream(Files.newInputStream(file))) {
            for (ArArchiveEntry part = in.getNextEntry(); part != null; part = in.getNextEntry()) {
                parts.add(part.getName());
                switch (part.getName()) {
                    case "control.tar.gz" -> control = texts(tar(in));
                    case "data.tar.gz" -> data = tar(in);
                    default -> in.readAllBytes();
                }
            }
        }
        if (!parts.equals(List.of("debian-binary", "control.tar.gz", "data.tar.gz"))) {
            throw new IOException(file + " has the parts " + parts);
        }
        return new Deb(control, data);
    }

    static Deb ofTar(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new Deb(Map.of(), tar(in));
        }
    }

    private static Map<String, Item> tar(InputStream compressed) throws IOException {
        Map<String, Item> items = new LinkedHashMap<>();
        // the stream around it belongs to the caller
        TarArchiveInputStream in = new TarArchiveInputStream(
                new GzipCompressorInputStream(new ByteArrayInputStream(compressed.readAllBytes())));
        for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
            String name = entry.getName().replaceAll("^\\./|/$", "");
            items.put(name, item(entry, in.readAllBytes()));
        }
        return items;
    }

    private static Item item(TarArchiveEntry entry, byte[] content) {
        char kind = entry.isDirectory() ? 'd' : entry.isSymbolicLink() ? 'l' : 'f';
        return new Item(
                kind,
                entry.getMode() & 07777,
                entry.getUserName() + ":" + entry.getGroupName(),
                kind == 'l' ? entry.getLinkName().getBytes(StandardCharsets.UTF_8) : content,
                entry.getLastModifiedTime().to(TimeUnit.SECONDS));
    }

    private static Map<String, String> texts(Map<String, Item> items) {
        Map<String, String> texts = new LinkedHashMap<>();
        items.forEach((name, item) -> texts.put(name, item.text()));
        return texts;
    }

    String control(String name) {
        String text = control.get(name);
        if (text == null) {
            throw new IllegalStateException("no " + name + " among " + control.keySet());
        }
        return text;
    }

    Item data(String path) {
        Item item = data.get(path);
        if (item == null) {
            throw new IllegalStateException("no " + path + " among " + data.keySet());
        }
        return item;
    }

    /** {@return the paths of all but directories} */
    Set<String> files() {
        return data.keySet().stream().filter(path -> data(path).kind != 'd').collect(Collectors.toSet());
    }

    /** Writes all that would be installed below a directory, with its modes; owners are those of the caller. */
    void unpack(Path root) throws IOException {
        for (Map.Entry<String, Item> each : data.entrySet()) {
            Path path = root.resolve(each.getKey());
            Item item = each.getValue();
            if (item.kind == 'd') {
                Files.createDirectories(path);
                continue;
            }
            Files.createDirectories(path.getParent());
            if (item.kind == 'l') {
                Files.createSymbolicLink(path, Path.of(item.text()));
            } else {
                Files.write(path, item.content);
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions(item.mode)));
            }
        }
    }

    private static String permissions(int mode) {
        StringBuilder text = new StringBuilder();
        for (int bit = 8; bit >= 0; bit--) {
            text.append((mode >> bit & 1) == 0 ? '-' : "xwr".charAt(bit % 3));
        }
        return text.toString();
    }
}
