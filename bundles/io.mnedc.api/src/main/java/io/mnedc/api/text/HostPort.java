package io.mnedc.api.text;

/** Addresses with a port, as people write them. */
public final class HostPort {
    private HostPort() {}

    /**
     * Writes an address.
     *
     * @param host a name or an address
     * @param port behind it
     * @return {@code HOST:PORT}, an IPv6 address in brackets
     */
    public static String text(String host, int port) {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
