package io.mnedc.security.authority;

import io.mnedc.files.PrivateFiles;
import io.mnedc.security.RefusedException;
import io.mnedc.security.RefusedException.Reason;
import io.mnedc.security.files.DirectoryLock;
import io.mnedc.security.files.RecordFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/** Records in files of one relay, which people may read and mend. */
@SuppressWarnings("try") // locks are held, not used
final class RecordFiles implements Records {
    private final Path directory;

    RecordFiles(Path directory) throws IOException {
        this.directory = directory;
        for (Kind kind : Kind.values()) {
            PrivateFiles.directory(directory(kind));
        }
    }

    Path directory(Kind kind) {
        return directory.resolve(kind.toString());
    }

    private Path file(Kind kind, String name) {
        return directory(kind).resolve(name);
    }

    @Override
    public String nameOf(String deviceId) {
        return Enrolments.fileName(deviceId);
    }

    @Override
    public Optional<Stored> find(Kind kind, String name) throws IOException {
        Path file = file(kind, name);
        try {
            return Optional.of(
                    new Stored(file, new String(PrivateFiles.read(file, RecordFile.LIMIT), StandardCharsets.UTF_8)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Without hidden files, which are somebody's at work. */
    @Override
    public Set<String> names(Kind kind) throws IOException {
        Set<String> names = new TreeSet<>();
        try (var files = Files.newDirectoryStream(directory(kind))) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (!name.startsWith(".")) {
                    names.add(name);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return names;
    }

    @Override
    public long stamp(Kind kind) {
        try {
            Instant changed = Files.getLastModifiedTime(directory(kind)).toInstant();
            return changed.getEpochSecond() * 1_000_000_000 + changed.getNano();
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public Instant written(Kind kind, String name) throws IOException {
        return Files.getLastModifiedTime(file(kind, name)).toInstant();
    }

    @Override
    public void checkReady() {
        // what is wrong with a file is found when it is used
    }

    @Override
    public int most(Kind kind) {
        return Integer.MAX_VALUE;
    }

    /** One lock for all: an enrolment changes both kinds. */
    DirectoryLock lock() throws IOException {
        return DirectoryLock.of(directory(Kind.TOKENS));
    }

    @Override
    public <T, X extends Exception> T change(Change<T, X> change) throws IOException, X {
        try (DirectoryLock lock = lock()) {
            Writing writing = new Writing();
            T result = change.draft(writing);
            for (Map.Entry<Path, Optional<Properties>> each : writing.changes.entrySet()) {
                if (each.getValue().isPresent()) {
                    RecordFile.write(each.getKey(), each.getValue().get());
                } else {
                    PrivateFiles.delete(each.getKey());
                }
            }
            return result;
        }
    }

    private final class Writing implements Draft {
        private final Map<Path, Optional<Properties>> changes = new LinkedHashMap<>();

        @Override
        public Optional<Stored> find(Kind kind, String name) throws IOException {
            return RecordFiles.this.find(kind, name);
        }

        @Override
        public void unlessRevoked(String deviceId) {
            // nobody waits between the look at the revocations and this change
        }

        @Override
        public EnsembleMember member(String key) throws RefusedException {
            throw new RefusedException(
                    Reason.ENROLMENT_UNAVAILABLE,
                    "this relay is alone (store = file), so no other relay can join it: start it with  ./mnedc relay --cluster");
        }

        @Override
        public void put(Kind kind, String name, Properties fields) {
            changes.put(file(kind, name), Optional.of(fields));
        }

        @Override
        public void remove(Kind kind, String name) {
            changes.put(file(kind, name), Optional.empty());
        }
    }
}
