package io.mnedc.security;

import io.mnedc.api.relay.RelayAdministration.Revocation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The devices that are shut out: a text file, {@code ID instant reason} per line, {@code #} for comments, that people and
 * other processes may edit at any time. Thread-safe.
 */
@SuppressWarnings("DoNotCallSuggester") // until it is written
public final class Revocations {
    private Revocations() {}

    /**
     * Reads them. An authority has its own: {@link OverlayAuthority#revocations}; this is for relays without one.
     *
     * @param file may be missing
     * @param clock the system's
     * @return the revocations
     * @throws IOException if the file cannot be read
     */
    public static Revocations open(Path file, InstantSource clock) throws IOException {
        throw new IOException("not there yet: " + file + clock);
    }

    /**
     * Looks whether the file has changed; cheap, to be called once a second. Lines that are wrong are logged and ignored.
     *
     * @return whether others are shut out now
     */
    public boolean poll() {
        return false;
    }

    /** {@return the device's revocation} */
    public Optional<Revocation> find(String deviceId) {
        return Optional.empty();
    }

    /** {@return all, by ID} */
    public List<Revocation> all() {
        return List.of();
    }

    /**
     * Shuts a device out.
     *
     * @param deviceId who
     * @param reason a sentence; line breaks become blanks
     * @throws IOException if it cannot be stored; in memory it is shut out all the same
     * @throws IllegalArgumentException if it is no device ID
     */
    public void revoke(String deviceId, String reason) throws IOException {
        throw new IOException("not there yet");
    }

    /**
     * Lets a device in again.
     *
     * @param deviceId who
     * @return whether it was shut out
     * @throws IOException if it cannot be stored
     */
    public boolean unrevoke(String deviceId) throws IOException {
        throw new IOException("not there yet");
    }
}
