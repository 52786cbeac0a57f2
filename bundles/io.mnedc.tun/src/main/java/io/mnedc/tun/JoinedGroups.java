package io.mnedc.tun;

import io.mnedc.api.tun.TunDevice;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The multicast groups of an interface, as the kernel lists them for all interfaces (net/ipv4/igmp.c and net/ipv6/mcast.c of
 * Linux). What cannot be understood is left out.
 */
final class JoinedGroups {
    private static final Path IPV4 = Path.of("/proc/thread-self/net/igmp");
    private static final Path IPV6 = Path.of("/proc/thread-self/net/igmp6");

    /** As much as ten thousand interfaces have. */
    private static final int MOST_BYTES = 1 << 20;

    private static final int IPV4_DIGITS = 8;
    private static final int IPV6_DIGITS = 32;

    private JoinedGroups() {}

    /**
     * {@return the groups}
     *
     * @param name of the interface
     * @throws IOException if the kernel does not tell
     */
    static Collection<InetAddress> of(String name) throws IOException {
        Set<InetAddress> groups = new LinkedHashSet<>();
        ipv4(read(IPV4), name, ByteOrder.nativeOrder(), groups);
        ipv6(read(IPV6), name, groups);
        return groups;
    }

    /** A kernel without multicast, or without IPv6, has no list. */
    private static String read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MOST_BYTES), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    /**
     * A line for each interface, and below it one for each group, indented.
     *
     * <pre>
     * Idx  Device    : Count Querier  Group    Users Timer       Reporter
     * 2    mnedc0    :     1      V3
     *                                 FB0000E0     1 0:00000000         0
     * </pre>
     *
     * @param order of the machine: the kernel writes the address as a number in its own order
     */
    static void ipv4(String list, String name, ByteOrder order, Set<InetAddress> groups) {
        boolean its = false;
        for (String line : (Iterable<String>) list.lines()::iterator) {
            if (line.isEmpty()) {
                continue;
            }
            if (!Character.isWhitespace(line.charAt(0))) {
                its = isOf(line, name);
            } else if (its) {
                String digits = first(line.strip());
                if (digits.length() == IPV4_DIGITS) {
                    add(number(digits), order, groups);
                }
            }
        }
    }

    /** The kernel lets no name have a colon or white space. */
    private static boolean isOf(String line, String name) {
        int tab = line.indexOf('\t');
        int colon = line.indexOf(':');
        return tab >= 0 && colon > tab && line.substring(tab, colon).strip().equals(name);
    }

    /**
     * A line for each group: {@code 2  mnedc0  ff0200000000000000000000000000fb  1 0000000C 0}.
     */
    static void ipv6(String list, String name, Set<InetAddress> groups) {
        for (String line : (Iterable<String>) list.lines()::iterator) {
            int space = line.indexOf(' ');
            String rest = space < 0 ? "" : line.substring(space).strip();
            if (!first(rest).equals(name)) {
                continue;
            }
            String digits = first(rest.substring(name.length()).strip());
            if (digits.length() != IPV6_DIGITS) {
                continue;
            }
            ByteBuffer address = ByteBuffer.allocate(IPV6_DIGITS / 2);
            boolean whole = true;
            for (int at = 0; at < IPV6_DIGITS; at += IPV4_DIGITS) {
                long part = number(digits.substring(at, at + IPV4_DIGITS));
                whole &= part >= 0;
                address.putInt((int) part);
            }
            if (whole) {
                add(address.array(), groups);
            }
        }
    }

    private static String first(String words) {
        for (int end = 0; end < words.length(); end++) {
            if (Character.isWhitespace(words.charAt(end))) {
                return words.substring(0, end);
            }
        }
        return words;
    }

    /** Eight hexadecimal digits; -1 if they are not. */
    private static long number(String digits) {
        long number = 0;
        for (int at = 0; at < digits.length(); at++) {
            int digit = Character.digit(digits.charAt(at), 16);
            if (digit < 0) {
                return -1;
            }
            number = number << 4 | digit;
        }
        return number;
    }

    private static void add(long number, ByteOrder order, Set<InetAddress> groups) {
        if (number >= 0) {
            add(
                    ByteBuffer.allocate(Integer.BYTES)
                            .order(order)
                            .putInt((int) number)
                            .array(),
                    groups);
        }
    }

    private static void add(byte[] bytes, Set<InetAddress> groups) {
        InetAddress address = address(bytes);
        if (address != null && address.isMulticastAddress() && groups.size() < TunDevice.MOST_GROUPS) {
            groups.add(address);
        }
    }

    private static @Nullable InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
