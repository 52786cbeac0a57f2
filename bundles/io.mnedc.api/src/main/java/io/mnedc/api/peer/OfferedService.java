package io.mnedc.api.peer;

/**
 * A service that a device offers to its peers.
 *
 * @param name what it is called, 1 to 64 characters
 * @param protocol how it is spoken to, such as {@code tcp}, {@code http}, {@code mqtt}; empty if unsaid
 * @param port the port at the device's virtual address, 1 to 65,535; 0 if unsaid
 */
public record OfferedService(String name, String protocol, int port) {
    /** The longest name or protocol, in UTF-8 bytes. */
    public static final int MAX_TEXT = 64;

    /** Service property (String): an OSGi service that has it is offered to the peers under this name. */
    public static final String NAME_PROPERTY = "mnedc.offer";

    /** Service property (String): the offered service's protocol. */
    public static final String PROTOCOL_PROPERTY = "mnedc.offer.protocol";

    /** Service property (Integer or its text): the offered service's port. */
    public static final String PORT_PROPERTY = "mnedc.offer.port";

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
    }

    private static boolean tooLong(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > MAX_TEXT;
    }

    /**
     * Reads the form used in configurations.
     *
     * @param text {@code NAME}, {@code NAME:PROTOCOL} or {@code NAME:PROTOCOL:PORT}
     * @return the service
     * @throws IllegalArgumentException with a message that names the value and what is allowed
     */
    public static OfferedService parse(String text) {
        String[] parts = text.trim().split(":", -1);
        if (parts.length > 3) {
            throw new IllegalArgumentException("service \"" + text + "\" is not NAME[:PROTOCOL[:PORT]]");
        }
        int port = 0;
        if (parts.length == 3) {
            try {
                port = Integer.parseInt(parts[2]);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("service \"" + text + "\" has no number as its port", e);
            }
        }
        return new OfferedService(parts[0], parts.length > 1 ? parts[1] : "", port);
    }
}
