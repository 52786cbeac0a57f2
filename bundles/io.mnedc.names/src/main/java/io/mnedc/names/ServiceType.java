package io.mnedc.names;

import io.mnedc.api.peer.OfferedService;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The type of an offered service in DNS-SD (RFC 6763, section 7).
 *
 * @param service such as {@code _http}
 * @param transport {@code _tcp} or {@code _udp}
 */
record ServiceType(String service, String transport) {
    static final String TCP = "_tcp";
    static final String UDP = "_udp";
    /** A service name has 1 to 15 letters, digits and hyphens, with a letter among them (RFC 6335, section 5.1). */
    private static final int MOST = 15;

    private static final Set<String> OVER_UDP = Set.of("coap", "snmp", "ntp", "tftp", "rtp", "stun");

    /**
     * {@return the type: the protocol, behind it {@code /udp} or {@code /tcp} if it says so. A service that names no more than its
     *     transport has its own name as its type. Empty if there is no type, or no port}
     */
    static Optional<ServiceType> of(OfferedService service) {
        String protocol = service.protocol().toLowerCase(Locale.ROOT);
        String transport = protocol.endsWith("udp") ? UDP : TCP;
        String name = protocol.replaceAll("/(tcp|udp)$", "");
        if (name.isEmpty() || name.equals("tcp") || name.equals("udp")) {
            name = service.name().toLowerCase(Locale.ROOT);
        } else if (OVER_UDP.contains(name) && !protocol.endsWith("/tcp")) {
            transport = UDP;
        }
        String plain = plain(name);
        return service.port() == 0 || !plain.matches(".*[a-z].*")
                ? Optional.empty()
                : Optional.of(new ServiceType("_" + plain, transport));
    }

    private static String plain(String name) {
        String plain = name.replaceAll("[^a-z0-9]+", "-");
        plain = plain.substring(plain.startsWith("-") ? 1 : 0);
        plain = plain.substring(0, Math.min(plain.length(), MOST));
        return plain.endsWith("-") ? plain.substring(0, plain.length() - 1) : plain;
    }

    /** {@return as a key of a table} */
    String key() {
        return service + "." + transport;
    }
}
