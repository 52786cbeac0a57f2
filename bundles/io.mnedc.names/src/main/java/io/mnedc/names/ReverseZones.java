package io.mnedc.names;

import io.mnedc.api.address.VirtualNetwork;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;

/**
 * The zones of addresses (RFC 1035, section 3.5, and RFC 3596, section 2.5) that lie wholly in the overlay. A pool whose prefix does
 * not end at a byte has several IPv4 ones, of which each has one byte more.
 */
final class ReverseZones {
    private static final Name IPV4 = Name.fromConstantString("in-addr.arpa.");
    private static final Name IPV6 = Name.fromConstantString("ip6.arpa.");
    private static final int NIBBLES = 32;
    private static final int ULA_NIBBLES = VirtualNetwork.ULA_PREFIX_LENGTH / 4;

    private ReverseZones() {}

    /**
     * A name in a zone of the overlay's addresses.
     *
     * @param apex the zone
     * @param address what it is the name of; null if it is the name of more than one, or of none
     * @param exists whether it is the name of an address or of some
     */
    record Found(Name apex, @Nullable InetAddress address, boolean exists) {}

    /** {@return the zones of an overlay, without a dot at the end; at most 129} */
    static List<String> of(VirtualNetwork network) {
        List<String> zones = new ArrayList<>();
        int bytes = (network.prefixLength() + 7) / 8;
        int first = ByteBuffer.wrap(network.network().getAddress()).getInt();
        for (int i = 0; i < 1 << (8 * bytes - network.prefixLength()); i++) {
            int base = first + (i << (32 - 8 * bytes));
            StringBuilder zone = new StringBuilder();
            for (int at = bytes - 1; at >= 0; at--) {
                zone.append((base >>> (24 - 8 * at)) & 0xff).append('.');
            }
            zones.add(zone + IPV4.toString(true));
        }
        byte[] prefix = network.ulaPrefix().getAddress();
        StringBuilder zone = new StringBuilder();
        for (int at = ULA_NIBBLES - 1; at >= 0; at--) {
            int octet = prefix[at / 2];
            zone.append(Character.forDigit((at % 2 == 0 ? octet >> 4 : octet) & 0xf, 16))
                    .append('.');
        }
        zones.add(zone + IPV6.toString(true));
        return zones;
    }

    /** {@return what a name is; empty if it is in none of the zones} */
    static Optional<Found> find(Name name, VirtualNetwork network) {
        if (name.subdomain(IPV4)) {
            return find4(name, network);
        }
        return name.subdomain(IPV6) ? find6(name, network) : Optional.empty();
    }

    private static Optional<Found> find4(Name name, VirtualNetwork network) {
        int count = name.labels() - IPV4.labels();
        int needed = (network.prefixLength() + 7) / 8;
        if (count < needed) {
            return Optional.empty();
        }
        int address = 0;
        int given = 0;
        for (int at = count - 1; at >= 0 && given < 4; at--) {
            int value = number(Label.key(name, at), 10);
            if (value < 0 || value > 255) {
                break;
            }
            address |= value << (24 - 8 * given);
            given++;
        }
        if (given < needed) {
            return Optional.empty();
        }
        InetAddress read = address(ByteBuffer.allocate(4).putInt(address).array());
        if (!network.contains(read)) {
            return Optional.empty();
        }
        Name apex = new Name(name, count - needed);
        boolean whole = given == count;
        return Optional.of(new Found(apex, whole && given == 4 ? read : null, whole));
    }

    private static Optional<Found> find6(Name name, VirtualNetwork network) {
        int count = name.labels() - IPV6.labels();
        if (count < ULA_NIBBLES) {
            return Optional.empty();
        }
        byte[] address = new byte[16];
        int given = 0;
        for (int at = count - 1; at >= 0 && given < NIBBLES; at--) {
            String label = Label.key(name, at);
            int value = label.length() == 1 ? number(label, 16) : -1;
            if (value < 0) {
                break;
            }
            address[given / 2] |= (byte) (given % 2 == 0 ? value << 4 : value);
            given++;
        }
        InetAddress read = address(address);
        // a mapped IPv4 address is none of the overlay's IPv6 ones
        if (given < ULA_NIBBLES || !(read instanceof Inet6Address) || !network.contains(read)) {
            return Optional.empty();
        }
        boolean whole = given == count;
        return Optional.of(
                new Found(new Name(name, count - ULA_NIBBLES), whole && given == NIBBLES ? read : null, whole));
    }

    /** {@return a number without needless zeros; -1 if it is none} */
    private static int number(String text, int base) {
        boolean needless = text.length() > 1 && text.charAt(0) == '0';
        if (text.isEmpty()
                || text.length() > 3
                || needless
                || !text.chars().allMatch(c -> Character.digit(c, base) >= 0 && c < 0x80)) {
            return -1;
        }
        return Integer.parseInt(text, base);
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 bytes always make an address", e);
        }
    }
}
