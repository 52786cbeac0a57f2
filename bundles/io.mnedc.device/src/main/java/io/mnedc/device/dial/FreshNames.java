package io.mnedc.device.dial;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Looks up names past the cache of the Java runtime, which holds an answer for 30 seconds, whatever the DNS says, and a
 * failure for 10. That cache tells upper from lower case; the DNS and hosts files do not. So each look-up spells the name
 * another way. Thread-safe.
 */
final class FreshNames implements Resolver.Names {
    private static final int CASE = 0x20;

    private final Resolver.Names names;
    private final AtomicInteger lookUps = new AtomicInteger();

    FreshNames(Resolver.Names names) {
        this.names = names;
    }

    @Override
    public InetAddress[] lookUp(String host) throws UnknownHostException {
        String spelled = spelled(host, lookUps.incrementAndGet());
        try {
            return named(host, names.lookUp(spelled));
        } catch (UnknownHostException e) {
            if (spelled.equals(host)) {
                throw e;
            }
            // another resolver of this JVM may tell upper from lower case
            return names.lookUp(host);
        }
    }

    /** What is found has the name as it is written, for messages. */
    private static InetAddress[] named(String host, InetAddress[] found) throws UnknownHostException {
        InetAddress[] named = found.clone();
        for (int at = 0; at < named.length; at++) {
            InetAddress each = named[at];
            // one that needs its interface would lose it
            if (!each.isLinkLocalAddress()) {
                named[at] = InetAddress.getByAddress(host, each.getAddress());
            }
        }
        return named;
    }

    /** {@return the name with those letters in upper case for which the number has a bit, the last letter first} */
    static String spelled(String host, int number) {
        StringBuilder text = new StringBuilder(host);
        int bits = number;
        for (int at = host.length() - 1; at >= 0 && bits != 0; at--) {
            char lower = (char) (host.charAt(at) | CASE);
            if (lower >= 'a' && lower <= 'z') {
                text.setCharAt(at, (bits & 1) == 1 ? (char) (lower & ~CASE) : lower);
                bits >>>= 1;
            }
        }
        return text.toString();
    }
}
