package io.mnedc.device.settings;

import io.mnedc.api.text.HostPort;
import io.mnedc.codec.DeviceIds;
import io.mnedc.codec.Protocol;
import java.util.Locale;

/**
 * Where a relay is to be found. It is looked up at each attempt.
 *
 * @param source what is looked up
 * @param host of {@link Source#HOST} a name or address, an IPv6 address without brackets; of {@link Source#SRV} the
 *     domain; of {@link Source#TOLD} the relay's ID; else empty
 * @param port of {@link Source#HOST} 1 to 65,535; else 0
 */
public record RelayAddress(Source source, String host, int port) {
    /** What is looked up to find a relay. */
    public enum Source {
        /** Nothing, or the addresses of a name. */
        HOST,
        /** SRV records of a domain. */
        SRV,
        /** Announcements in the local network. */
        LAN,
        /** What a relay has told of the others of its overlay; never in a setting. */
        TOLD
    }

    private static final String SRV = "srv:";
    private static final String LAN = "lan";
    private static final String TOLD = "told:";
    private static final int MAX_HOST = 253; // RFC 1035, section 2.3.4, without the last dot

    /** The service and protocol are put before it. */
    private static final int MAX_DOMAIN = MAX_HOST - "_mnedc._tcp.".length();

    private static final String NAME = "[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?";

    /** A relay on a host. */
    public RelayAddress(String host, int port) {
        this(Source.HOST, host, port);
    }

    /** {@return a relay of the overlay by its ID} */
    public static RelayAddress told(String relayId) {
        return new RelayAddress(Source.TOLD, relayId, 0);
    }

    /**
     * Reads what {@link #toString} writes.
     *
     * @throws IllegalArgumentException with a message that names the value and what is allowed
     */
    public static RelayAddress remembered(String text) {
        if (!text.startsWith(TOLD)) {
            return parse(text);
        }
        String relayId = text.substring(TOLD.length());
        if (!DeviceIds.valid(relayId)) {
            throw new IllegalArgumentException(DeviceIds.complaint(relayId));
        }
        return told(relayId);
    }

    /**
     * Reads HOST, HOST:PORT, [IPV6], [IPV6]:PORT, srv:DOMAIN or lan.
     *
     * @throws IllegalArgumentException with a message that names the value and what is allowed
     */
    public static RelayAddress parse(String text) {
        if (text.equals(LAN)) {
            return new RelayAddress(Source.LAN, "", 0);
        }
        if (text.startsWith(SRV)) {
            return srv(text);
        }
        return host(text);
    }

    private static RelayAddress srv(String text) {
        String domain = text.substring(SRV.length());
        String bare = domain.endsWith(".") ? domain.substring(0, domain.length() - 1) : domain;
        if (bare.length() > MAX_DOMAIN || !bare.matches(NAME) || bare.contains("..") || bare.endsWith(".")) {
            throw wrong(text, "has no domain behind srv:");
        }
        return new RelayAddress(Source.SRV, bare.toLowerCase(Locale.ROOT), 0);
    }

    /**
     * Reads HOST, HOST:PORT, [IPV6] or [IPV6]:PORT.
     *
     * @throws IllegalArgumentException with a message that names the value and what is allowed
     */
    public static RelayAddress host(String text) {
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
            if (host.length() > MAX_HOST || !host.matches(NAME)) {
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
                + " [fd00::1]:3334, and srv:DOMAIN and lan");
    }

    /**
     * {@return whether anybody in the local network can say that it is this relay} So one that cannot prove itself tells
     * nothing about the true one, which may come at any time.
     */
    public boolean isNeighbour() {
        return source == Source.LAN;
    }

    /** {@return whether a relay of the overlay has told of it} */
    public boolean isTold() {
        return source == Source.TOLD;
    }

    /** {@return whether others say where it is: SRV records, announcements, or another relay} */
    public boolean isFound() {
        return source != Source.HOST;
    }

    @Override
    public String toString() {
        return switch (source) {
            case HOST -> HostPort.text(host, port);
            case SRV -> SRV + host;
            case LAN -> LAN;
            case TOLD -> TOLD + host;
        };
    }
}
