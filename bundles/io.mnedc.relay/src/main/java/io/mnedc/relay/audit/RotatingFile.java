package io.mnedc.relay.audit;

import io.mnedc.api.text.PlainText;
import io.mnedc.files.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A text file that only its owner can read, which makes way for a new one when it is large. Of one thread. */
final class RotatingFile {
    static final int KEPT = 5;

    private static final long MOST_BYTES = 10 << 20;
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final Path path;
    private final long mostBytes;
    private @Nullable FileChannel channel;
    /** Whether its last line may be one that was cut off by a crash. */
    private boolean cut;

    RotatingFile(Path path) {
        this(path, MOST_BYTES);
    }

    RotatingFile(Path path, long mostBytes) {
        this.path = path;
        this.mostBytes = mostBytes;
    }

    /**
     * Opens it, and writes nothing yet: a disk may be full.
     *
     * @throws IOException if that is not possible; the message has the cure
     */
    void open() throws IOException {
        try {
            opened();
        } catch (IOException e) {
            String why = PlainText.of(e);
            if (e instanceof FileSystemException fault) {
                why = fault.getReason() != null
                        ? fault.getReason()
                        : e.getClass().getSimpleName();
            }
            throw new IOException(
                    path + " cannot be opened (" + why + "): make it a file that the user of this process may write, or"
                            + " move it away, then a new one is begun",
                    e);
        }
    }

    private FileChannel opened() throws IOException {
        FileChannel present = channel;
        if (present != null) {
            return present;
        }
        boolean posix = Files.getFileStore(path.toAbsolutePath().getParent()).supportsFileAttributeView("posix");
        FileChannel fresh = PrivateFiles.open(path);
        try {
            if (posix) {
                Files.setPosixFilePermissions(path, OWNER_ONLY);
            }
            fresh.position(fresh.size());
        } catch (IOException e) {
            fresh.close();
            throw e;
        }
        channel = fresh;
        cut = true;
        return fresh;
    }

    private static void endLine(FileChannel file) throws IOException {
        long size = file.size();
        ByteBuffer last = ByteBuffer.allocate(1);
        if (size > 0 && file.read(last, size - 1) == 1 && last.get(0) != '\n') {
            file.write(ByteBuffer.wrap(new byte[] {'\n'}));
        }
    }

    /** Appends whole lines. */
    void append(String lines) throws IOException {
        FileChannel file = opened();
        if (file.size() >= mostBytes) {
            rotate(file);
            file = opened();
        } else if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            // somebody has moved it away
            close();
            file = opened();
        }
        ByteBuffer bytes = ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8));
        try {
            if (cut) {
                endLine(file);
                cut = false;
            }
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        } catch (IOException e) {
            // the next attempt opens it again, and ends the half line
            close();
            throw e;
        }
    }

    private void rotate(FileChannel file) throws IOException {
        file.force(false);
        close();
        for (int i = KEPT - 1; i >= 0; i--) {
            Path from = i == 0 ? path : numbered(i);
            if (Files.exists(from, LinkOption.NOFOLLOW_LINKS)) {
                Files.move(from, numbered(i + 1), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }

    private Path numbered(int number) {
        return path.resolveSibling(path.getFileName() + "." + number);
    }

    void sync() throws IOException {
        FileChannel present = channel;
        if (present != null) {
            present.force(false);
        }
    }

    void close() {
        FileChannel present = channel;
        channel = null;
        if (present != null) {
            try {
                present.close();
            } catch (IOException e) {
                // everything that can be lost was synced before
                return;
            }
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
