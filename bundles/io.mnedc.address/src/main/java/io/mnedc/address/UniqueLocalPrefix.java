package io.mnedc.address;

import java.security.SecureRandom;
import java.util.Locale;

/** Chooses a unique local IPv6 prefix (RFC 4193, section 3.2.2: the global ID is random). */
final class UniqueLocalPrefix {
    private UniqueLocalPrefix() {}

    /** {@return a random /64 prefix: fd, 40 random bits, subnet 0} */
    static String random() {
        SecureRandom random = new SecureRandom();
        return String.format(
                Locale.ROOT,
                "fd%02x:%04x:%04x::/64",
                random.nextInt(1 << 8),
                random.nextInt(1 << 16),
                random.nextInt(1 << 16));
    }
}
