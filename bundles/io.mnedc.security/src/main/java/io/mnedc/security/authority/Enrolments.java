package io.mnedc.security.authority;

import io.mnedc.api.relay.RelayAdministration.Enrolment;
import io.mnedc.api.text.PlainText;
import io.mnedc.files.PrivateFiles;
import io.mnedc.security.Names;
import io.mnedc.security.files.RecordFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The enrolled devices: a file for each, named by its ID. Without its file a device's certificate is good still, but its
 * ID can be enrolled by anybody with a token. Thread-safe.
 */
public final class Enrolments {
    private static final Logger LOG = LoggerFactory.getLogger(Enrolments.class);
    private static final String TOKENS = "tokens";
    /** Of so many re-enrolments is remembered by which token they were made. */
    private static final int MOST_TOKENS = 16;

    private final Path directory;

    Enrolments(Path directory) throws IOException {
        PrivateFiles.directory(directory);
        this.directory = directory;
    }

    /**
     * Looks a device up.
     *
     * @param deviceId who
     * @return its enrolment
     * @throws IOException if it cannot be read
     */
    public Optional<Enrolment> find(String deviceId) throws IOException {
        Path file = file(deviceId);
        Properties fields;
        try {
            fields = RecordFile.read(file);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        return Optional.of(new Enrolment(
                deviceId,
                RecordFile.words(file, fields, "groups", Names::groups),
                RecordFile.text(file, fields, "key"),
                RecordFile.instant(file, fields, "since"),
                RecordFile.instant(file, fields, "expires")));
    }

    Optional<String> keyOf(String deviceId) throws IOException {
        return find(deviceId).map(Enrolment::key);
    }

    boolean knows(String deviceId) {
        return Files.exists(file(deviceId));
    }

    /** {@return the names of the tokens by which a device has enrolled, the latest last} */
    List<String> tokensOf(String deviceId) throws IOException {
        try {
            return words(RecordFile.read(file(deviceId)).getProperty(TOKENS, ""));
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }

    private Path file(String deviceId) {
        return directory.resolve(fileName(Names.deviceId(deviceId)));
    }

    /** {@return all, by ID; those that cannot be read are logged and left out} */
    public List<Enrolment> all() {
        List<Enrolment> all = new ArrayList<>();
        try (var files = Files.newDirectoryStream(directory, file -> !hidden(file))) {
            for (Path file : files) {
                read(file).ifPresent(all::add);
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.warn("The enrolled devices in {} cannot be listed: {}", directory, PlainText.of(e));
        }
        all.sort(Comparator.comparing(Enrolment::deviceId));
        return all;
    }

    private Optional<Enrolment> read(Path file) {
        try {
            String deviceId = RecordFile.text(file, RecordFile.read(file), "device");
            if (!file.getFileName().equals(Path.of(fileName(Names.deviceId(deviceId))))) {
                throw new IOException("it is named for another device than " + deviceId);
            }
            return find(deviceId);
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("{} is left out: {}", file, PlainText.of(e));
            return Optional.empty();
        }
    }

    private static boolean hidden(Path file) {
        return String.valueOf(file.getFileName()).startsWith(".");
    }

    /**
     * Writes an enrolment or a renewal down. With the lock of the tokens' directory.
     *
     * @param token names the one by which it has enrolled; empty for a renewal
     */
    void record(String deviceId, String key, Set<String> groups, X509Certificate certificate, Instant now, String token)
            throws IOException {
        List<String> tokens = new ArrayList<>(tokensOf(deviceId));
        if (!token.isEmpty() && !tokens.contains(token)) {
            tokens.add(token);
        }
        Instant since = find(deviceId)
                .filter(known -> known.key().equals(key))
                .map(Enrolment::since)
                .orElse(now);
        Properties fields = new Properties();
        fields.setProperty("device", deviceId);
        fields.setProperty("key", key);
        fields.setProperty("groups", String.join(" ", Names.groups(groups)));
        fields.setProperty("since", since.toString());
        fields.setProperty("serial", certificate.getSerialNumber().toString(16));
        fields.setProperty("expires", certificate.getNotAfter().toInstant().toString());
        List<String> latest = tokens.subList(Math.max(0, tokens.size() - MOST_TOKENS), tokens.size());
        fields.setProperty(TOKENS, String.join(" ", latest));
        RecordFile.write(file(deviceId), fields);
    }

    /** Any ID as a file name, on file systems that do not tell upper from lower case too. */
    public static String fileName(String deviceId) {
        StringBuilder name = new StringBuilder();
        for (byte b : deviceId.getBytes(StandardCharsets.US_ASCII)) {
            char c = (char) b;
            if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_') {
                name.append(c);
            } else {
                name.append(String.format(Locale.ROOT, "%%%02x", (int) c));
            }
        }
        return name.toString();
    }
}
