package io.mnedc.tun;

import io.mnedc.api.tun.TunSettings.Prefix;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A route of the kernel, or its answer where packets to an address go.
 *
 * @param type of packets' way, such as {@link #UNICAST}
 * @param destination the network; length 0 for the default route
 * @param gateway the next router; null if there is none
 * @param out the index of the interface that packets leave by; 0 if there is none
 * @param table the routing table
 * @param metric the priority, the lowest is the best; 0 is the kernel's default
 * @param source the address that packets get whose application has chosen none; null if the kernel does not tell
 */
record Route(
        int type,
        Prefix destination,
        @Nullable InetAddress gateway,
        int out,
        int table,
        int metric,
        @Nullable InetAddress source) {
    // linux/rtnetlink.h
    static final int UNICAST = 1;
    static final int BLACKHOLE = 6;
    static final int UNREACHABLE = 7;
    static final int PROHIBIT = 8;
    static final int TABLE_MAIN = 254;
    private static final int TABLE_LOCAL = 255;

    /** {@return the route as ip(8) writes it} */
    String text() {
        StringBuilder text = new StringBuilder();
        if (type != UNICAST) {
            text.append(typeName(type)).append(' ');
        }
        text.append(destination.length() == 0 ? "default" : host(destination));
        if (gateway != null) {
            text.append(" via ").append(gateway.getHostAddress());
        }
        if (out != 0) {
            text.append(" dev ").append(Networks.name(out));
        }
        if (table != TABLE_MAIN && table != TABLE_LOCAL && table != 0) {
            text.append(" table ").append(Integer.toUnsignedString(table));
        }
        if (metric != 0) {
            text.append(" metric ").append(Integer.toUnsignedString(metric));
        }
        return text.toString();
    }

    /** {@return whether ip(8) shows it only when its table is named} */
    boolean isInOtherTable() {
        return table != TABLE_MAIN && table != 0;
    }

    private static String host(Prefix prefix) {
        boolean host = prefix.length() == prefix.address().getAddress().length * 8;
        return host
                ? prefix.address().getHostAddress()
                : Networks.network(prefix).toString();
    }

    /** {@return the word of ip(8) for a type} */
    static String typeName(int type) {
        return switch (type) {
            case 2 -> "local";
            case 3 -> "broadcast";
            case 4 -> "anycast";
            case 5 -> "multicast";
            case BLACKHOLE -> "blackhole";
            case UNREACHABLE -> "unreachable";
            case PROHIBIT -> "prohibit";
            case 9 -> "throw";
            default -> "type " + type;
        };
    }
}
