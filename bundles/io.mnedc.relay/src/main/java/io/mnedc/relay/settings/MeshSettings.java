package io.mnedc.relay.settings;

import io.mnedc.api.text.DeviceIds;
import io.mnedc.settings.ConfigurationReader;
import java.util.List;
import java.util.regex.Pattern;

/**
 * This relay among the others of its overlay.
 *
 * @param relayId its ID among them; empty: one that is made once and kept in the data directory
 * @param addresses where the others and the devices reach it, each {@code HOST:PORT}; empty: where it listens
 */
public record MeshSettings(String relayId, List<String> addresses) {
    /** Nothing said. */
    public static final MeshSettings DEFAULT = new MeshSettings("", List.of());

    private static final int MOST_ADDRESSES = 16;
    private static final int MOST_PORT = 0xffff;
    private static final Pattern ADDRESS =
            Pattern.compile("(\\[[0-9A-Fa-f:.]{2,45}]|[A-Za-z0-9._-]{1,253}):([1-9][0-9]{0,4})");

    /** Copies the list. */
    public MeshSettings {
        addresses = List.copyOf(addresses);
    }

    static MeshSettings of(ConfigurationReader values) {
        String id = values.text("relay.id", "");
        if (!id.isEmpty() && (!DeviceIds.isValid(id) || id.matches("[.]+"))) {
            values.refuse("relay.id", "\"" + id + "\" is not " + DeviceIds.ALLOWED);
        }
        List<String> entries = values.list("relay.addresses");
        if (entries.size() > MOST_ADDRESSES) {
            values.refuse("relay.addresses", entries.size() + " addresses are more than " + MOST_ADDRESSES);
        }
        return new MeshSettings(id, values.each("relay.addresses", entries, MeshSettings::address));
    }

    /** {@return whether this is HOST:PORT, with brackets around an IPv6 address} */
    public static boolean isAddress(String text) {
        return ADDRESS.matcher(text).matches()
                && Integer.parseInt(text.substring(text.lastIndexOf(':') + 1)) <= MOST_PORT;
    }

    private static String address(String text) {
        if (!isAddress(text)) {
            throw new IllegalArgumentException("is not HOST:PORT, such as relay-2.example.net:3334");
        }
        return text;
    }
}
