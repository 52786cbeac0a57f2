package io.mnedc.security.authority;

import io.mnedc.api.relay.RelayAdministration.OpenToken;
import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.security.Fingerprints;
import io.mnedc.security.Names;
import io.mnedc.security.files.RecordFile;
import java.io.IOException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/** The record of one join token, as it was when it was read. */
final class JoinTokenFile {
    /** Of so many the answer may have been lost. */
    private static final int REDEEMERS = 64;

    private static final String SECRET = "secret-sha256";
    private static final String EXPIRES = "expires";
    private static final String USES = "uses";
    private static final String DEVICE = "device";
    private static final String GROUPS = "groups";
    private static final String REDEEMED = "redeemed";
    private static final String ADDRESSES = "addresses";
    private static final String CANCELLED = "cancelled";
    private static final String ROLE = "role";
    private static final String RELAY = "relay";

    /** A device that has used the token, with the fingerprint of its key; a relay has no ID. */
    record Redeemer(String key, String deviceId) {
        @Override
        public String toString() {
            return key + "/" + deviceId;
        }

        private static Redeemer parse(String text) {
            int slash = text.indexOf('/');
            return new Redeemer(text.substring(0, Math.max(0, slash)), text.substring(slash + 1));
        }
    }

    private final Object file;
    private final Properties fields;

    private JoinTokenFile(Object file, Properties fields) {
        this.file = file;
        this.fields = fields;
    }

    /** {@return the fields of a new one} */
    static Properties create(byte[] secret, Instant expires, TokenRequest request, List<String> addresses) {
        Properties fields = new Properties();
        fields.setProperty(SECRET, Fingerprints.hex(secret));
        fields.setProperty(EXPIRES, expires.toString());
        fields.setProperty(USES, String.valueOf(request.uses()));
        fields.setProperty(DEVICE, request.deviceId().orElse(""));
        fields.setProperty(GROUPS, String.join(" ", Names.groups(request.groups())));
        fields.setProperty(REDEEMED, "");
        fields.setProperty(ADDRESSES, String.join(" ", addresses));
        if (request.relay()) {
            fields.setProperty(ROLE, RELAY);
        }
        return fields;
    }

    static JoinTokenFile of(Records.Stored stored) throws IOException {
        return new JoinTokenFile(stored.place(), stored.fields());
    }

    boolean hasSecret(byte[] secret) throws IOException {
        String hash = RecordFile.text(file, fields, SECRET);
        if (!hash.matches("[0-9a-f]{64}")) {
            throw new IOException(file + " is damaged ('" + SECRET + "' is no hash): remove it, make a new token");
        }
        return MessageDigest.isEqual(HexFormat.of().parseHex(hash), Fingerprints.sha256(secret));
    }

    boolean isCancelled() {
        return fields.containsKey(CANCELLED);
    }

    Instant expires() throws IOException {
        return RecordFile.instant(file, fields, EXPIRES);
    }

    int uses() throws IOException {
        return RecordFile.number(file, fields, USES);
    }

    /** {@return whether it is for relays, not for devices} */
    boolean forRelays() throws IOException {
        String role = fields.getProperty(ROLE, "");
        if (!role.isEmpty() && !role.equals(RELAY)) {
            throw new IOException(file + " is damaged ('" + ROLE + "' is '" + Names.shown(role) + "', allowed is "
                    + RELAY + ", or no such line for devices): remove it, make a new token");
        }
        return !role.isEmpty();
    }

    /** {@return the only device that may use it; empty: any} */
    String device() throws IOException {
        return RecordFile.text(file, fields, DEVICE);
    }

    Set<String> groups() throws IOException {
        return RecordFile.words(file, fields, GROUPS, Names::groups);
    }

    /** {@return the latest who have used it} */
    List<Redeemer> redeemers() {
        return words(REDEEMED).stream().map(Redeemer::parse).toList();
    }

    /** {@return where it says that the relay is} */
    List<String> addresses() {
        return words(ADDRESSES);
    }

    private List<String> words(String field) {
        String words = fields.getProperty(field, "").strip();
        return words.isEmpty() ? List.of() : List.of(words.split("\\s+"));
    }

    boolean isUsable(Instant now) throws IOException {
        return !isCancelled() && uses() > 0 && now.isBefore(expires());
    }

    OpenToken shown(String name) throws IOException {
        String device = device();
        return new OpenToken(
                name,
                device.isEmpty() ? Optional.empty() : Optional.of(device),
                groups(),
                expires(),
                uses(),
                forRelays());
    }

    /** {@return the fields with one use less} */
    Properties redeemed(Redeemer by) throws IOException {
        List<String> redeemers = new ArrayList<>(words(REDEEMED));
        redeemers.add(by.toString());
        fields.setProperty(USES, String.valueOf(uses() - 1));
        fields.setProperty(
                REDEEMED,
                String.join(" ", redeemers.subList(Math.max(0, redeemers.size() - REDEEMERS), redeemers.size())));
        return fields;
    }

    /** {@return the fields of one that has ended} */
    Properties cancelled(Instant now) {
        fields.putIfAbsent(CANCELLED, now.toString());
        return fields;
    }

    /**
     * Checks a record of another relay.
     *
     * @throws IOException if it is none of a join token
     */
    void check() throws IOException {
        hasSecret(new byte[0]);
        expires();
        uses();
        groups();
        forRelays();
        if (!device().isEmpty()) {
            Names.deviceId(device());
        }
    }
}
