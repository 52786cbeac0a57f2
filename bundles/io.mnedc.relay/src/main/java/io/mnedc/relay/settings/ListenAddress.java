package io.mnedc.relay.settings;

import java.net.InetSocketAddress;

/** Reads {@code HOST:PORT}, {@code [IPV6]:PORT}, {@code *:PORT} or {@code :PORT}. */
final class ListenAddress {
    private ListenAddress() {}

    static InetSocketAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw wrong(text, "it is not HOST:PORT, such as *:3334");
        }
        int port;
        try {
            port = Integer.parseInt(text.substring(colon + 1));
        } catch (NumberFormatException e) {
            throw wrong(text, "what follows the last colon is not a number");
        }
        if (port < 0 || port > 65_535) {
            throw wrong(text, "the port is not in 0..65535");
        }
        String host = text.substring(0, colon);
        if (host.isEmpty() || host.equals("*")) {
            return new InetSocketAddress(port);
        }
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw wrong(text, "an IPv6 address must be in brackets");
        }
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw wrong(text, "the host is unknown");
        }
        return address;
    }

    private static IllegalArgumentException wrong(String text, String why) {
        return new IllegalArgumentException("listen = \"" + text + "\": " + why);
    }
}
