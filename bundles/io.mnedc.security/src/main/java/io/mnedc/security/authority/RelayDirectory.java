package io.mnedc.security.authority;

import io.mnedc.files.DirectoryOwner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the data directory of a relay is known by, for those who look at it from outside. */
public final class RelayDirectory {
    /** A relay's first line is that it has started. */
    private static final String AUDIT = "audit.jsonl";

    private RelayDirectory() {}

    /**
     * Tells whether a directory is the {@code data.dir} of a relay that has been started once.
     *
     * @param directory may be missing
     * @return whether it is; also if only the authority was made so far, for the first join token
     */
    public static boolean is(Path directory) {
        return hasAuthority(directory) || Files.exists(directory.resolve(AUDIT));
    }

    /**
     * Checks that root may work on a directory: that no other user can put something else in its place.
     *
     * @param directory may be missing
     * @return its name to go on with: for root without links
     * @throws IOException if this process is root's and another user can; the message has the cure
     */
    public static Path check(Path directory) throws IOException {
        return DirectoryOwner.checkWithParents(directory);
    }

    /**
     * Tells whether the overlay's authority is there; a relay with a PKI of its own has none.
     *
     * @param directory may be missing
     * @return whether its CA is there
     */
    public static boolean hasAuthority(Path directory) {
        return new CaFiles(directory).exist();
    }
}
