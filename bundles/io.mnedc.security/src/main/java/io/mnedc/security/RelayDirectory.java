package io.mnedc.security;

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
     * Tells whether the overlay's authority is there; a relay with a PKI of its own has none.
     *
     * @param directory may be missing
     * @return whether its CA is there
     */
    public static boolean hasAuthority(Path directory) {
        return new CaFiles(directory).exist();
    }
}
