package io.mnedc.relay.mesh;

import io.mnedc.api.text.DeviceIds;
import io.mnedc.codec.ControlMessage.RelayRecord;
import io.mnedc.codec.Protocol;
import io.mnedc.relay.settings.MeshSettings;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A relay of the overlay as the store has it: lines of {@code name=value}. It comes from other relays, so all is checked, and names that
 * are not known are skipped.
 *
 * @param relayId its ID among the relays, of the form of a device ID
 * @param key the SHA-256 fingerprint of its public key, in hex
 * @param addresses where it is dialled, each {@code HOST:PORT}; at most {@value #MOST_ADDRESSES}
 * @param software what it runs
 * @param load how busy it is, 0 to {@value Protocol#MAX_LOAD}; {@value Protocol#MAX_LOAD}: it wants no further device
 * @param signs whether it has the CA's key, so that others may ask it for certificates
 */
public record Member(String relayId, String key, List<String> addresses, String software, int load, boolean signs) {
    static final int MOST_ADDRESSES = 16;
    private static final int MOST_TEXT = 300;
    private static final int MOST_SOFTWARE = 64;
    private static final Pattern KEY = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern LOAD = Pattern.compile("[0-9]{1,4}");

    /** Copies the list. */
    public Member {
        addresses = List.copyOf(addresses);
    }

    /** {@return its text in the store} */
    String text() {
        return "key=" + key + "\naddresses=" + String.join(" ", addresses) + "\nsoftware=" + software + "\nload=" + load
                + "\n" + (signs ? "signs=1\n" : "");
    }

    /** {@return what a text of the store says; empty if it is none} */
    static Optional<Member> parse(String relayId, String text) {
        if (!DeviceIds.isValid(relayId)) {
            return Optional.empty();
        }
        String key = "";
        String software = "";
        List<String> addresses = List.of();
        int load = 0;
        boolean signs = false;
        for (String line : text.split("\n", MOST_TEXT)) {
            int equals = line.indexOf('=');
            String name = equals < 0 ? "" : line.substring(0, equals);
            String value = line.substring(equals + 1);
            switch (name) {
                case "key" -> key = value;
                case "software" -> software = shortened(value);
                case "load" ->
                    load = LOAD.matcher(value).matches() ? Math.min(Integer.parseInt(value), Protocol.MAX_LOAD) : 0;
                case "signs" -> signs = value.equals("1");
                case "addresses" -> addresses = addresses(value);
                default -> {
                    // of a newer version
                }
            }
        }
        return KEY.matcher(key).matches()
                ? Optional.of(new Member(relayId, key, addresses, software, load, signs))
                : Optional.empty();
    }

    private static String shortened(String software) {
        String plain = software.replaceAll("[^ -~]", "?");
        return plain.length() > MOST_SOFTWARE ? plain.substring(0, MOST_SOFTWARE) : plain;
    }

    private static List<String> addresses(String value) {
        return List.of(value.split(" ", MOST_ADDRESSES + 1)).stream()
                .filter(MeshSettings::isAddress)
                .limit(MOST_ADDRESSES)
                .toList();
    }

    /** {@return what devices are told of it} */
    RelayRecord told() {
        return new RelayRecord(
                relayId, addresses.stream().filter(MeshSettings::isAddress).toList(), load);
    }

    /** {@return the host of an address, without the brackets of IPv6} */
    static String host(String address) {
        String host = address.substring(0, address.lastIndexOf(':'));
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** {@return the port of an address} */
    static int port(String address) {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }
}
