package io.mnedc.device.settings;

import io.mnedc.codec.DeviceIds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a device is called if no setting and no certificate says so. Gateways are often copies of one image: the name must
 * come from what is not copied.
 *
 * @param id the ID; empty or invalid if there is none
 * @param shared whether others may have it, too
 */
public record DefaultId(String id, boolean shared) {
    /** Set by the adapter of a gateway that knows its serial number. Keys with a dot in front are never published. */
    static final String GATEWAY = ".mnedc.gateway.id";

    private static final Logger LOG = LoggerFactory.getLogger(DefaultId.class);
    private static final Path NETWORK = Path.of("/sys/class/net");
    private static final Pattern HARDWARE = Pattern.compile("[0-9a-f]{2}(:[0-9a-f]{2}){5}");
    private static final Pattern NO_ADDRESS = Pattern.compile("(00:){5}00|(ff:){5}ff");
    private static final String ETHERNET = "1";
    /** The card's own address; 3: the administrator's; others are random or borrowed. */
    private static final String OWN = "0";

    private static final String SET = "3";

    /** {@return what stands in on this machine} */
    public static DefaultId of(Map<String, ?> properties) {
        return of(properties, NETWORK, HostName.get());
    }

    /** The same, from other sources. */
    static DefaultId of(Map<String, ?> properties, Path network, String hostName) {
        if (properties.get(GATEWAY) instanceof String gateway && DeviceIds.valid(gateway)) {
            return new DefaultId(gateway, false);
        }
        return hardwareAddress(network)
                .map(address -> new DefaultId(address, false))
                .orElseGet(() -> new DefaultId(hostName, true));
    }

    /** Says that others may have the same ID, if that is in use. */
    public void warnIfUsed(Map<String, ?> properties, String deviceId) {
        Object configured = properties.get("device.id");
        if (shared
                && deviceId.equals(id)
                && (configured == null || configured.toString().isBlank())) {
            LOG.warn(
                    "device.id is empty and no network card was found: the host name \"{}\" is this device's ID. If"
                            + " another device has the same name, they put each other out: set device.id",
                    id);
        }
    }

    private record Card(String address, boolean own, boolean pluggable, String name) {
        /** A card that can be unplugged is the last choice; the rest is for the same answer at each start. */
        static final Comparator<Card> ORDER = Comparator.comparing(Card::pluggable)
                .thenComparing(card -> !card.own())
                .thenComparing(Card::name);
    }

    /** {@return the hardware address of a real network card; empty if there is none, as in a container} */
    private static Optional<String> hardwareAddress(Path network) {
        try (Stream<Path> interfaces = Files.list(network)) {
            return interfaces
                    .map(DefaultId::card)
                    .flatMap(Optional::stream)
                    .min(Card.ORDER)
                    .map(Card::address);
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("no {}", network, e);
            return Optional.empty();
        }
    }

    private static Optional<Card> card(Path directory) {
        try {
            // only hardware has this: no bridge, no TUN, no end of a container
            Path device = directory.resolve("device");
            if (!Files.exists(device) || !read(directory, "type").equals(ETHERNET)) {
                return Optional.empty();
            }
            String address = read(directory, "address").toLowerCase(Locale.ROOT);
            String origin = read(directory, "addr_assign_type");
            if (!HARDWARE.matcher(address).matches()
                    || NO_ADDRESS.matcher(address).matches()
                    || !(origin.equals(OWN) || origin.equals(SET))) {
                return Optional.empty();
            }
            return Optional.of(new Card(
                    address,
                    origin.equals(OWN),
                    device.toRealPath().toString().contains("/usb"),
                    directory.getFileName().toString()));
        } catch (IOException e) {
            LOG.debug("{} is passed over", directory, e);
            return Optional.empty();
        }
    }

    private static String read(Path directory, String file) throws IOException {
        return Files.readString(directory.resolve(file)).trim();
    }
}
