package io.mnedc.names.system;

import io.mnedc.api.text.PlainText;
import io.mnedc.files.DirectoryOwner;
import io.mnedc.files.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A hosts file, which is replaced in one step, with its owner and mode; whoever reads it sees the old text or the new one, also
 * after a crash. The new text is first in a temporary file beside it, which its writer keeps locked: what is not locked has been
 * left by a killed one.
 */
final class HostsFile {
    private static final Logger LOG = LoggerFactory.getLogger(HostsFile.class);
    private static final int MOST_BYTES = 1 << 20;
    private static final int MODE = 07777;
    private static final int REGULAR = 0100000;
    private static final int TYPE = 0170000;
    private static final String TEMPORARY = ".mnedc";

    private final Path file;
    private final Disk disk;

    /** What tells whether somebody else has changed the file. */
    record Stamp(Object number, FileTime changed, FileTime written, long size, int mode, int owner, int group) {
        /** {@return whether this is the same file with the same text; it may have got another name since} */
        boolean isSameText(Stamp other) {
            return number.equals(other.number) && written.equals(other.written) && size == other.size;
        }
    }

    /** The steps that may take long, as on a memory card that is busy with itself. */
    interface Disk {
        /** The disk of this host. */
        Disk REAL = new Disk() {};

        /** Has the disk write a text. */
        default void force(FileChannel channel) throws IOException {
            channel.force(true);
        }

        /** Puts a file in the place of another one. */
        default void move(Path from, Path to) throws IOException {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }

        /** Has the disk write the names in a directory. */
        default void sync(Path directory) throws IOException {
            PrivateFiles.sync(directory);
        }
    }

    /**
     * Changes nothing.
     *
     * @param file absolute
     */
    HostsFile(Path file, Disk disk) {
        this.file = file;
        this.disk = disk;
    }

    /** {@return its text, each character a byte} */
    String read() throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw tooLarge("is");
        }
        String text = new String(PrivateFiles.read(file, MOST_BYTES), StandardCharsets.ISO_8859_1);
        if (text.indexOf('\0') >= 0) {
            throw new IOException(file + " is no text: it has bytes of zero; it is left alone");
        }
        return text;
    }

    /** {@return what the file is now; no link is followed} */
    Stamp stamp() throws IOException {
        return stamp(file);
    }

    private static Stamp stamp(Path file) throws IOException {
        Map<String, @Nullable Object> found;
        try {
            found = Files.readAttributes(
                    file, "unix:ino,dev,ctime,lastModifiedTime,size,mode,uid,gid", LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            throw new IOException(file + " is not there: make it, or set hosts.file to another one", e);
        }
        int mode = (Integer) Objects.requireNonNull(found.get("mode"));
        if ((mode & TYPE) != REGULAR) {
            throw new IOException(file + " is a link, or something else than a file with text; no link is followed: set"
                    + " hosts.file to the file itself");
        }
        return new Stamp(
                List.of(Objects.requireNonNull(found.get("ino")), Objects.requireNonNull(found.get("dev"))),
                (FileTime) Objects.requireNonNull(found.get("ctime")),
                (FileTime) Objects.requireNonNull(found.get("lastModifiedTime")),
                (Long) Objects.requireNonNull(found.get("size")),
                mode & MODE,
                (Integer) Objects.requireNonNull(found.get("uid")),
                (Integer) Objects.requireNonNull(found.get("gid")));
    }

    /**
     * Replaces the text.
     *
     * @param before what the file was when its text was read
     * @return what it was right after that, which does not equal what it is now if another program has changed it meanwhile;
     *     null: another program changes it, so nothing has been done
     */
    @Nullable
    Stamp replace(Stamp before, String text) throws IOException {
        if (text.length() > MOST_BYTES) {
            throw tooLarge("would become");
        }
        Path directory = directory();
        Path target = directory.resolve(file.getFileName());
        String random = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        Path temporary = directory.resolve("." + file.getFileName() + "." + random + TEMPORARY);
        Stamp own;
        try (FileChannel channel = FileChannel.open(
                temporary,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            if (!lock(channel) || !Files.exists(temporary, LinkOption.NOFOLLOW_LINKS)) {
                // another process has taken it for a leftover, in the moment before it was locked
                return null;
            }
            write(channel, text);
            makeAlike(temporary, before);
            disk.force(channel);
            own = stamp(temporary);
            if (!stamp(target).equals(before)) {
                Files.deleteIfExists(temporary);
                return null;
            }
            disk.move(temporary, target);
        } catch (IOException e) {
            Files.deleteIfExists(temporary);
            throw new IOException(
                    file + " cannot be replaced: " + reason(e)
                            + "; the device needs write access to " + directory
                            + ", and in a container the file must not be a mount of its own; else set system.resolver = off",
                    e);
        }
        // before the directory is written, which may take long
        Stamp after = stamp(target);
        disk.sync(directory);
        return after.isSameText(own) ? after : own;
    }

    private IOException tooLarge(String how) {
        return new IOException(
                file + " " + how + " larger than " + MOST_BYTES
                        + " bytes, which is the most: remove lines that nobody needs, or set system.resolver to resolved or off");
    }

    private Path directory() throws IOException {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IOException(file + " is no file");
        }
        return DirectoryOwner.checkWithParents(parent);
    }

    private static String reason(IOException e) {
        String reason = e instanceof FileSystemException system ? system.getReason() : null;
        return reason == null ? PlainText.of(e) : reason;
    }

    private static void write(FileChannel channel, String text) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        while (rest.hasRemaining()) {
            channel.write(rest);
        }
    }

    private static void makeAlike(Path temporary, Stamp like) throws IOException {
        Stamp own = stamp(temporary);
        if (own.owner() != like.owner()) {
            Files.setAttribute(temporary, "unix:uid", like.owner(), LinkOption.NOFOLLOW_LINKS);
        }
        if (own.group() != like.group()) {
            Files.setAttribute(temporary, "unix:gid", like.group(), LinkOption.NOFOLLOW_LINKS);
        }
        // last: a change of the owner takes bits of it away
        Files.setAttribute(temporary, "unix:mode", like.mode());
    }

    /** Removes the temporary files of killed processes of this user. Those that somebody writes to just now stay. */
    void removeAbandoned() {
        Pattern names = Pattern.compile(
                Pattern.quote("." + file.getFileName() + ".") + "[0-9a-f]{16}" + Pattern.quote(TEMPORARY));
        try (DirectoryStream<Path> found = Files.newDirectoryStream(
                directory(),
                each -> names.matcher(each.getFileName().toString()).matches())) {
            for (Path each : found) {
                removeIfAbandoned(each);
            }
        } catch (IOException | DirectoryIteratorException e) {
            // nobody has been able to write there either
            LOG.debug("the directory of {} cannot be used", file, e);
        }
    }

    private static void removeIfAbandoned(Path temporary) {
        try {
            if (stamp(temporary).owner() != DirectoryOwner.user()) {
                return;
            }
            // for reading, too: to open a pipe for writing only might never end
            try (FileChannel channel = FileChannel.open(
                    temporary, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS))) {
                if (lock(channel) && Files.deleteIfExists(temporary)) {
                    LOG.info("removed {}, which a killed process had left", temporary);
                }
            }
        } catch (IOException e) {
            // a link, or it has gone meanwhile
            LOG.debug("{} is left alone", temporary, e);
        }
    }

    /** {@return whether nobody else has it locked} */
    private static boolean lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            // in this process: another framework, or another bundle of its own
            return false;
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
