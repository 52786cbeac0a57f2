package io.mnedc.security.shared;

import io.mnedc.api.text.PlainText;
import io.mnedc.files.PrivateFiles;
import io.mnedc.security.Fingerprints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * In what files and store were the same last, by the SHA-256 of each text. In a file, so that an edit is also known for one when it
 * was made while the relay did not run. It holds for one store only: with another one, or none of it, nothing is agreed upon,
 * and so nothing is taken for removed. On one thread at a time.
 */
final class Agreed {
    private static final Logger LOG = LoggerFactory.getLogger(Agreed.class);
    private static final String DIRECTORY = "shared";
    private static final String REMARK =
            "# What this relay and the store of all relays agreed upon last. Not to be edited.";
    private static final int LIMIT = 64 << 20;

    private final Path directory;
    private final Path file;
    private final Map<String, String> hashes = new TreeMap<>();
    private String store = "";
    private boolean altered;

    Agreed(Path directory, String kind) {
        this.directory = directory.resolve(DIRECTORY);
        this.file = this.directory.resolve(kind);
    }

    /** With this store; must be called first. */
    void with(String name) throws IOException {
        if (store.equals(name)) {
            return;
        }
        PrivateFiles.directory(directory);
        hashes.clear();
        store = name;
        altered = true;
        try {
            String text = new String(PrivateFiles.read(file, LIMIT), StandardCharsets.UTF_8);
            String[] lines = text.split("\n", -1);
            // the last line tells that it is whole
            if (lines.length > 3 && lines[1].equals(name) && lines[lines.length - 2].equals("end")) {
                for (int i = 2; i < lines.length - 2; i++) {
                    int space = lines[i].lastIndexOf(' ');
                    if (space > 0) {
                        hashes.put(lines[i].substring(0, space), lines[i].substring(space + 1));
                    }
                }
                altered = false;
            }
        } catch (NoSuchFileException e) {
            LOG.debug("nothing is agreed upon yet: {}", PlainText.of(file.toString()));
        }
    }

    boolean isEmpty() {
        return hashes.isEmpty();
    }

    void clear() {
        altered |= !hashes.isEmpty();
        hashes.clear();
    }

    Set<String> names() {
        return new TreeSet<>(hashes.keySet());
    }

    /** {@return whether this was agreed upon} */
    boolean is(String name, Optional<String> text) {
        return Optional.ofNullable(hashes.get(name)).equals(text.map(Agreed::hash));
    }

    void on(String name, Optional<String> text) {
        String now = text.map(Agreed::hash).orElse(null);
        String before = now == null ? hashes.remove(name) : hashes.put(name, now);
        altered |= now == null ? before != null : !now.equals(before);
    }

    private static String hash(String text) {
        return Fingerprints.hex(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes it, if something is different. */
    void save() throws IOException {
        if (!altered) {
            return;
        }
        StringBuilder text =
                new StringBuilder(REMARK).append('\n').append(store).append('\n');
        hashes.forEach(
                (name, hash) -> text.append(name).append(' ').append(hash).append('\n'));
        PrivateFiles.write(file, text.append("end\n").toString().getBytes(StandardCharsets.UTF_8));
        altered = false;
    }
}
