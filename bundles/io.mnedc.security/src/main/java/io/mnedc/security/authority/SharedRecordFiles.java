package io.mnedc.security.authority;

import io.mnedc.api.text.PlainText;
import io.mnedc.files.PrivateFiles;
import io.mnedc.security.authority.Records.Kind;
import io.mnedc.security.authority.Records.Stored;
import io.mnedc.security.files.DirectoryLock;
import io.mnedc.security.files.RecordFile;
import io.mnedc.security.shared.LocalFiles;
import io.mnedc.work.LogLimiter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of shared records at one relay: people and commands see them and may edit them. Used by one thread at a time. */
@SuppressWarnings("try") // locks are held, not used
final class SharedRecordFiles implements LocalFiles {
    private static final Logger LOG = LoggerFactory.getLogger(SharedRecordFiles.class);
    private static final Duration LINES_APART = Duration.ofSeconds(60);
    private static final int LONGEST = 16 * 1024;
    private static final String CANCELLED = "cancelled";

    private final Kind kind;
    private final RecordFiles files;
    private final LogLimiter lines = new LogLimiter(LINES_APART);
    private Set<String> unclear = Set.of();

    SharedRecordFiles(Kind kind, RecordFiles files) {
        this.kind = kind;
        this.files = files;
    }

    @Override
    public String kind() {
        return kind.toString();
    }

    @Override
    public Optional<Map<String, String>> read() throws IOException {
        Map<String, String> texts = new TreeMap<>();
        Set<String> damaged = new HashSet<>();
        for (String fileName : files.names(kind)) {
            Optional<String> name = SharedRecords.name(kind, fileName);
            if (name.isEmpty()) {
                continue;
            }
            try {
                Optional<Stored> stored = files.find(kind, fileName);
                if (stored.isPresent()) {
                    check(name.get(), stored.get().text());
                    texts.put(name.get(), stored.get().text());
                }
            } catch (IOException | IllegalArgumentException e) {
                damaged.add(name.get());
                if (lines.may(System.nanoTime())) {
                    LOG.warn(
                            "The file {} in {} is not shared with other relays: {}{}",
                            PlainText.of(fileName),
                            files.directory(kind),
                            PlainText.of(e),
                            lines.heldBack());
                }
            }
        }
        unclear = damaged;
        return Optional.of(texts);
    }

    @Override
    public Set<String> unclear() {
        return unclear;
    }

    @Override
    public long stamp() {
        return files.stamp(kind);
    }

    @Override
    public boolean missing() {
        try {
            return files.names(kind).isEmpty();
        } catch (IOException e) {
            LOG.debug("{} cannot be listed", files.directory(kind), e);
            return false;
        }
    }

    @Override
    public void check(String name, String text) {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException("it has more than " + LONGEST + " characters");
        }
        try {
            Stored stored = new Stored("it", text);
            if (kind == Kind.DEVICES) {
                Enrolments.read(name, stored, DeviceKeys::name);
            } else if (JoinTokens.isName(name)) {
                JoinTokenFile.of(stored).check();
            } else {
                throw new IllegalArgumentException("it is not named by 16 hexadecimal digits");
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(PlainText.of(e), e);
        }
    }

    @Override
    public void write(String name, Optional<String> before, Optional<String> now) throws IOException {
        String fileName = SharedRecords.fileName(kind, name);
        Path file = files.directory(kind).resolve(fileName);
        try (DirectoryLock lock = files.lock()) {
            // a command may have changed it since
            if (!files.find(kind, fileName).map(Stored::text).equals(before)) {
                throw new IOException(file + " is being edited");
            }
            if (now.isPresent()) {
                PrivateFiles.write(file, now.get().getBytes(StandardCharsets.UTF_8));
            } else {
                PrivateFiles.delete(file);
            }
        }
    }

    /** Uses are counted by the store only. A token that was cancelled by one of them is cancelled. */
    @Override
    public Optional<String> decide(String name, Optional<String> here, Optional<String> shared) {
        if (kind == Kind.TOKENS && here.isPresent() && shared.isPresent()) {
            try {
                Properties edited = RecordFile.parse(name, here.get());
                Properties stored = RecordFile.parse(name, shared.get());
                String cancelled = edited.getProperty(CANCELLED);
                if (cancelled != null && !stored.containsKey(CANCELLED)) {
                    stored.setProperty(CANCELLED, cancelled);
                    return Optional.of(RecordFile.format(stored));
                }
            } catch (IOException e) {
                LOG.debug("both were checked before", e);
            }
        }
        return shared;
    }
}
