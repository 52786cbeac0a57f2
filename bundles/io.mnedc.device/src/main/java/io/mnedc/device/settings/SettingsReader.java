package io.mnedc.device.settings;

import io.mnedc.api.tun.TunSettings;
import io.mnedc.codec.DeviceIds;
import io.mnedc.security.device.DeviceIdentityStore;
import io.mnedc.settings.ConfigurationReader;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads a configuration. All that is wrong is told at once, with key, value and what is allowed. */
public final class SettingsReader {
    private final ConfigurationReader values;

    public SettingsReader(Map<String, ?> properties) {
        this(new ConfigurationReader(properties, DeviceConfig.class));
    }

    public SettingsReader(ConfigurationReader values) {
        this.values = values;
    }

    /**
     * Reads all settings of a device that is enabled.
     *
     * @param standIn stands in for an empty device ID, unless a certificate names the device
     * @param storage where the device may keep its identity if no setting says so; asked only if needed
     * @throws RefusedSettingsException if something is wrong
     */
    public DeviceSettings read(String standIn, Supplier<Path> storage) {
        DeviceSecuritySettings security = new SecurityReader(values, storage).read();
        DeviceSettings settings = new DeviceSettings(
                deviceId(standIn, security),
                relays(security),
                tunName(),
                values.number("mtu", DeviceSettings.DEFAULT_MTU, TunSettings.MIN_MTU, TunSettings.MAX_MTU),
                values.truth("offload", true),
                Duration.ofSeconds(
                        values.number("reconnect.max.seconds", DeviceSettings.DEFAULT_RECONNECT_SECONDS, 1, 3600)),
                Duration.ofMillis(values.number("queue.millis", DeviceSettings.DEFAULT_QUEUE_MILLIS, 1, 10_000)),
                values.number(
                                "queue.kilobytes",
                                DeviceSettings.DEFAULT_QUEUE_KILOBYTES,
                                128,
                                DeviceSettings.MOST_QUEUE_KILOBYTES)
                        * 1024,
                values.number(
                                "send.buffer.kilobytes",
                                DeviceSettings.DEFAULT_SEND_BUFFER_KILOBYTES,
                                0,
                                DeviceSettings.MOST_SEND_BUFFER_KILOBYTES)
                        * 1024,
                values.number(
                        "peers.most",
                        DeviceSettings.DEFAULT_PEERS,
                        DeviceSettings.LEAST_PEERS,
                        DeviceSettings.MOST_PEERS),
                security,
                network(security, storage),
                multicast());
        values.check();
        return settings;
    }

    private MulticastSettings multicast() {
        String text = values.text("multicast", "off");
        MulticastSettings.Mode mode = switch (text) {
            case "discovery" -> MulticastSettings.Mode.DISCOVERY;
            case "all" -> MulticastSettings.Mode.ALL;
            default -> MulticastSettings.Mode.OFF;
        };
        if (mode == MulticastSettings.Mode.OFF && !text.equals("off")) {
            values.wrong("multicast", text, "allowed is off, discovery or all");
        }
        return new MulticastSettings(
                mode,
                values.number(
                        "multicast.packets", MulticastSettings.DEFAULT_PACKETS, 1, MulticastSettings.MOST_PACKETS),
                values.number(
                        "multicast.bytes",
                        MulticastSettings.DEFAULT_BYTES,
                        MulticastSettings.LEAST_BYTES,
                        MulticastSettings.MOST_BYTES),
                values.number(
                        "multicast.members", MulticastSettings.DEFAULT_MEMBERS, 1, MulticastSettings.MOST_MEMBERS));
    }

    private NetworkSettings network(DeviceSecuritySettings security, Supplier<Path> storage) {
        String change = values.text("pool.change", "ask");
        if (!change.equals("ask") && !change.equals("follow")) {
            values.wrong("pool.change", change, "allowed is ask or follow");
        }
        List<AllowedNetworks.Network> allowed =
                values.each("pool.allowed", values.list("pool.allowed"), AllowedNetworks.Network::parse);
        return new NetworkSettings(AllowedNetworks.of(allowed), change.equals("follow"), directory(security, storage));
    }

    /** Where the network is remembered: beside the identity, or where that would be. */
    private static @Nullable Path directory(DeviceSecuritySettings security, Supplier<Path> storage) {
        Path identity = security.directory();
        if (identity != null) {
            return identity;
        }
        try {
            return storage.get();
        } catch (IllegalArgumentException e) {
            // without security a device runs all the same; after a restart it remembers nothing
            return null;
        }
    }

    private String deviceId(String standIn, DeviceSecuritySettings security) {
        String id = values.text("device.id", "");
        if (!id.isEmpty()) {
            if (!DeviceIds.valid(id)) {
                values.refuse("device.id", DeviceIds.complaint(id));
            }
            return id;
        }
        if (security.tls() && security.source() instanceof DeviceSecuritySettings.Stores stores) {
            return values.attempt("device.id", () -> certifiedId(stores)).orElse("");
        }
        String enrolled = enrolledId(security);
        if (!enrolled.isEmpty()) {
            return enrolled;
        }
        // every second image is called so: it would not be unique
        if (standIn.isEmpty() || standIn.equals("localhost") || !DeviceIds.valid(standIn)) {
            values.refuse(
                    "device.id",
                    "device.id is empty and the host name \"" + standIn
                            + "\" cannot stand in for it; set device.id to 1 to 64 letters, digits or . _ : -");
        }
        return standIn;
    }

    /** A device that has joined keeps its ID, whatever its host is called or has for cards by now. */
    private static String enrolledId(DeviceSecuritySettings security) {
        Path directory = security.directory();
        if (!security.tls() || directory == null || !(security.source() instanceof DeviceSecuritySettings.Own)) {
            return "";
        }
        return DeviceIdentityStore.enrolledId(directory).orElse("");
    }

    private static String certifiedId(DeviceSecuritySettings.Stores stores) {
        try {
            return CertifiedId.of(stores, InstantSource.system());
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "device.id is empty and the certificate in keystore = \"" + stores.keystore()
                            + "\" cannot stand in for it; correct that, or set device.id: " + e.getMessage(),
                    e);
        }
    }

    private List<RelayAddress> relays(DeviceSecuritySettings security) {
        List<String> entries = values.list("relays");
        Set<RelayAddress> relays = new LinkedHashSet<>(values.each("relays", entries, SettingsReader::relay));
        // a join token names relays too, and so does what joining has left
        boolean elsewhere = security.tls() && security.source() instanceof DeviceSecuritySettings.Own;
        if (entries.isEmpty() && !elsewhere) {
            values.refuse("relays", "relays is empty; set it to one or more HOST[:PORT], such as relay.example:3334");
        }
        if (!security.tls()) {
            relays.stream()
                    .filter(relay -> relay.source() != RelayAddress.Source.HOST)
                    .forEach(found -> values.refuse(
                            "relays",
                            "relays has the entry \"" + found + "\", which needs security = tls: anybody in the"
                                    + " network can say that he is the relay, and with"
                                    + " security = none nobody has to prove it; set security"
                                    + " = tls, or give the relay's HOST:PORT"));
        }
        return List.copyOf(relays);
    }

    private static RelayAddress relay(String entry) {
        try {
            return RelayAddress.parse(entry);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("relays has the entry " + e.getMessage(), e);
        }
    }

    private String tunName() {
        String name = values.text("tun.name", DeviceSettings.DEFAULT_TUN_NAME);
        return values.attempt("tun.name", () -> new TunSettings(name, TunSettings.MIN_MTU, List.of(), List.of(), false))
                .map(TunSettings::name)
                .orElse(name);
    }
}
