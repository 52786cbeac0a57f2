package io.mnedc.files;

import io.mnedc.api.text.PlainText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Files that only their owner may read, and that are never half written: a reader sees the old content or the new one,
 * also after a crash. Where the file system knows no POSIX permissions, the platform's defaults guard them.
 */
public final class PrivateFiles {
    private static final String TEMPORARY = ".tmp";
    private static final Duration ABANDONED = Duration.ofHours(1);

    private PrivateFiles() {}

    /**
     * Makes a directory for its owner only, or checks that it is one, and that root does not work in that of another user.
     *
     * @param directory to make, parents too
     * @throws IOException if others have access to it (the message has the cure), or it cannot be made
     */
    public static void directory(Path directory) throws IOException {
        if (make(directory)) {
            return;
        }
        DirectoryOwner.check(directory);
        check(directory, "700");
        removeAbandoned(directory);
    }

    /**
     * Makes a directory for its owner only, if it is not there. It checks nothing.
     *
     * @param directory to make, parents too
     * @return whether this call has made it, and nobody else before or in the same moment
     * @throws IOException if it cannot be made
     */
    public static boolean make(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return false;
        }
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        try {
            Files.createDirectory(directory, attributes(directory, "rwx------"));
        } catch (FileAlreadyExistsException e) {
            if (Files.isDirectory(directory)) {
                return false;
            }
            throw e;
        }
        return true;
    }

    /**
     * Checks that only its owner can read a file.
     *
     * @param file to check
     * @throws IOException if others can; the message has the cure
     */
    public static void check(Path file) throws IOException {
        check(file, "600");
    }

    private static void check(Path path, String mode) throws IOException {
        if (!posix(path)) {
            return;
        }
        Set<PosixFilePermission> others = EnumSet.copyOf(PosixFilePermissions.fromString("---rwxrwx"));
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
        others.retainAll(permissions);
        if (!others.isEmpty()) {
            throw new IOException(path + " is open to others than its owner ("
                    + PosixFilePermissions.toString(permissions) + "): run  chmod " + mode + " " + path
                    + "  and, if others could have read it, replace the keys in it");
        }
    }

    /**
     * Replaces a file's content: written beside it, synced, renamed. A link is replaced, not followed.
     *
     * @param file to replace or make
     * @param content what it shall be
     * @throws IOException if it could not be written; then the old content is there
     */
    public static void write(Path file, byte[] content) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new FileSystemException(file.toString(), null, "is no file");
        }
        DirectoryOwner.check(directory);
        String suffix = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        Path temporary = directory.resolve("." + file.getFileName() + "." + suffix + TEMPORARY);
        try {
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                    attributes(directory, "rw-------"))) {
                ByteBuffer rest = ByteBuffer.wrap(content);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (FileSystemException e) {
            Files.deleteIfExists(temporary);
            throw e;
        } catch (IOException e) {
            Files.deleteIfExists(temporary);
            // "No space left on device" alone does not say on which
            FileSystemException named = new FileSystemException(file.toString(), null, PlainText.of(e));
            named.initCause(e);
            throw named;
        }
        sync(directory);
    }

    /**
     * Opens a file to read and write it, and makes it for its owner only if it is not there. No link is followed.
     *
     * @param file to open; a pipe does not block
     * @return the file
     * @throws IOException if it cannot be opened, or is a link (the message has the cure)
     */
    public static FileChannel open(Path file) throws IOException {
        try {
            // for reading, too: to open a pipe for writing only might never end
            return FileChannel.open(
                    file,
                    Set.of(
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            LinkOption.NOFOLLOW_LINKS),
                    attributes(file, "rw-------"));
        } catch (IOException e) {
            throw Files.isSymbolicLink(file)
                    ? new IOException(file + " is a symbolic link, which is not followed: remove it", e)
                    : e;
        }
    }

    /** Makes an empty file, for its owner only, in place of what has this name. */
    public static void createEmpty(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, attributes(file, "rw-------"));
    }

    /**
     * Reads a whole file.
     *
     * @param file to read
     * @param limit bytes that it may have at most
     * @return its content
     * @throws IOException if it cannot be read, is larger, or is none: reading a pipe might never end
     */
    public static byte[] read(Path file, int limit) throws IOException {
        if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
            throw new FileSystemException(file.toString(), null, "is not a file with text: move it away");
        }
        try (var in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(limit + 1);
            if (content.length > limit) {
                throw new IOException(file + " is larger than " + limit + " bytes and is not read");
            }
            return content;
        }
    }

    /** Deletes a file for good, if it is there. */
    public static boolean delete(Path file) throws IOException {
        boolean was = Files.deleteIfExists(file);
        Path directory = file.toAbsolutePath().getParent();
        if (was && directory != null) {
            sync(directory);
        }
        return was;
    }

    /** What a writer left that died before its rename. Young ones may be somebody's at work. */
    private static void removeAbandoned(Path directory) throws IOException {
        try (var files = Files.newDirectoryStream(directory, ".*" + TEMPORARY)) {
            for (Path file : files) {
                removeAbandonedFile(file);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private static void removeAbandonedFile(Path file) throws IOException {
        try {
            Instant written = Files.getLastModifiedTime(file).toInstant();
            if (written.isBefore(Instant.now().minus(ABANDONED))) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            // its writer has renamed it meanwhile
        }
    }

    /** Makes sure that new, renamed and deleted names in a directory are so after a crash, too. */
    public static void sync(Path directory) throws IOException {
        if (posix(directory)) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static FileAttribute<?>[] attributes(Path near, String permissions) {
        return near.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static boolean posix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
