package io.mnedc.address;

import io.mnedc.api.text.PlainText;
import io.mnedc.files.DirectoryOwner;
import io.mnedc.files.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/** The directory of the leases, held by one process at a time. */
final class DataDirectory implements AutoCloseable {
    private static final String LOCK = "leases.lock";

    private final Path path;
    private final FileChannel lock;

    private DataDirectory(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /** Makes the directory if need be and takes hold of it. */
    static DataDirectory open(Path path) throws IOException {
        try {
            PrivateFiles.make(path);
            DirectoryOwner.check(path);
            return new DataDirectory(path, lock(path));
        } catch (DirectoryInUseException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException(
                    "cannot use data directory " + path + " (" + PlainText.of(e)
                            + "): give this process the right to write there, or set data.dir of " + Config.PID
                            + " to another directory",
                    e);
        }
    }

    private static FileChannel lock(Path path) throws IOException {
        FileChannel channel = PrivateFiles.open(path.resolve(LOCK));
        @Nullable FileLock held = null;
        try {
            held = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            throw new DirectoryInUseException(path, e);
        } finally {
            if (held == null) {
                channel.close();
            }
        }
        if (held == null) {
            throw new DirectoryInUseException(path, null);
        }
        return channel;
    }

    Path resolve(String name) {
        return path.resolve(name);
    }

    /** Makes an empty file in place of what has this name. */
    Path createAnew(String name) throws IOException {
        Path file = path.resolve(name);
        PrivateFiles.createEmpty(file);
        return file;
    }

    /** Gives a complete and synced file its name, at once and for good. */
    void publish(Path file, String name) throws IOException {
        Files.move(file, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        PrivateFiles.sync(path);
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    @Override
    public String toString() {
        return path.toString();
    }

    /** Somebody else has the directory. */
    static final class DirectoryInUseException extends IOException {
        private static final long serialVersionUID = 1L;

        DirectoryInUseException(Path path, @Nullable Throwable cause) {
            super(
                    "data directory " + path + " is in use by another process: stop that one, or set data.dir of "
                            + Config.PID + " to another directory",
                    cause);
        }
    }
}
