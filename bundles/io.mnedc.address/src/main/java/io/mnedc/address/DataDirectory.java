package io.mnedc.address;

import io.mnedc.api.text.PlainText;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
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
            if (!Files.isDirectory(path)) {
                Path parent = path.getParent();
                if (parent != null) {
                    Files.createDirectories(parent);
                }
                make(path);
            }
            keepRootOut(path);
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

    private static void make(Path path) throws IOException {
        try {
            Files.createDirectory(path, mode(path, "rwx------"));
        } catch (FileAlreadyExistsException e) {
            // another process may have been first: which of the two has it, its lock tells
            if (!Files.isDirectory(path)) {
                throw e;
            }
        }
    }

    /** In the directory of another user a link could stand for any file of the system. */
    private static void keepRootOut(Path path) throws IOException {
        String root = "root";
        if (path.getFileSystem().supportedFileAttributeViews().contains("posix")
                && root.equals(System.getProperty("user.name"))
                && !root.equals(Files.getOwner(path).getName())) {
            throw new IOException("it belongs to the user " + Files.getOwner(path)
                    + ", and root does not work there: run this as that user, or  chown -R -h root " + path);
        }
    }

    private static FileChannel lock(Path path) throws IOException {
        FileChannel channel = open(path, path.resolve(LOCK));
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

    private static FileChannel open(Path path, Path file) throws IOException {
        try {
            // for reading, too: to open a pipe for writing only might never end
            return FileChannel.open(
                    file,
                    Set.of(
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            LinkOption.NOFOLLOW_LINKS),
                    mode(path, "rw-------"));
        } catch (IOException e) {
            throw Files.isSymbolicLink(file)
                    ? new IOException(file + " is a symbolic link, which is not followed: remove it", e)
                    : e;
        }
    }

    /** {@return the attributes of a new file: for its owner only, where the file system knows owners} */
    private static FileAttribute<?>[] mode(Path path, String permissions) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    Path resolve(String name) {
        return path.resolve(name);
    }

    /** Makes an empty file in place of what has this name. */
    Path createAnew(String name) throws IOException {
        Path file = path.resolve(name);
        Files.deleteIfExists(file);
        return Files.createFile(file, mode(path, "rw-------"));
    }

    /** Gives a complete and synced file its name, at once and for good. */
    void publish(Path file, String name) throws IOException {
        Files.move(file, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel directory = FileChannel.open(path, StandardOpenOption.READ)) {
            directory.force(true);
        }
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
