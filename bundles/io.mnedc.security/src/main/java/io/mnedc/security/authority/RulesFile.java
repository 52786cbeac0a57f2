package io.mnedc.security.authority;

import io.mnedc.api.text.PlainText;
import io.mnedc.files.PolledFile;
import io.mnedc.files.PrivateFiles;
import io.mnedc.security.AccessRules;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Access rules of a setting and of a file that may be edited at any time. A file that is being written must not be in force
 * half written, because what it does not say yet would be allowed: it is taken when nobody has changed it for two seconds and
 * its last line has an end. One that has had a line {@code default} is complete only with such a line. Thread-safe.
 */
public final class RulesFile {
    private static final Logger LOG = LoggerFactory.getLogger(RulesFile.class);
    private static final int LIMIT = 4 << 20;
    /** How long nobody must have changed it. */
    private static final Duration QUIET = Duration.ofSeconds(2);
    /** If something is missing at its end: somebody seems to be writing it again, perhaps slowly. */
    private static final Duration QUIET_AGAIN = Duration.ofSeconds(15);

    private final Path path;
    private final PolledFile file;
    private final LongSupplier nanos;
    private List<String> setting;
    /** The file's part of the rules, as it was taken. */
    private List<String> lines;

    private String text;
    private boolean hasDefault;
    private volatile AccessRules rules;
    /** Whether what is in the file has been taken once. */
    private volatile boolean complete;
    /** What may become the rules; null: nothing new. */
    private @Nullable List<String> next;

    private long since;
    private volatile String unreadable = "";
    private volatile String wrong = "";
    private String lastFailure = "";

    private RulesFile(
            Path path,
            PolledFile file,
            LongSupplier nanos,
            List<String> setting,
            List<String> lines,
            boolean hadDefault) {
        this.path = path;
        this.file = file;
        this.nanos = nanos;
        this.setting = setting;
        this.lines = lines;
        text = file.text();
        hasDefault = hadDefault;
        rules = AccessRules.parse(setting, lines);
        complete = file.text().isEmpty()
                ? !hadDefault
                : !file.young() && file.wholeLines() && (hasDefault(lines) || !hadDefault);
        hasDefault |= hasDefault(lines);
        if (!complete) {
            next = lines;
            since = nanos.getAsLong();
        }
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
        return open(path, setting, false);
    }

    /**
     * Reads the rules.
     *
     * @param path of the file; may be missing
     * @param setting rules that come before those of the file
     * @param hadDefault whether the file has had a line {@code default}, the last time that it was in force
     * @return the rules
     * @throws IOException when the file cannot be read, or is wrong
     * @throws IllegalArgumentException when the setting is wrong
     */
    public static RulesFile open(Path path, List<String> setting, boolean hadDefault) throws IOException {
        return open(path, setting, hadDefault, System::nanoTime);
    }

    static RulesFile open(Path path, List<String> setting, boolean hadDefault, LongSupplier nanos) throws IOException {
        AccessRules.parse(setting);
        PolledFile file = new PolledFile(path, LIMIT, nanos);
        List<String> lines = file.changed().orElse(List.of());
        try {
            return new RulesFile(path, file, nanos, List.copyOf(setting), lines, hadDefault);
        } catch (IllegalArgumentException e) {
            throw new IOException(path + ": " + e.getMessage(), e);
        }
    }

    private static boolean hasDefault(List<String> lines) {
        return lines.stream().anyMatch(line -> line.strip().startsWith("default"));
    }

    /** {@return whether the file was complete once: else it is not known what it forbids} */
    public boolean complete() {
        return complete;
    }

    /** {@return whether the file has or had a line {@code default}} */
    public synchronized boolean hasDefault() {
        return hasDefault;
    }

    /** {@return the rules as they are now} */
    public AccessRules rules() {
        return rules;
    }

    /**
     * Looks whether the file has changed; cheap, to be called once a second. A wrong file, one that cannot be read, or one that
     * seems to be half written is logged once and changes nothing.
     *
     * @return whether the rules are others now
     */
    public synchronized boolean poll() {
        try {
            Optional<List<String>> changed = file.changed();
            unreadable = "";
            lastFailure = "";
            if (changed.isPresent()) {
                next = changed.get();
                since = nanos.getAsLong();
            }
            List<String> wanted = next;
            return wanted != null && mayBeTaken(wanted) && take(wanted);
        } catch (IOException e) {
            String failure = PlainText.of(e);
            unreadable = failure.startsWith(path.toString()) ? failure : path + ": " + failure;
            if (!failure.equals(lastFailure)) {
                LOG.error("{} cannot be read, the rules before it stay: {}", path, failure);
            }
            lastFailure = failure;
        } catch (IllegalArgumentException e) {
            next = null;
            wrong(PlainText.of(path + ": " + e.getMessage()));
        }
        return false;
    }

    private void wrong(String problem) {
        if (!problem.equals(wrong)) {
            LOG.error("the rules before it stay: {}", problem);
        }
        wrong = problem;
    }

    private boolean take(List<String> wanted) {
        AccessRules newer = AccessRules.parse(setting, wanted);
        next = null;
        wrong = "";
        lines = wanted;
        text = file.text();
        hasDefault |= hasDefault(wanted);
        complete = true;
        return replace(newer);
    }

    /** Whether the file seems to be whole. */
    private boolean mayBeTaken(List<String> wanted) {
        long quiet = nanos.getAsLong() - since;
        String lacks = "";
        if (!file.wholeLines()) {
            lacks = "its last line has no line end";
        } else if (hasDefault && !hasDefault(wanted)) {
            lacks = "it has had a line 'default' and has none now: write 'default allow' or 'default deny'";
        }
        if (!lacks.isEmpty()) {
            if (quiet >= QUIET.toNanos()) {
                wrong(PlainText.of(path + " seems to be half written, and is not used: " + lacks));
            }
            return false;
        }
        if (complete && rules.open()) {
            // nothing is forbidden now: whatever it says, it allows no more
            return true;
        }
        return quiet >= (beingWrittenAgain(wanted) ? QUIET_AGAIN : QUIET).toNanos();
    }

    /** A file that became shorter, or is gone, may be at its beginning again, but if a default shows that it is whole. */
    private boolean beingWrittenAgain(List<String> wanted) {
        String now = file.text();
        return complete && now.length() < text.length() && (text.startsWith(now) || !hasDefault(wanted));
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

    /**
     * Reads lines as if they were those of the file; changes nothing.
     *
     * @param others lines of a file
     * @throws IllegalArgumentException when they are wrong, or do not go with the setting
     */
    public synchronized AccessRules with(List<String> others) {
        return AccessRules.parse(setting, others);
    }

    /** {@return the file's text, if all that is in it has been taken; empty while it is being edited, or is wrong} */
    synchronized Optional<String> taken() {
        return complete && next == null && problem().isEmpty() ? Optional.of(text) : Optional.empty();
    }

    /** Writes another text into the file, if there is this one still, and takes it. */
    synchronized void replace(String before, String now) throws IOException {
        if (file.changed().isPresent() || !file.text().equals(before)) {
            next = file.text().lines().toList();
            since = nanos.getAsLong();
            throw new IOException(path + " is being edited");
        }
        PrivateFiles.write(path, now.getBytes(StandardCharsets.UTF_8));
        next = file.changed().orElse(List.of());
        since = nanos.getAsLong();
        if (file.text().equals(now)) {
            try {
                take(now.lines().toList());
            } catch (IllegalArgumentException e) {
                next = null;
                wrong(PlainText.of(path + ": " + e.getMessage()));
            }
        }
    }

    private boolean replace(AccessRules newer) {
        boolean differ = !newer.equals(rules);
        rules = newer;
        return differ;
    }
}
