package io.mnedc.security;

import io.mnedc.api.text.PlainText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Access rules of a setting and of a file that may be edited at any time. Thread-safe. */
public final class RulesFile {
    private static final Logger LOG = LoggerFactory.getLogger(RulesFile.class);
    private static final int LIMIT = 4 << 20;

    private final Path path;
    private final PolledFile file;
    private List<String> setting;
    private List<String> lines;
    private volatile AccessRules rules;
    private volatile String unreadable = "";
    private volatile String wrong = "";
    private String lastFailure = "";

    private RulesFile(Path path, PolledFile file, List<String> setting, List<String> lines, AccessRules rules) {
        this.path = path;
        this.file = file;
        this.setting = setting;
        this.lines = lines;
        this.rules = rules;
    }

    /**
     * Reads the rules.
     *
     * @param path of the file; may be missing
     * @param setting rules that come before those of the file
     * @return the rules
     * @throws IOException when the file cannot be read, or is wrong
     * @throws IllegalArgumentException when the setting is wrong
     */
    public static RulesFile open(Path path, List<String> setting) throws IOException {
        AccessRules.parse(setting);
        PolledFile file = new PolledFile(path, LIMIT);
        List<String> lines = file.changed().orElse(List.of());
        try {
            return new RulesFile(path, file, List.copyOf(setting), lines, AccessRules.parse(setting, lines));
        } catch (IllegalArgumentException e) {
            throw new IOException(path + ": " + e.getMessage(), e);
        }
    }

    /** {@return the rules as they are now} */
    public AccessRules rules() {
        return rules;
    }

    /**
     * Looks whether the file has changed; cheap, to be called once a second. A wrong file, or one that cannot be read, is
     * logged once and changes nothing.
     *
     * @return whether the rules are others now
     */
    public synchronized boolean poll() {
        try {
            Optional<List<String>> changed = file.changed();
            unreadable = "";
            lastFailure = "";
            if (changed.isEmpty()) {
                return false;
            }
            wrong = "";
            AccessRules newer = AccessRules.parse(setting, changed.get());
            lines = changed.get();
            return replace(newer);
        } catch (IOException | IllegalArgumentException e) {
            String failure = e.toString();
            if (!failure.equals(lastFailure)) {
                LOG.error("{} is not used, the rules before it stay: {}", path, PlainText.of(failure));
            }
            lastFailure = failure;
            String problem = PlainText.of(path + ": " + e.getMessage());
            if (e instanceof IOException) {
                unreadable = problem;
            } else {
                wrong = problem;
            }
            return false;
        }
    }

    /** {@return why the file as it was at the last look is not used; empty if it is} */
    public String problem() {
        return unreadable.isEmpty() ? wrong : unreadable;
    }

    /**
     * Checks a setting; changes nothing.
     *
     * @param newer rules that are to come before those of the file
     * @throws IllegalArgumentException when it is wrong, or does not go with the file
     */
    public synchronized void check(List<String> newer) {
        AccessRules.parse(newer, lines);
    }

    /**
     * Changes the setting.
     *
     * @param newer rules that come before those of the file
     * @return whether the rules are others now
     * @throws IllegalArgumentException when it is wrong; then nothing changes
     */
    public synchronized boolean setting(List<String> newer) {
        AccessRules all = AccessRules.parse(newer, lines);
        setting = List.copyOf(newer);
        return replace(all);
    }

    private boolean replace(AccessRules newer) {
        boolean differ = !newer.equals(rules);
        rules = newer;
        return differ;
    }
}
