package io.mnedc.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a process of root out of directories that another user can change: a link there could stand for any file of the
 * system. Other users need no such check, because the system gives them no more rights than they have.
 */
public final class DirectoryOwner {
    private static final int ROOT = 0;
    private static final int OTHERS_WRITE = 0002;
    private static final int GROUP_WRITE = 0020;
    private static final int STICKY = 01000;
    private static final int MOST_LINKS = 40;
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path USERS = Path.of("/proc/self/uid_map");
    /** How the system shows a user who is not known in this container. */
    private static final int UNMAPPED = 65534;

    private DirectoryOwner() {}

    /**
     * Checks a directory that is there.
     *
     * @throws IOException if this is root and the directory is another user's; the message has the cure
     */
    public static void check(Path directory) throws IOException {
        check(directory, user());
    }

    /** The same for the process of that user; -1: it is not known. */
    static void check(Path directory, int user) throws IOException {
        if (user != ROOT || !unix(directory)) {
            return;
        }
        Path real = directory.toRealPath();
        if (owner(real) != ROOT) {
            throw new IOException(directory + " belongs to the user " + Files.getOwner(real)
                    + ", and root does not work there, because a link could lead it elsewhere: run this as "
                    + Files.getOwner(real) + ", or give all of it to root by  chown -R -h root " + real);
        }
    }

    /**
     * Checks a directory, and those above it: who can rename one of them can put another in its place.
     *
     * @param directory may be missing; then the nearest one that is there counts
     * @return for root: the directory, without links in its name, so that nobody changes them later
     * @throws IOException if this is root and another user can change one; the message has the cure
     */
    public static Path checkWithParents(Path directory) throws IOException {
        return checkWithParents(directory, user());
    }

    static Path checkWithParents(Path directory, int user) throws IOException {
        if (user != ROOT || !unix(directory)) {
            return directory;
        }
        Path absolute = directory.toAbsolutePath();
        Path near = absolute;
        while (!Files.isDirectory(near) && near.getParent() != null) {
            near = near.getParent();
        }
        Path real = near.toRealPath();
        check(real, user);
        boolean foreign = hasForeign(USERS);
        refuseLinksOfOthers(near, real, foreign, 0);
        for (Path each = real; each != null; each = each.getParent()) {
            // in a sticky one nobody renames what is root's
            boolean sticky = (number(each, "mode") & STICKY) != 0;
            if (!ofRoot(each, foreign) || (isOpen(each) && !sticky)) {
                throw new IOException(each + " can be changed by others than root (" + ownerAndMode(each)
                        + "), and root does not work in or below it, because a link could lead it elsewhere: "
                        + cure(each) + "or choose another directory");
            }
        }
        return real.resolve(near.relativize(absolute).toString()).normalize();
    }

    /**
     * Checks a file that root trusts, such as a program, with all links to it and all directories on the way: nobody else
     * can change it, or put another one in its place.
     *
     * @param file must be there
     * @return for root: the file by the same name, but without links in the name of its directory
     * @throws IOException if this is root and another user can change it; the message has the cure
     */
    public static Path checkFile(Path file) throws IOException {
        return checkFile(file, user());
    }

    static Path checkFile(Path file, int user) throws IOException {
        if (user != ROOT || !unix(file)) {
            return file;
        }
        boolean foreign = hasForeign(USERS);
        Path checked = withCheckedDirectory(file.toAbsolutePath());
        Path at = checked;
        for (int i = 0; i < MOST_LINKS; i++) {
            boolean link = Files.isSymbolicLink(at);
            // the mode of a link means nothing
            if (!ofRoot(at, foreign) || (!link && isOpen(at))) {
                throw new IOException(at + " can be changed by others than root (" + ownerAndMode(at)
                        + "), so root does not trust it: "
                        + (link ? "remove this link, or make it as root" : cure(at).strip()));
            }
            if (!link) {
                return checked;
            }
            at = withCheckedDirectory(at.resolveSibling(Files.readSymbolicLink(at)));
        }
        throw new IOException(file + ": there are too many links one behind the other");
    }

    private static Path withCheckedDirectory(Path file) throws IOException {
        Path directory = file.getParent();
        if (directory == null) {
            throw new IOException(file + " is no file");
        }
        return checkWithParents(directory, ROOT).resolve(file.getFileName());
    }

    private static boolean ofRoot(Path path, boolean foreign) throws IOException {
        int owner = owner(path);
        return owner == ROOT || (foreign && owner == UNMAPPED);
    }

    /** Whether others than its owner and root's group may write to it. */
    private static boolean isOpen(Path path) throws IOException {
        int mode = number(path, "mode");
        return (mode & OTHERS_WRITE) != 0 || ((mode & GROUP_WRITE) != 0 && number(path, "gid") != ROOT);
    }

    private static String ownerAndMode(Path path) throws IOException {
        return Files.getOwner(path, LinkOption.NOFOLLOW_LINKS) + ", mode "
                + Integer.toOctalString(number(path, "mode") & 07777);
    }

    private static String cure(Path path) {
        return "run  chown root " + path + " && chmod go-w " + path + "  ";
    }

    /** A link that another user has made leads root to where that user wants it, also if that is root's own. */
    private static void refuseLinksOfOthers(Path given, Path real, boolean foreign, int depth) throws IOException {
        if (depth == MOST_LINKS) {
            throw new IOException(given + ": there are too many links one behind the other");
        }
        for (Path each = given; each != null; each = each.getParent()) {
            if (!ofRoot(each, foreign)) {
                throw new IOException(given + " leads to " + real + " by " + each + ", which belongs to the user "
                        + Files.getOwner(each, LinkOption.NOFOLLOW_LINKS)
                        + ", and root does not go where another user leads it: name the directory itself");
            }
            if (Files.isSymbolicLink(each)) {
                refuseLinksOfOthers(each.resolveSibling(Files.readSymbolicLink(each)), real, foreign, depth + 1);
            }
        }
    }

    private static boolean unix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("unix");
    }

    private static int owner(Path path) throws IOException {
        return number(path, "uid");
    }

    private static int number(Path path, String attribute) throws IOException {
        Map<String, @Nullable Object> found =
                Files.readAttributes(path, "unix:" + attribute, LinkOption.NOFOLLOW_LINKS);
        return found.get(attribute) instanceof Integer number ? number : -1;
    }

    /** {@return the number of this process's effective user; -1: it is not known} */
    public static int user() {
        try {
            for (String line : Files.readAllLines(STATUS, StandardCharsets.ISO_8859_1)) {
                if (line.startsWith("Uid:")) {
                    return (int) Long.parseLong(line.split("\\s+", -1)[2]);
                }
            }
        } catch (IOException | NumberFormatException e) {
            return -1; // no Linux: nothing is known of users there
        }
        return -1;
    }

    /**
     * {@return whether what shows the number of the unknown user belongs to somebody outside of this container, and to nobody in it}
     *
     * @param map of users, a range on each line: its first number here, its first number outside, how many. A kernel without
     *     containers of users has none.
     */
    static boolean hasForeign(Path map) throws IOException {
        String text;
        try {
            text = Files.readString(map, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return false;
        }
        try {
            for (String line : text.lines().toList()) {
                String[] range = line.strip().split("\\s+", -1);
                long from = Long.parseLong(range[0]);
                if (from <= UNMAPPED && UNMAPPED - from < Long.parseLong(range[range.length - 1])) {
                    return false;
                }
            }
        } catch (NumberFormatException e) {
            // not understood: nobody else is trusted
            return false;
        }
        return true;
    }
}
