package io.mnedc.files;

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
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A text file that people and other processes edit. Reading it again costs one look at its attributes. Not thread-safe. */
public final class PolledFile {
    /** File times may be this coarse: a file so young may change again without showing it. */
    private static final Duration COARSE = Duration.ofSeconds(2);
    /** How long it must have nothing in it to be taken for empty, however often one looks. */
    private static final Duration BARE = Duration.ofSeconds(2);

    private record Stamp(
            Instant modified, long size, @Nullable Object key) {
        static final Stamp MISSING = new Stamp(Instant.EPOCH, -1, null);
    }

    private final Path file;
    private final int limit;
    private final LongSupplier nanos;
    private @Nullable Stamp stamp;
    private boolean young;
    private boolean bare;
    private long bareSince;
    private String content = "";
    private boolean replaced;

    public PolledFile(Path file, int limit) {
        this(file, limit, System::nanoTime);
    }

    public PolledFile(Path file, int limit, LongSupplier nanos) {
        this.file = file;
        this.limit = limit;
        this.nanos = nanos;
    }

    /** {@return the lines, if they are others than at the last call; a missing file has none} */
    public Optional<List<String>> changed() throws IOException {
        Stamp now = stamp();
        if (now.equals(stamp) && !young) {
            bare = false;
            return Optional.empty();
        }
        boolean first = stamp == null;
        String text = now.equals(Stamp.MISSING) ? "" : read();
        if (!first && !content.isEmpty() && text.isEmpty() && beingRewritten()) {
            return Optional.empty();
        }
        bare = false;
        replaced = stamp == null || !Objects.equals(now.key(), stamp.key());
        stamp = now;
        young = now.modified.plus(COARSE).isAfter(Instant.now());
        if (text.equals(content) && !first) {
            return Optional.empty();
        }
        content = text;
        return Optional.of(text.lines().toList());
    }

    /** {@return the text as it was at the last call of {@link #changed}} */
    public String text() {
        return content;
    }

    /** {@return whether that was another file than before, put in its place, or none} */
    public boolean replaced() {
        return replaced;
    }

    /** {@return whether it was written, by its own account, so lately that somebody may be at it} */
    public boolean young() {
        return young;
    }

    /** {@return whether the text ends with a line end, as far as there is one} */
    public boolean wholeLines() {
        return content.isEmpty() || content.endsWith("\n");
    }

    /** Many editors remove or empty a file before they write it: what it forbids must not be allowed meanwhile. */
    private boolean beingRewritten() {
        long now = nanos.getAsLong();
        if (!bare) {
            bare = true;
            bareSince = now;
        }
        return now - bareSince < BARE.toNanos();
    }

    private String read() throws IOException {
        try {
            return new String(PrivateFiles.read(file, limit), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return ""; // removed since
        }
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
