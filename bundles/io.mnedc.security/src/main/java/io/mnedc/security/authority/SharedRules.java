package io.mnedc.security.authority;

import io.mnedc.api.store.OverlayStore.Entry;
import io.mnedc.security.AccessRules;
import io.mnedc.security.shared.LocalFiles;
import io.mnedc.security.shared.SharedFiles;
import io.mnedc.security.shared.SharedStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The access rules that all relays share: one text, which all of them enforce. An edit of a relay's file is in force when it is in the
 * store, and then at all relays. Thread-safe.
 */
public final class SharedRules implements LocalFiles {
    /** The most bytes, in UTF-8. */
    public static final int MOST_BYTES = 256 * 1024;

    private static final String KIND = "rules";
    private static final String NAME = "text";

    private final Path path;
    private final SharedStore store;
    private final Supplier<@Nullable RulesFile> file;
    /** Also while there is no store. */
    private volatile Optional<String> last = Optional.empty();

    /**
     * Shares nothing yet.
     *
     * @param directory the relay's data directory
     * @param file the rules of this relay; null while they cannot be read
     */
    public SharedRules(Path directory, SharedStore store, Supplier<@Nullable RulesFile> file) {
        this.path = directory.resolve(RelayDirectory.RULES);
        this.store = store;
        this.file = file;
    }

    /** {@return what keeps the file and the store the same} */
    public SharedFiles files(Path directory) {
        return new SharedFiles(this, store, directory);
    }

    /** Tells somebody when the shared rules have changed; he must not block. */
    public void watch(Runnable told) {
        store.watch(SharedFiles.key(KIND), key -> told.run());
    }

    /** {@return the rules that all relays share, as lines; empty: none were shared yet, and each relay has those of its file} */
    public Optional<List<String>> lines() {
        if (store.isThere()) {
            last = store.get(SharedFiles.key(KIND, NAME)).map(Entry::value).filter(text -> text.length() <= MOST_BYTES);
        }
        return last.map(text -> text.lines().toList());
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Optional<Map<String, String>> read() throws IOException {
        RulesFile opened = file.get();
        Optional<String> taken = opened == null ? Optional.empty() : opened.taken();
        int bytes =
                taken.map(text -> text.getBytes(StandardCharsets.UTF_8).length).orElse(0);
        if (bytes > MOST_BYTES) {
            throw new IOException(path + " has " + bytes + " bytes: relays share at most " + MOST_BYTES);
        }
        return taken.map(text -> text.isEmpty() ? Map.of() : Map.of(NAME, text));
    }

    @Override
    public boolean missing() {
        return !path.toFile().exists();
    }

    @Override
    public void check(String name, String text) {
        if (!name.equals(NAME) || text.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES || !text.endsWith("\n")) {
            throw new IllegalArgumentException("it is no file of rules with at most " + MOST_BYTES + " bytes");
        }
        AccessRules.parse(text.lines().toList());
    }

    @Override
    public void write(String name, Optional<String> before, Optional<String> now) throws IOException {
        RulesFile opened = file.get();
        if (opened == null) {
            throw new IOException(path + " cannot be read now");
        }
        opened.replace(before.orElse(""), now.orElse(""));
    }

    /** One version counts everywhere; what this relay had is put aside. */
    @Override
    public Optional<String> decide(String name, Optional<String> here, Optional<String> shared) {
        return shared.isPresent() ? shared : here;
    }
}
