package io.mnedc.names.system;

import io.mnedc.api.text.PlainText;
import io.mnedc.files.DirectoryOwner;
import io.mnedc.files.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A block with all names in the hosts file. The file is replaced in one step, with its owner and mode; whoever reads it sees the old
 * text or the new one, also after a crash.
 */
final class HostsHook implements Hook {
    private static final Logger LOG = LoggerFactory.getLogger(HostsHook.class);
    private static final int MOST_BYTES = 1 << 20;
    private static final int TRIES = 3;
    private static final int MODE = 07777;
    private static final int REGULAR = 0100000;
    private static final int TYPE = 0170000;

    /** What tells whether somebody else has changed the file. */
    private record Stamp(Object number, FileTime changed, long size, int mode, int owner, int group) {}

    private final Path file;
    private final HostsBlock block;
    private List<Wanted.Host> told = List.of();
    private @Nullable Stamp seen;

    /**
     * Changes nothing yet.
     *
     * @param file absolute
     * @param owner the device ID
     */
    HostsHook(Path file, String owner) {
        this.file = file;
        this.block = new HostsBlock(owner);
    }

    @Override
    public void apply(Wanted wanted) throws IOException {
        if (wanted.hosts().equals(told) && stamp(file).equals(seen)) {
            return;
        }
        put(block.lines(wanted.hosts()));
        told = wanted.hosts();
    }

    @Override
    public void undo() throws IOException {
        told = List.of();
        seen = null;
        if (isThere()) {
            put(List.of());
        }
    }

    /** {@return whether there is a file with something of this device in it, as far as it can be read} */
    boolean isThere() {
        try {
            return block.isIn(read());
        } catch (IOException e) {
            LOG.debug("{} cannot be read, so nothing of this device is in it", file, e);
            return false;
        }
    }

    @Override
    public String what() {
        return "by a block in " + file;
    }

    private void put(List<String> lines) throws IOException {
        for (int i = 0; i < TRIES; i++) {
            Stamp before = stamp(file);
            String text = read();
            String next;
            try {
                next = block.put(text, lines);
            } catch (IOException e) {
                throw new IOException(file + " " + e.getMessage(), e);
            }
            if (next.length() > MOST_BYTES) {
                throw new IOException(file + " would become larger than " + MOST_BYTES + " bytes");
            }
            if (next.equals(text)) {
                seen = before;
                return;
            }
            if (replace(before, next.getBytes(StandardCharsets.ISO_8859_1))) {
                return;
            }
        }
        throw new IOException(file + " is being changed by another program: it is tried again");
    }

    private String read() throws IOException {
        String text = new String(PrivateFiles.read(file, MOST_BYTES), StandardCharsets.ISO_8859_1);
        if (text.indexOf('\0') >= 0) {
            throw new IOException(file + " is no text: it has bytes of zero; it is left alone");
        }
        return text;
    }

    /** {@return what the file is now; no link is followed} */
    private static Stamp stamp(Path file) throws IOException {
        Map<String, @Nullable Object> found;
        try {
            found = Files.readAttributes(file, "unix:ino,dev,ctime,size,mode,uid,gid", LinkOption.NOFOLLOW_LINKS);
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
                (Long) Objects.requireNonNull(found.get("size")),
                mode & MODE,
                (Integer) Objects.requireNonNull(found.get("uid")),
                (Integer) Objects.requireNonNull(found.get("gid")));
    }

    /** {@return whether nobody else has changed it meanwhile} */
    private boolean replace(Stamp before, byte[] content) throws IOException {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IOException(file + " is no file");
        }
        Path directory = DirectoryOwner.checkWithParents(parent);
        Path target = directory.resolve(file.getFileName());
        String suffix = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        Path temporary = directory.resolve("." + file.getFileName() + "." + suffix + ".mnedc");
        try {
            write(temporary, content, before);
            if (!stamp(target).equals(before)) {
                Files.deleteIfExists(temporary);
                return false;
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            Files.deleteIfExists(temporary);
            throw new IOException(
                    file + " cannot be replaced: " + reason(e)
                            + "; the device needs write access to " + directory
                            + ", and in a container the file must not be a mount of its own; else set system.resolver = off",
                    e);
        }
        PrivateFiles.sync(directory);
        seen = stamp(target);
        return true;
    }

    private static String reason(IOException e) {
        String reason = e instanceof FileSystemException system ? system.getReason() : null;
        return reason == null ? PlainText.of(e) : reason;
    }

    private static void write(Path temporary, byte[] content, Stamp like) throws IOException {
        try (FileChannel channel = FileChannel.open(
                temporary,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            Stamp own = stamp(temporary);
            if (own.owner() != like.owner()) {
                Files.setAttribute(temporary, "unix:uid", like.owner(), LinkOption.NOFOLLOW_LINKS);
            }
            if (own.group() != like.group()) {
                Files.setAttribute(temporary, "unix:gid", like.group(), LinkOption.NOFOLLOW_LINKS);
            }
            // last: a change of the owner takes bits of it away
            Files.setAttribute(temporary, "unix:mode", like.mode());
            channel.force(true);
        }
    }
}
