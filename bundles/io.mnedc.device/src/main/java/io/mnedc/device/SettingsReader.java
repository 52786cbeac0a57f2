package io.mnedc.device;

import io.mnedc.api.tun.TunSettings;
import io.mnedc.codec.DeviceIds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a configuration. Every value may be typed or text; a list may be an array, a collection or one text with commas
 * or blanks between (Karaf's .cfg files have nothing else). What is wrong is told with key, value and what is allowed.
 */
final class SettingsReader {
    private final Map<String, ?> properties;

    SettingsReader(Map<String, ?> properties) {
        this.properties = properties;
    }

    /** {@return whether the device shall run} */
    boolean enabled() {
        return truth("enabled", false);
    }

    /**
     * Reads all settings of a device that is enabled.
     *
     * @param hostName stands in for an empty device ID
     * @throws IllegalArgumentException with a sentence that names key, value and what is allowed
     */
    DeviceSettings read(String hostName) {
        security();
        return new DeviceSettings(
                deviceId(hostName),
                relays(),
                tunName(),
                number("mtu", DeviceSettings.DEFAULT_MTU, TunSettings.MIN_MTU, TunSettings.MAX_MTU),
                truth("offload", true),
                Duration.ofSeconds(number("reconnect.max.seconds", DeviceSettings.DEFAULT_RECONNECT_SECONDS, 1, 3600)),
                Duration.ofMillis(number("queue.millis", DeviceSettings.DEFAULT_QUEUE_MILLIS, 1, 10_000)),
                number(
                                "queue.kilobytes",
                                DeviceSettings.DEFAULT_QUEUE_KILOBYTES,
                                128,
                                DeviceSettings.MOST_QUEUE_KILOBYTES)
                        * 1024,
                number("send.buffer.kilobytes", DeviceSettings.DEFAULT_SEND_BUFFER_KILOBYTES, 0, 262_144) * 1024);
    }

    private void security() {
        String security = text("security", "none");
        if (!security.equals("none")) {
            throw wrong("security", security, "allowed is only none in this version");
        }
    }

    private String deviceId(String hostName) {
        String id = text("device.id", "");
        if (!id.isEmpty()) {
            if (!DeviceIds.valid(id)) {
                throw new IllegalArgumentException("device.id: " + DeviceIds.complaint(id));
            }
            return id;
        }
        // every second image is called so: it would not be unique
        if (hostName.isEmpty() || hostName.equals("localhost") || !DeviceIds.valid(hostName)) {
            throw new IllegalArgumentException("device.id is empty and the host name \"" + hostName
                    + "\" cannot stand in for it; set device.id to 1 to 64 letters, digits or . _ : -");
        }
        return hostName;
    }

    private List<RelayAddress> relays() {
        Set<RelayAddress> relays = new LinkedHashSet<>();
        for (String entry : list("relays")) {
            try {
                relays.add(RelayAddress.parse(entry));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("relays has the entry " + e.getMessage(), e);
            }
        }
        if (relays.isEmpty()) {
            throw new IllegalArgumentException(
                    "relays is empty; set it to one or more HOST[:PORT], such as relay.example:3334");
        }
        return List.copyOf(relays);
    }

    private String tunName() {
        String name = text("tun.name", DeviceSettings.DEFAULT_TUN_NAME);
        try {
            new TunSettings(name, TunSettings.MIN_MTU, List.of(), List.of(), false);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("tun.name: " + e.getMessage(), e);
        }
        return name;
    }

    private int number(String key, int otherwise, int least, int most) {
        String text = text(key, "");
        if (text.isEmpty()) {
            return otherwise;
        }
        int value;
        try {
            value = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            value = least - 1;
        }
        if (value < least || value > most) {
            throw wrong(key, text, "allowed is a whole number of " + least + ".." + most);
        }
        return value;
    }

    private boolean truth(String key, boolean otherwise) {
        String text = text(key, "");
        if (text.isEmpty()) {
            return otherwise;
        }
        if (!text.equalsIgnoreCase("true") && !text.equalsIgnoreCase("false")) {
            throw wrong(key, text, "allowed is true or false");
        }
        return text.equalsIgnoreCase("true");
    }

    private String text(String key, String otherwise) {
        Object value = first(properties.get(key));
        String text = value == null ? "" : value.toString().trim();
        return text.isEmpty() ? otherwise : text;
    }

    private static @Nullable Object first(@Nullable Object value) {
        if (value instanceof Object[] array) {
            return array.length == 0 ? null : array[0];
        }
        return value;
    }

    private List<String> list(String key) {
        Object value = properties.get(key);
        List<Object> entries = new ArrayList<>();
        if (value instanceof Object[] array) {
            entries.addAll(Arrays.asList(array));
        } else if (value instanceof Collection<?> collection) {
            entries.addAll(collection);
        } else if (value != null) {
            entries.add(value);
        }
        List<String> texts = new ArrayList<>();
        for (Object entry : entries) {
            for (String text : entry.toString().split("[,\\s]+", -1)) {
                if (!text.isEmpty()) {
                    texts.add(text);
                }
            }
        }
        return texts;
    }

    private static IllegalArgumentException wrong(String key, String value, String allowed) {
        return new IllegalArgumentException(key + " = \"" + value + "\" is not allowed; " + allowed);
    }
}
