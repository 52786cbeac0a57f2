package io.mnedc.security.authority;

import io.mnedc.api.relay.RelayAdministration.Revocation;
import io.mnedc.api.text.DeviceIds;
import io.mnedc.api.text.PlainText;
import io.mnedc.files.PolledFile;
import io.mnedc.files.PrivateFiles;
import io.mnedc.security.Names;
import io.mnedc.security.files.DirectoryLock;
import io.mnedc.security.shared.SharedFiles;
import io.mnedc.security.shared.SharedStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The devices that are shut out: a text file, {@code ID instant reason} per line, that people and other processes may edit
 * at any time. An ID alone is enough; lines that begin with {@code #} are comments. Who is added is shut out at once; who is
 * missing in a file that seems to be half written is let in only when that has not changed for 15 seconds. Relays that share a
 * store shut out, too, who is revoked there ({@link #share}). Thread-safe.
 */
@SuppressWarnings("try") // locks are held, not used
public final class Revocations {
    /** Below this key they are in a shared store. */
    public static final String SHARED = SharedFiles.key(SharedRevocations.KIND);

    private static final Logger LOG = LoggerFactory.getLogger(Revocations.class);
    private static final int LIMIT = 16 << 20;
    private static final int LONGEST_REASON = 256;
    private static final int LINES_TO_REPORT = 10;
    /** How long a file that seems to be half written stays as it is until it is taken for whole. */
    private static final Duration QUIET = Duration.ofSeconds(15);

    private final Path path;
    private final InstantSource clock;
    private final PolledFile file;
    private final LongSupplier nanos;
    private volatile Map<String, Revocation> revoked = Map.of();
    private final RevocationHints hints;
    /** What could not be written: shut out all the same. */
    private final Map<String, Revocation> unwritten = new TreeMap<>();
    /** What the relays share; null: this one is alone. */
    private volatile @Nullable SharedRevocations shared;

    /** What the file said when all of it was taken last. */
    private String text = "";
    /** What has been found and is not taken whole yet. */
    private @Nullable List<String> next;

    private long since;
    private String lastFailure = "";

    private Revocations(Path path, InstantSource clock, LongSupplier nanos) {
        this.path = path;
        this.clock = clock;
        this.nanos = nanos;
        this.hints = new RevocationHints(nanos);
        this.file = new PolledFile(path, LIMIT, nanos);
    }

    /**
     * Opens the list. An authority has its own: {@link OverlayAuthority#revocations}; this is for relays without one.
     *
     * @param path of the file, in a directory of its owner only; may be missing
     * @param clock the system's
     * @return the list
     * @throws IOException if the file is there and cannot be read: then nobody can tell who is shut out
     */
    public static Revocations open(Path path, InstantSource clock) throws IOException {
        return open(path, clock, System::nanoTime);
    }

    static Revocations open(Path path, InstantSource clock, LongSupplier nanos) throws IOException {
        Revocations list = new Revocations(path, clock, nanos);
        list.file.changed().ifPresent(lines -> list.revoked = list.parse(lines, true));
        list.text = list.file.text();
        return list;
    }

    /**
     * Looks whether the file has changed; cheap, to be called once a second. Lines that are wrong are logged and ignored.
     * What {@link #revoke} and {@link #unrevoke} of this object did is known already and not reported.
     *
     * @return whether others are shut out now
     */
    public synchronized boolean poll() {
        try {
            Optional<List<String>> changed = file.changed();
            lastFailure = "";
            if (changed.isPresent()) {
                next = changed.get();
                since = nanos.getAsLong();
            }
            List<String> wanted = next;
            if (wanted == null) {
                return false;
            }
            Map<String, Revocation> newer = parse(wanted, changed.isPresent());
            if (seemsHalfWritten() && nanos.getAsLong() - since < QUIET.toNanos()) {
                // who is added is shut out at once; who is missing may only not be written yet
                revoked.forEach(newer::putIfAbsent);
            } else {
                next = null;
                text = file.text();
            }
            unwritten.forEach(newer::putIfAbsent);
            boolean differ = !newer.keySet().equals(revoked.keySet());
            revoked = newer;
            return differ;
        } catch (IOException e) {
            if (!PlainText.of(e).equals(lastFailure)) {
                LOG.error("{} cannot be read, the revocations before it stay: {}", path, PlainText.of(e));
            }
            lastFailure = PlainText.of(e);
            return false;
        }
    }

    private boolean seemsHalfWritten() {
        String now = file.text();
        boolean again = !file.replaced() && now.length() < text.length() && text.startsWith(now);
        return !file.wholeLines() || again;
    }

    /**
     * Shuts out, too, who is revoked in the store that the relays share.
     *
     * @param store from now on
     * @param directory the relay's data directory
     * @return keeps the file and the store the same
     */
    public SharedFiles share(SharedStore store, Path directory) {
        SharedRevocations with = new SharedRevocations(this, store);
        shared = with;
        return new SharedFiles(with, store, directory);
    }

    /** {@return the device's revocation} */
    public Optional<Revocation> find(String deviceId) {
        SharedRevocations others = shared;
        Revocation here = revoked.get(deviceId);
        if (here != null || others == null) {
            return Optional.ofNullable(here);
        }
        return others.find(deviceId)
                .or(() -> hints.has(deviceId)
                        ? Optional.of(new Revocation(deviceId, clock.instant(), "another relay says so"))
                        : Optional.empty());
    }

    /**
     * Another relay of the overlay says that a device was shut out, or is let in again, which the shared store may say here only later. It
     * counts for 30 seconds at most.
     *
     * @param relayId who says it
     * @param deviceId of whom
     * @param out whether it is shut out
     */
    public void hear(String relayId, String deviceId, boolean out) {
        hints.hear(relayId, deviceId, out);
    }

    /** {@return whom {@link #find} finds only because another relay has said it, and perhaps others} */
    public Set<String> heard() {
        return hints.all();
    }

    /** {@return whose revocation in a shared store has this key; empty: nobody's} */
    public static Optional<String> sharedBy(String key) {
        return key.equals(SHARED)
                ? Optional.empty()
                : Optional.of(DeviceKeys.idOf(key)).filter(DeviceIds::isValid);
    }

    /** {@return all, by ID} */
    public List<Revocation> all() {
        SharedRevocations others = shared;
        if (others == null) {
            return List.copyOf(revoked.values());
        }
        Map<String, Revocation> all = new TreeMap<>(revoked);
        others.all().forEach(all::putIfAbsent);
        return List.copyOf(all.values());
    }

    /**
     * Shuts a device out. With a shared store this waits for it.
     *
     * @param deviceId who
     * @param reason a sentence; line breaks become blanks
     * @throws IOException if it cannot be stored; in memory it is shut out all the same
     * @throws IllegalArgumentException if it is no device ID
     */
    public void revoke(String deviceId, String reason) throws IOException {
        Names.deviceId(deviceId);
        SharedRevocations others = shared;
        if (others == null) {
            revokeHere(deviceId, reason);
            return;
        }
        try {
            revokeHere(deviceId, reason);
        } finally {
            others.revoke(Objects.requireNonNull(revoked.get(deviceId)));
        }
    }

    private synchronized void revokeHere(String deviceId, String reason) throws IOException {
        String sentence = PlainText.of(reason.replaceAll("\\s+", " ").strip());
        String shortened = sentence.substring(0, Math.min(sentence.length(), LONGEST_REASON));
        Revocation added = new Revocation(deviceId, clock.instant().truncatedTo(ChronoUnit.SECONDS), shortened);
        Map<String, Revocation> newer = new TreeMap<>(revoked);
        newer.putIfAbsent(deviceId, added);
        revoked = newer;
        unwritten.put(deviceId, added);
        edit(lines -> {
            if (!parse(lines, false).containsKey(deviceId)) {
                lines.add((deviceId + " " + added.since() + " " + shortened).strip());
            }
        });
        unwritten.remove(deviceId);
    }

    /**
     * Lets a device in again. With a shared store this waits for it.
     *
     * @param deviceId who
     * @return whether it was shut out
     * @throws IOException if it cannot be stored
     */
    public boolean unrevoke(String deviceId) throws IOException {
        Names.deviceId(deviceId);
        SharedRevocations others = shared;
        // first: whom other relays shut out is shut out here too
        boolean there = others != null && others.unrevoke(deviceId);
        return unrevokeHere(deviceId) || there;
    }

    private synchronized boolean unrevokeHere(String deviceId) throws IOException {
        boolean[] was = {false};
        edit(lines -> was[0] = lines.removeIf(line -> deviceId.equals(idOf(line))));
        Map<String, Revocation> newer = new TreeMap<>(revoked);
        boolean known = newer.remove(deviceId) != null;
        unwritten.remove(deviceId);
        revoked = newer;
        return was[0] || known;
    }

    /** {@return the file's lines as they were taken, without what could not be written: by ID, the line behind it} */
    synchronized Map<String, String> written() {
        Map<String, String> written = new TreeMap<>();
        revoked.values().forEach(each -> written.put(each.deviceId(), textOf(each)));
        written.keySet().removeAll(unwritten.keySet());
        return written;
    }

    /** {@return another number whenever {@link #written} may be another one} */
    synchronized long stamp() {
        return unwritten.isEmpty() ? System.identityHashCode(revoked) : -1;
    }

    boolean isMissing() {
        return !Files.exists(path);
    }

    /** Changes the line of one device, if it is as it was. */
    synchronized void replace(String deviceId, Optional<String> before, Optional<String> now) throws IOException {
        edit(lines -> {
            Optional<String> found =
                    Optional.ofNullable(parse(lines, false).get(deviceId)).map(Revocations::textOf);
            if (found.equals(before)) {
                lines.removeIf(line -> deviceId.equals(idOf(line)));
                now.ifPresent(text -> lines.add((deviceId + " " + text).strip()));
            }
        });
        // at once, and not only at the next look: who looks meanwhile would take it for an edit
        Map<String, Revocation> newer = new TreeMap<>(revoked);
        newer.remove(deviceId);
        now.ifPresent(text -> newer.put(deviceId, revocation(deviceId, text)));
        revoked = newer;
    }

    /** {@return what stands behind the ID, as {@link #revocation} reads it} */
    static String textOf(Revocation revocation) {
        String since = revocation.since().equals(Instant.EPOCH) ? "" : revocation.since() + " ";
        return (since + revocation.reason()).strip();
    }

    static Revocation revocation(String deviceId, String text) {
        String[] words = text.split("\\s+", 2);
        Instant since = instant(words[0]);
        String reason = since == null ? text.strip() : words.length > 1 ? words[1] : "";
        return new Revocation(deviceId, since == null ? Instant.EPOCH : since, PlainText.of(reason, LONGEST_REASON));
    }

    private interface Edit {
        void apply(List<String> lines);
    }

    /** Changes the file as it is now, comments and other people's lines included. */
    private void edit(Edit edit) throws IOException {
        Path directory = path.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException(path + " is in no directory");
        }
        try (DirectoryLock lock = DirectoryLock.of(directory)) {
            List<String> lines =
                    new ArrayList<>(new PolledFile(path, LIMIT).changed().orElse(List.of()));
            List<String> before = List.copyOf(lines);
            edit.apply(lines);
            if (!lines.equals(before)) {
                PrivateFiles.write(path, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private Map<String, Revocation> parse(List<String> lines, boolean report) {
        Map<String, Revocation> found = new TreeMap<>();
        int wrong = 0;
        for (int i = 0; i < lines.size(); i++) {
            String line = plain(lines.get(i));
            String id = idOf(line);
            if (id != null) {
                found.putIfAbsent(id, revocation(id, line.substring(id.length()).strip()));
            } else if (!line.isEmpty() && report && wrong++ < LINES_TO_REPORT) {
                LOG.error(
                        "{}, line {}, is ignored: '{}' does not begin with a device ID",
                        path,
                        i + 1,
                        Names.shown(line));
            }
        }
        return found;
    }

    /** A reason may have a '#'. */
    private static String plain(String line) {
        return line.startsWith("#") ? "" : line.strip();
    }

    private static @Nullable String idOf(String line) {
        String id = plain(line).split("\\s+", 2)[0];
        return DeviceIds.isValid(id) ? id : null;
    }

    private static @Nullable Instant instant(String word) {
        try {
            return Instant.parse(word);
        } catch (DateTimeException e) {
            return null;
        }
    }
}
