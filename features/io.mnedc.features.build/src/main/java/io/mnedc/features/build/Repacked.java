package io.mnedc.features.build;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Writes a jar anew: the same content in a fixed order and with the build's time. bnd stamps the runnable jars that it
 * exports with the time of day, so that no two builds make the same bytes.
 */
public final class Repacked {
    private Repacked() {}

    /** Arguments: the jar to read, the file to write, a time. */
    public static void main(String[] args) throws IOException {
        write(Path.of(args[0]), Path.of(args[1]), Instant.parse(args[2]));
    }

    static void write(Path jar, Path file, Instant time) throws IOException {
        try (ZipFile in = new ZipFile(jar.toFile());
                Archive out = new Archive(file, time)) {
            // directories are of no use in a jar
            List<? extends ZipEntry> entries = in.stream()
                    .filter(entry -> !entry.isDirectory())
                    .sorted(Comparator.comparing(
                                    (ZipEntry entry) -> !entry.getName().equals(Archive.MANIFEST))
                            .thenComparing(ZipEntry::getName))
                    .toList();
            for (ZipEntry entry : entries) {
                out.add(entry.getName(), in.getInputStream(entry).readAllBytes());
            }
        }
    }
}
