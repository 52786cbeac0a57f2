package io.mnedc.relay;

import io.mnedc.api.text.PlainText;
import io.mnedc.security.OverlayAuthority;
import io.mnedc.security.PrivateFiles;
import io.mnedc.security.Revocations;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a relay keeps on disk beside its identity.
 *
 * @param path of the directory, for this relay alone; null: it keeps nothing
 * @param events the audit log
 * @param noted what that has told already
 * @param revocations who is shut out; null: nobody can be
 */
record DataDirectory(
        @Nullable Path path,
        Events events,
        Noted noted,
        @Nullable Revocations revocations) implements AutoCloseable {

    /** For a relay that keeps nothing. */
    static DataDirectory none() {
        return new DataDirectory(null, Events.NONE, new Noted(null), null);
    }

    /**
     * Opens it, and makes it if it is not there.
     *
     * @throws IOException if it or something in it cannot be used; the message has the cure
     */
    static DataDirectory open(Path path, Counter.Set counters) throws IOException {
        try {
            PrivateFiles.directory(path);
        } catch (IOException e) {
            throw new IOException("data.dir = " + path + " cannot be used: " + PlainText.of(e), e);
        }
        Clock clock = Clock.systemUTC();
        Revocations revocations = Revocations.open(path.resolve(Guard.REVOKED), clock);
        return new DataDirectory(path, AuditLog.open(path, clock, counters), new Noted(path), revocations);
    }

    /** The same, with the revocations that an authority of the same directory has opened, if there is one. */
    DataDirectory sharing(Optional<OverlayAuthority> authority) {
        return authority
                .map(own -> new DataDirectory(path, events, noted, own.revocations()))
                .orElse(this);
    }

    /** Writes what is left to write. */
    @Override
    public void close() {
        if (events instanceof AuditLog log) {
            log.close();
        }
    }
}
