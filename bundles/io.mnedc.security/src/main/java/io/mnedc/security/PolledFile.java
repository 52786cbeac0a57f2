package io.mnedc.security;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A text file that people and other processes edit. Reading it again costs one look at its attributes. Not thread-safe. */
final class PolledFile {
    /** File times may be this coarse: a file so young may change again without showing it. */
    private static final Duration COARSE = Duration.ofSeconds(2);

    private record Stamp(
            Instant modified, long size, @Nullable Object key) {
        static final Stamp MISSING = new Stamp(Instant.EPOCH, -1, null);
    }

    private final Path file;
    private final int limit;
    private @Nullable Stamp stamp;
    private boolean young;
    private boolean vanished;
    private String content = "";

    PolledFile(Path file, int limit) {
        this.file = file;
        this.limit = limit;
    }

    /** {@return the lines, if they are others than at the last call; a missing file has none} */
    Optional<List<String>> changed() throws IOException {
        Stamp now = stamp();
        if (now.equals(stamp) && !young) {
            vanished = false;
            return Optional.empty();
        }
        boolean first = stamp == null;
        if (now.equals(Stamp.MISSING) && !first && !vanished) {
            // some editors remove a file before they write it: what it forbids must not be allowed meanwhile
            vanished = true;
            return Optional.empty();
        }
        String text =
                now.equals(Stamp.MISSING) ? "" : new String(PrivateFiles.read(file, limit), StandardCharsets.UTF_8);
        vanished = false;
        stamp = now;
        young = now.modified.plus(COARSE).isAfter(Instant.now());
        if (text.equals(content) && !first) {
            return Optional.empty();
        }
        content = text;
        return Optional.of(text.lines().toList());
    }

    private Stamp stamp() throws IOException {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(
                    attributes.lastModifiedTime().toInstant(),
                    attributes.size(),
                    Objects.toString(attributes.fileKey()));
        } catch (NoSuchFileException e) {
            return Stamp.MISSING;
        }
    }
}
