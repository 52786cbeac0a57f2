package io.mnedc.finder.lan;

import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.TextParseException;

/** The names and numbers of multicast DNS (RFC 6762) and its service discovery (RFC 6763). */
final class Records {
    /** What a relay is announced as. */
    static final Name SERVICE = name("_mnedc._tcp.local.");

    /** Asks for all kinds of services. */
    static final Name KINDS = name("_services._dns-sd._udp.local.");

    static final Name LOCAL = name("local.");

    /** In a record: no other host has one of this name and type. In a question: answer me alone. */
    static final int TOP_BIT = 0x8000;

    static final int UNIQUE = DClass.IN | TOP_BIT;

    /** Seconds that records of hosts, and others, are good for: RFC 6762, section 10. */
    static final int HOST_SECONDS = 120;

    static final int OTHER_SECONDS = 4500;

    /** The largest packet: RFC 6762, section 17. */
    static final int MOST_BYTES = 9000;

    private Records() {}

    static Name name(String text) {
        try {
            return Name.fromString(text);
        } catch (TextParseException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    /** {@return the class without the bit before it} */
    static int plainClass(int dclass) {
        return dclass & ~TOP_BIT;
    }
}
