package io.mnedc.security.device;

import io.mnedc.api.text.PlainText;
import io.mnedc.files.PrivateFiles;
import io.mnedc.security.JoinToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a join token that is to be redeemed, put there by the launcher of the device. It is deleted when it cannot be
 * used any more. For one thread at a time.
 */
final class WaitingToken {
    /** A file so young may not be whole. */
    private static final Duration HALF_WRITTEN = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(WaitingToken.class);

    private final Path file;
    private boolean halfWritten;

    WaitingToken(Path file) {
        this.file = file;
    }

    /**
     * Reads it.
     *
     * @param redeemed whether a token has been redeemed already
     * @return one that has not; empty if there is none
     */
    Optional<JoinToken> find(Predicate<JoinToken> redeemed) throws IOException {
        halfWritten = false;
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JoinToken found = JoinToken.parse(DeviceIdentityStore.text(file));
            if (!redeemed.test(found)) {
                return Optional.of(found);
            }
        } catch (IllegalArgumentException e) {
            Instant written = Files.getLastModifiedTime(file).toInstant();
            if (written.plus(HALF_WRITTEN).isAfter(Instant.now())
                    && written.isBefore(Instant.now().plus(HALF_WRITTEN))) {
                // somebody may be at it still
                halfWritten = true;
                return Optional.empty();
            }
            LOG.error("{} cannot be used and is deleted: {}", file, PlainText.of(e));
        }
        PrivateFiles.delete(file);
        return Optional.empty();
    }

    /** {@return whether {@link #find} left a file that somebody may be writing} */
    boolean halfWritten() {
        return halfWritten;
    }

    /** Deletes the file if it has this token, which has been redeemed. */
    void redeemed(JoinToken token) throws IOException {
        if (DeviceIdentityStore.text(file).strip().equals(token.text())) {
            PrivateFiles.delete(file);
        }
    }
}
