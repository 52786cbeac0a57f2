package io.mnedc.security.authority;

import io.mnedc.files.DirectoryOwner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files in the data directory of a relay, and what such a directory is known by. The CA's files are {@link CaFiles}'. */
public final class RelayDirectory {
    /** Access rules that people write. */
    public static final String RULES = "rules";
    /** The devices that are shut out. */
    public static final String REVOKED = "revoked";
    /** The audit log. A relay's first line is that it has started. */
    public static final String AUDIT = "audit.jsonl";
    /** What the audit log has told already. */
    public static final String AUDIT_STATE = "audit.known";
    /** The token that the setting {@code token.request} has asked for. */
    public static final String REQUESTED_TOKEN = "requested-token";
    /** A directory with a file for each join token. */
    static final String TOKENS = "tokens";
    /** A directory with a file for each enrolled device. */
    static final String DEVICES = "devices";

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
