package io.mnedc.features.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Makes an archive for Karaf of a repository with a features file and all bundles, so that the gateway needs no Maven
 * repository. Karaf makes the features known and starts none: people install what they want.
 */
public final class KarafArchive {
    private KarafArchive() {}

    /** Arguments: the file to write, a time, the repository. */
    public static void main(String[] args) throws IOException {
        write(Path.of(args[0]), Instant.parse(args[1]), Path.of(args[2]));
    }

    static void write(Path file, Instant time, Path repository) throws IOException {
        List<Path> content;
        try (Stream<Path> files = Files.walk(repository)) {
            content = files.filter(KarafArchive::wanted).sorted().toList();
        }
        if (content.stream().noneMatch(each -> each.toString().endsWith("-features.xml"))) {
            throw new IOException(repository + " has no features file");
        }
        try (Archive archive = new Archive(file, time, Map.of("", Map.of("Karaf-Feature-Start", "false")))) {
            for (Path each : content) {
                archive.add("repository/" + repository.relativize(each), each);
            }
        }
    }

    /** Metadata of the machine that made the repository is not. */
    private static boolean wanted(Path file) {
        return file.toString().endsWith(".jar") || file.toString().endsWith("-features.xml");
    }
}
