package io.mnedc.cluster.server;

import io.mnedc.security.authority.EnsembleKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One server of the ensemble, as ZooKeeper's dynamic configuration has it:
 * {@code server.NUMBER=HOST:PORT:PORT+1:ROLE;127.0.0.1:PORT+2}. The leader listens at PORT, all vote at PORT+1, and PORT+2 is for the
 * relay of the same host alone.
 *
 * @param number 1 to 254
 * @param host where the other relays reach it: a name or an address, IPv6 with brackets
 * @param port 1 to 65,533
 * @param voter whether it votes; if not, it only learns, which is called an observer
 */
public record ServerEntry(int number, String host, int port, boolean voter) {
    private static final int LARGEST_PORT = 65_533;
    private static final String HOST = "[A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}\\]";
    private static final Pattern ADDRESS = Pattern.compile("(" + HOST + "):([1-9][0-9]{0,4})");
    private static final Pattern LINE = Pattern.compile("server\\.([1-9][0-9]{0,2})=(" + HOST
            + "):([1-9][0-9]{0,4}):[0-9]{1,5}:(participant|observer)(?:;\\S{1,80})?");

    /** Checks the numbers. */
    public ServerEntry {
        if (number < 1 || number > EnsembleKeys.LARGEST_NUMBER) {
            throw new IllegalArgumentException(
                    "server number " + number + " is not 1 to " + EnsembleKeys.LARGEST_NUMBER);
        }
        if (port < 1 || port > LARGEST_PORT) {
            throw new IllegalArgumentException("port " + port + " of " + host + " is not 1 to " + LARGEST_PORT
                    + ": this port and the next two are used");
        }
    }

    /**
     * Reads an address.
     *
     * @param text HOST:PORT
     * @throws IllegalArgumentException if it is none; the message says what is allowed
     */
    public static ServerEntry of(int number, String text, boolean voter) {
        Matcher parts = ADDRESS.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not HOST:PORT, such as 192.0.2.7:2888 or [2001:db8::7]:2888");
        }
        return new ServerEntry(number, parts.group(1), Integer.parseInt(parts.group(2)), voter);
    }

    /**
     * Reads the servers of a dynamic configuration; what is no server is left out.
     *
     * @param text lines, or with semicolons between them and without clients' addresses
     * @throws IllegalArgumentException if a server is not as this class writes it, or there are too many
     */
    public static List<ServerEntry> all(String text) {
        List<ServerEntry> found = new ArrayList<>();
        for (String line : text.split("[\n\r]+|;(?=server\\.)", -1)) {
            if (line.startsWith("server.")) {
                Matcher parts = LINE.matcher(line.strip());
                if (!parts.matches()) {
                    throw new IllegalArgumentException("not a server of an ensemble: \"" + line.strip() + "\"");
                }
                found.add(new ServerEntry(
                        Integer.parseInt(parts.group(1)),
                        parts.group(2),
                        Integer.parseInt(parts.group(3)),
                        parts.group(4).equals("participant")));
            }
        }
        if (found.size() > EnsembleKeys.LARGEST_NUMBER
                || found.stream().mapToInt(ServerEntry::number).distinct().count() != found.size()) {
            throw new IllegalArgumentException("too many servers of an ensemble, or one of them twice");
        }
        return List.copyOf(found);
    }

    /** {@return the same server with or without a vote} */
    public ServerEntry voting(boolean votes) {
        return new ServerEntry(number, host, port, votes);
    }

    /** {@return whether both are at the same place} */
    boolean samePlace(ServerEntry other) {
        return host.toLowerCase(Locale.ROOT).equals(other.host.toLowerCase(Locale.ROOT)) && port == other.port;
    }

    /** {@return whether another server of these is at this place} */
    boolean isTakenIn(List<ServerEntry> servers) {
        return servers.stream().anyMatch(each -> each.number != number && samePlace(each));
    }

    /** {@return HOST:PORT} */
    public String address() {
        return host + ":" + port;
    }

    /** {@return the port for the relay of the same host} */
    public int clientPort() {
        return port + 2;
    }

    /** {@return the line of the dynamic configuration} */
    public String line() {
        return "server." + number + "=" + address() + ":" + (port + 1) + ":" + (voter ? "participant" : "observer")
                + ";127.0.0.1:" + clientPort();
    }
}
