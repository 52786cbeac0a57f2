package io.mnedc.api.peer;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * A service that a device offers to its peers. Immutable.
 *
 * @param name what it is called, 1 to 64 characters
 * @param protocol how it is spoken to, such as {@code tcp}, {@code http}, {@code mqtt}; empty if unsaid
 * @param port the port at the device's virtual address, 1 to 65,535; 0 if unsaid
 * @param attributes anything else about it, such as {@code path} or {@code version}: within the limits of
 *     {@link OrchestrationInfo#attributes}
 */
public record OfferedService(String name, String protocol, int port, Map<String, String> attributes) {
    /** The longest name or protocol, in UTF-8 bytes. */
    public static final int MAX_TEXT = 64;

    /** Service property (String): an OSGi service that has it is offered to the peers under this name. */
    public static final String NAME_PROPERTY = "mnedc.offer";

    /** Service property (String): the offered service's protocol. */
    public static final String PROTOCOL_PROPERTY = "mnedc.offer.protocol";

    /** Service property (Integer or its text): the offered service's port. */
    public static final String PORT_PROPERTY = "mnedc.offer.port";

    /** Service property (String, String[] or Collection of them), each {@code KEY=VALUE}: the offered service's attributes. */
    public static final String ATTRIBUTES_PROPERTY = "mnedc.offer.attributes";

    private static final int NUMBER = 6;
    private static final int RECORD = 4;

    /** Checks the limits. */
    public OfferedService {
        if (name.isBlank() || tooLong(name)) {
            throw new IllegalArgumentException("service name \"" + name + "\" is not 1 to " + MAX_TEXT + " bytes long");
        }
        if (tooLong(protocol)) {
            throw new IllegalArgumentException("protocol \"" + protocol + "\" is longer than " + MAX_TEXT + " bytes");
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " of service " + name + " is not in 0..65535");
        }
        attributes = Attributes.checked("service " + name, attributes);
    }

    /** Without attributes. */
    public OfferedService(String name, String protocol, int port) {
        this(name, protocol, port, Map.of());
    }

    private static boolean tooLong(String text) {
        return Attributes.length(text) > MAX_TEXT;
    }

    /** {@return the bytes that it takes of {@link OrchestrationInfo#MAX_BYTES}} */
    public int size() {
        return RECORD + Attributes.size(name) + Attributes.size(protocol) + NUMBER + Attributes.size(attributes);
    }

    /**
     * Reads the value of {@link #ATTRIBUTES_PROPERTY}.
     *
     * @param value a String, String[] or Collection, each {@code KEY=VALUE}
     * @return the attributes
     * @throws IllegalArgumentException with a message that names the value and what is allowed
     */
    public static Map<String, String> attributes(Object value) {
        List<String> entries = value instanceof String[] array
                ? List.of(array)
                : value instanceof Collection<?> many
                        ? many.stream().map(String::valueOf).toList()
                        : List.of(value.toString());
        return Attributes.parse(entries);
    }

    /**
     * Reads the form used in configurations.
     *
     * @param text {@code NAME}, {@code NAME:PROTOCOL} or {@code NAME:PROTOCOL:PORT}, and behind it attributes as in
     *     {@code web:http:8080?path=/status&version=2}
     * @return the service
     * @throws IllegalArgumentException with a message that names the value and what is allowed
     */
    public static OfferedService parse(String text) {
        String[] halves = text.trim().split("\\?", 2);
        String[] parts = halves[0].split(":", -1);
        if (parts.length > 3) {
            throw new IllegalArgumentException(
                    "service \"" + text + "\" is not NAME[:PROTOCOL[:PORT]][?KEY=VALUE&...]");
        }
        int port = 0;
        if (parts.length == 3) {
            try {
                port = Integer.parseInt(parts[2]);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("service \"" + text + "\" has no number as its port", e);
            }
        }
        return new OfferedService(
                parts[0],
                parts.length > 1 ? parts[1] : "",
                port,
                Attributes.parse(halves.length > 1 ? List.of(halves[1].split("&", -1)) : List.of()));
    }
}
