package io.mnedc.security.authority;

import io.mnedc.api.relay.RelayAdministration.Enrolment;
import io.mnedc.api.text.DeviceIds;
import io.mnedc.api.text.PlainText;
import io.mnedc.security.Names;
import io.mnedc.security.authority.Records.Draft;
import io.mnedc.security.authority.Records.Kind;
import io.mnedc.security.files.RecordFile;
import io.mnedc.security.shared.SharedFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The enrolled devices: a record for each, named by its ID. Without its record a device's certificate is good still, but its
 * ID can be enrolled by anybody with a token. Thread-safe.
 */
public final class Enrolments {
    /** Below this key they are in a shared store. */
    public static final String SHARED = SharedFiles.key(Kind.DEVICES.toString());

    private static final Logger LOG = LoggerFactory.getLogger(Enrolments.class);
    private static final String TOKENS = "tokens";
    /** Of so many re-enrolments is remembered by which token they were made. */
    private static final int MOST_TOKENS = 16;

    private final Records records;

    Enrolments(Records records) {
        this.records = records;
    }

    /**
     * Looks a device up.
     *
     * @param deviceId who
     * @return its enrolment
     * @throws IOException if it cannot be read
     */
    public Optional<Enrolment> find(String deviceId) throws IOException {
        return enrolment(deviceId, records.find(Kind.DEVICES, name(deviceId)));
    }

    /** The same in a change that is being put together. */
    Optional<Enrolment> find(Draft draft, String deviceId) throws IOException {
        return enrolment(deviceId, draft.find(Kind.DEVICES, name(deviceId)));
    }

    private static Optional<Enrolment> enrolment(String deviceId, Optional<Records.Stored> stored) throws IOException {
        return stored.isEmpty() ? Optional.empty() : Optional.of(enrolment(deviceId, stored.get()));
    }

    private static Enrolment enrolment(String deviceId, Records.Stored stored) throws IOException {
        Object place = stored.place();
        Properties fields = stored.fields();
        return new Enrolment(
                deviceId,
                RecordFile.words(place, fields, "groups", Names::groups),
                RecordFile.text(place, fields, "key"),
                RecordFile.instant(place, fields, "since"),
                RecordFile.instant(place, fields, "expires"));
    }

    boolean knows(String deviceId) {
        try {
            return records.find(Kind.DEVICES, name(deviceId)).isPresent();
        } catch (IOException e) {
            // there is something, if it cannot be read
            return true;
        }
    }

    /** {@return the names of the tokens by which a device has enrolled, the latest last} */
    List<String> tokensOf(String deviceId) throws IOException {
        return tokensOf(records.find(Kind.DEVICES, name(deviceId)));
    }

    private static List<String> tokensOf(Optional<Records.Stored> stored) throws IOException {
        return stored.isEmpty() ? List.of() : words(stored.get().fields().getProperty(TOKENS, ""));
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }

    private String name(String deviceId) {
        return records.nameOf(Names.deviceId(deviceId));
    }

    /** {@return all, by ID; those that cannot be read are logged and left out} */
    public List<Enrolment> all() {
        List<Enrolment> all = new ArrayList<>();
        try {
            for (String name : records.names(Kind.DEVICES)) {
                read(name).ifPresent(all::add);
            }
        } catch (IOException e) {
            LOG.warn("The enrolled devices cannot be listed: {}", PlainText.of(e));
        }
        all.sort(Comparator.comparing(Enrolment::deviceId));
        return all;
    }

    private Optional<Enrolment> read(String name) {
        try {
            Optional<Records.Stored> stored = records.find(Kind.DEVICES, name);
            return stored.isEmpty() ? Optional.empty() : Optional.of(read(name, stored.get(), records::nameOf));
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("The enrolment {} is left out: {}", name, PlainText.of(e));
            return Optional.empty();
        }
    }

    /**
     * Reads a record that may be damaged or another device's.
     *
     * @param naming how records are named
     */
    static Enrolment read(String name, Records.Stored stored, UnaryOperator<String> naming) throws IOException {
        String deviceId = RecordFile.text(stored.place(), stored.fields(), "device");
        if (!name.equals(naming.apply(Names.deviceId(deviceId)))) {
            throw new IOException("it is named for another device than " + deviceId);
        }
        return enrolment(deviceId, stored);
    }

    /**
     * Writes an enrolment or a renewal down.
     *
     * @param token names the one by which it has enrolled; empty for a renewal
     */
    void record(
            Draft draft,
            String deviceId,
            String key,
            Set<String> groups,
            X509Certificate certificate,
            Instant now,
            String token)
            throws IOException {
        Optional<Records.Stored> before = draft.find(Kind.DEVICES, name(deviceId));
        List<String> tokens = new ArrayList<>(tokensOf(before));
        if (!token.isEmpty() && !tokens.contains(token)) {
            tokens.add(token);
        }
        Instant since = enrolment(deviceId, before)
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
        draft.put(Kind.DEVICES, name(deviceId), fields);
    }

    /**
     * Whose enrolment a key of a shared store is.
     *
     * @param key {@link #SHARED} or one below it
     * @return the device's ID; empty: nobody's
     */
    public static Optional<String> sharedBy(String key) {
        return key.equals(SHARED) ? Optional.empty() : Optional.of(DeviceKeys.idOf(key));
    }

    /** {@return whose file has this name; empty: nobody's} */
    static Optional<String> deviceId(String fileName) {
        StringBuilder id = new StringBuilder();
        for (int i = 0; i < fileName.length(); i++) {
            char c = fileName.charAt(i);
            if (c == '%'
                    && i + 2 < fileName.length()
                    && HexFormat.isHexDigit(fileName.charAt(i + 1))
                    && HexFormat.isHexDigit(fileName.charAt(i + 2))) {
                id.append((char) HexFormat.fromHexDigits(fileName, i + 1, i + 3));
                i += 2;
            } else {
                id.append(c);
            }
        }
        String deviceId = id.toString();
        return DeviceIds.isValid(deviceId) && fileName(deviceId).equals(fileName)
                ? Optional.of(deviceId)
                : Optional.empty();
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
