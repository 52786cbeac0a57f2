package io.mnedc.lab;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An IPv4 network such as 192.168.1.0/24, and the addresses in it by number. */
record Ipv4Range(int base, int prefix) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})/(\\d{1,2})");

    static Ipv4Range of(String cidr) {
        Matcher match = FORM.matcher(cidr);
        if (!match.matches()) {
            throw new IllegalArgumentException("not an IPv4 network like 192.168.1.0/24: " + cidr);
        }
        int base = 0;
        for (int i = 1; i <= 4; i++) {
            int octet = Integer.parseInt(match.group(i));
            if (octet > 255) {
                throw new IllegalArgumentException("octet over 255 in " + cidr);
            }
            base = base << 8 | octet;
        }
        int prefix = Integer.parseInt(match.group(5));
        if (prefix < 8 || prefix > 30) {
            throw new IllegalArgumentException("prefix length outside 8..30 in " + cidr);
        }
        if ((base & ((1 << (32 - prefix)) - 1)) != 0) {
            throw new IllegalArgumentException("host bits set in " + cidr);
        }
        return new Ipv4Range(base, prefix);
    }

    /** The address with this number in the network; number 1 is its router. */
    String address(int number) {
        if (number < 1 || number > (1 << (32 - prefix)) - 2) {
            throw new IllegalArgumentException("no address number " + number + " in " + this);
        }
        return dotted(base + number);
    }

    @Override
    public String toString() {
        return dotted(base) + "/" + prefix;
    }

    private static String dotted(int address) {
        return (address >>> 24) + "." + (address >>> 16 & 255) + "." + (address >>> 8 & 255) + "." + (address & 255);
    }
}
