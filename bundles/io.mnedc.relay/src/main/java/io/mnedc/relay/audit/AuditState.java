package io.mnedc.relay.audit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.api.text.PlainText;
import io.mnedc.files.PrivateFiles;
import io.mnedc.security.authority.RelayDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the audit log has told already of things that people and other commands change beside the relay, in a file: so a change
 * is told once, no matter who made it and whether the relay ran or not. Thread-safe.
 */
public final class AuditState {
    public static final String REVOKED = "revoked";
    public static final String RULES = "rules";
    public static final String RULES_DEFAULT = "rules-default";
    public static final String TOKEN = "token";
    public static final String CA = "ca";
    public static final String CA_IN_USE = "ca-in-use";

    private static final Logger LOG = LoggerFactory.getLogger(AuditState.class);
    private static final int LIMIT = 16 << 20;

    /**
     * What is different.
     *
     * @param first whether nothing had ever been noted of this kind
     */
    public record Change(Set<String> added, Set<String> removed, boolean first) {
        public boolean none() {
            return added.isEmpty() && removed.isEmpty();
        }
    }

    private final @Nullable Path file;

    @GuardedBy("this")
    private final TreeMap<String, TreeSet<String>> known = new TreeMap<>();

    @GuardedBy("this")
    private boolean complained;

    /**
     * Reads it. A damaged file is begun again: some things are told twice
     * then, which is better than not at all.
     *
     * @param directory of the relay's data; null: it is kept in memory only
     */
    public AuditState(@Nullable Path directory) {
        file = directory == null ? null : directory.resolve(RelayDirectory.AUDIT_STATE);
        if (file != null) {
            read(file);
        }
    }

    @GuardedBy("this")
    private void read(Path from) {
        try {
            String text = new String(PrivateFiles.read(from, LIMIT), StandardCharsets.UTF_8);
            for (String line : text.lines().toList()) {
                int end = line.indexOf(' ');
                String kind = end < 0 ? line : line.substring(0, end);
                Set<String> values = known.computeIfAbsent(kind, none -> new TreeSet<>());
                if (end > 0) {
                    values.add(line.substring(end + 1));
                }
            }
        } catch (NoSuchFileException e) {
            LOG.debug("nothing is noted yet");
        } catch (IOException e) {
            LOG.warn("{} cannot be read, so the audit log may tell some things again: {}", from, PlainText.of(e));
        }
    }

    /** Notes what there is now of a kind. */
    public synchronized Change update(String kind, Collection<String> now) {
        TreeSet<String> before = known.get(kind);
        TreeSet<String> after = new TreeSet<>(now);
        Set<String> added = new TreeSet<>(after);
        Set<String> removed = new TreeSet<>();
        if (before != null) {
            added.removeAll(before);
            removed.addAll(before);
            removed.removeAll(after);
        }
        Change change = new Change(added, removed, before == null);
        if (before == null || !change.none()) {
            known.put(kind, after);
            write();
        }
        return change;
    }

    /** Notes a text that may be long, by its SHA-256. */
    public Change updateText(String kind, String now) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(now.getBytes(StandardCharsets.UTF_8));
            return update(kind, Set.of(HexFormat.of().formatHex(digest)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Whether something of a kind is noted. */
    public synchronized boolean any(String kind) {
        return !known.getOrDefault(kind, new TreeSet<>()).isEmpty();
    }

    /** Notes one more; whether it is new. */
    public synchronized boolean add(String kind, String value) {
        boolean added = known.computeIfAbsent(kind, none -> new TreeSet<>()).add(value);
        if (added) {
            write();
        }
        return added;
    }

    @GuardedBy("this")
    private void write() {
        if (file == null) {
            return;
        }
        StringBuilder text = new StringBuilder();
        known.forEach((kind, values) -> {
            text.append(kind).append('\n');
            values.forEach(value -> text.append(kind).append(' ').append(value).append('\n'));
        });
        try {
            PrivateFiles.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
            complained = false;
        } catch (IOException e) {
            if (!complained) {
                LOG.warn(
                        "{} cannot be written, so the audit log may tell some things again: {}", file, PlainText.of(e));
            }
            complained = true;
        }
    }
}
