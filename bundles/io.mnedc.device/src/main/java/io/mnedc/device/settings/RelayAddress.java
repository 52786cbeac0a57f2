package io.mnedc.device.settings;

import io.mnedc.api.text.HostPort;
import io.mnedc.codec.Protocol;

/**
 * Where a relay is to be found; its name is looked up at each attempt.
 *
 * @param host a name or address; an IPv6 address without brackets
 * @param port 1 to 65,535
 */
public record RelayAddress(String host, int port) {
    private static final int MAX_HOST = 253; // RFC 1035, section 2.3.4, without the last dot

    /**
     * Reads HOST, HOST:PORT, [IPV6] or [IPV6]:PORT.
     *
     * @throws IllegalArgumentException with a message that names the value and what is allowed
     */
    public static RelayAddress parse(String text) {
        String host;
        String rest;
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            if (end < 0 || !text.substring(1, end).matches("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(%[A-Za-z0-9_.-]+)?")) {
                throw wrong(text, "has no IPv6 address in its brackets");
            }
            host = text.substring(1, end);
            rest = text.substring(end + 1);
        } else {
            int colon = text.indexOf(':');
            if (colon != text.lastIndexOf(':')) {
                throw wrong(text, "has more than one colon");
            }
            host = colon < 0 ? text : text.substring(0, colon);
            rest = colon < 0 ? "" : text.substring(colon);
            if (host.length() > MAX_HOST || !host.matches("[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?")) {
                throw wrong(text, "has no host name or address before its port");
            }
        }
        return new RelayAddress(host, port(text, rest));
    }

    private static int port(String text, String rest) {
        if (rest.isEmpty()) {
            return Protocol.DEFAULT_PORT;
        }
        int port = rest.matches(":[0-9]{1,5}") ? Integer.parseInt(rest.substring(1)) : 0;
        if (port < 1 || port > 65_535) {
            throw wrong(text, "has no port of 1..65535 at its end");
        }
        return port;
    }

    private static IllegalArgumentException wrong(String text, String what) {
        return new IllegalArgumentException("\"" + text + "\" " + what
                + "; allowed is HOST[:PORT], with an IPv6 address in brackets, such as relay.example:3334 or"
                + " [fd00::1]:3334");
    }

    @Override
    public String toString() {
        return HostPort.text(host, port);
    }
}
