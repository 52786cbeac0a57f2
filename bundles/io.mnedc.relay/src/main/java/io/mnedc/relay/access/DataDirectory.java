package io.mnedc.relay.access;

import io.mnedc.api.text.PlainText;
import io.mnedc.files.PrivateFiles;
import io.mnedc.relay.audit.AuditLog;
import io.mnedc.relay.audit.AuditState;
import io.mnedc.relay.work.Counter;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.security.authority.RelayDirectory;
import io.mnedc.security.authority.Revocations;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a relay keeps on disk beside its identity.
 *
 * @param path of the directory, for this relay alone; null: it keeps nothing
 * @param audit the audit log; null: there is none
 * @param auditState what that has told already
 * @param revocations who is shut out; null: nobody can be
 */
public record DataDirectory(
        @Nullable Path path,
        @Nullable AuditLog audit,
        AuditState auditState,
        @Nullable Revocations revocations) implements AutoCloseable {
    /** For a relay that keeps nothing. */
    public static DataDirectory none() {
        return new DataDirectory(null, null, new AuditState(null), null);
    }

    /**
     * Opens it, and makes it if it is not there.
     *
     * @throws IOException if it or something in it cannot be used; the message has the cure
     */
    public static DataDirectory open(Path path, Counter.Set counters) throws IOException {
        try {
            PrivateFiles.directory(path);
        } catch (IOException e) {
            throw new IOException("data.dir = " + path + " cannot be used: " + PlainText.of(e), e);
        }
        Clock clock = Clock.systemUTC();
        Revocations revocations = Revocations.open(path.resolve(RelayDirectory.REVOKED), clock);
        return new DataDirectory(
                path,
                AuditLog.open(path, clock, lost -> counters.add(Counter.AUDIT_LOST, lost)),
                new AuditState(path),
                revocations);
    }

    /** The same, with the revocations that an authority of the same directory has opened, if there is one. */
    public DataDirectory sharing(Optional<OverlayAuthority> authority) {
        return authority
                .map(own -> new DataDirectory(path, audit, auditState, own.revocations()))
                .orElse(this);
    }

    /** Writes what is left to write. */
    @Override
    public void close() {
        if (audit != null) {
            audit.close();
        }
    }
}
