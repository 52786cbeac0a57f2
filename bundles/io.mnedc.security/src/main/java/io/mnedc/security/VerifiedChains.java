package io.mnedc.security;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks the certificates of devices, and remembers by the SHA-256 of all that was shown which were good: a device that comes
 * back costs no check of its CA's signature. What may change is looked at each time: whom the relay trusts (others than before:
 * all is forgotten), and the time. Holds at most {@value #MOST}, those that came last. Thread-safe.
 */
public final class VerifiedChains {
    /** More devices than one relay has; a quarter of a KiB each. */
    static final int MOST = 16_384;

    /**
     * What was found out.
     *
     * @param name whose it is
     * @param begin when the last of the certificates begins to be good
     * @param end when the first of them ends
     */
    private record Good(PeerName name, Instant begin, Instant end) {
        private boolean at(Instant time) {
            return !time.isBefore(begin) && !time.isAfter(end);
        }
    }

    private final int most;
    // by the last use
    private final Map<ByteBuffer, Good> known = new LinkedHashMap<>(16, 0.75f, true);
    private Set<X509Certificate> trust = Set.of();

    public VerifiedChains() {
        this(MOST);
    }

    public VerifiedChains(int most) {
        this.most = most;
    }

    /**
     * As {@link OverlayTrust#check} for a device.
     *
     * @param trusted the authorities, now
     * @param now the effective time
     * @param grace how long after its expiry the peer's own certificate is still good
     */
    public PeerName check(List<X509Certificate> chain, Set<X509Certificate> trusted, Instant now, Duration grace)
            throws CertificateException {
        ByteBuffer shown = digest(chain);
        Good before = find(shown, trusted);
        if (before != null) {
            Instant at = within(chain.get(0).getNotAfter().toInstant(), now, grace);
            if (at != null && before.at(at)) {
                return before.name;
            }
        }
        PeerName name = OverlayTrust.check(EcdsaVerifier.checking(chain), Role.DEVICE, trusted, now, grace);
        Instant begin = Instant.MIN;
        Instant end = Instant.MAX;
        for (X509Certificate each : chain) {
            Instant first = each.getNotBefore().toInstant();
            Instant last = each.getNotAfter().toInstant();
            begin = first.isAfter(begin) ? first : begin;
            end = last.isBefore(end) ? last : end;
        }
        keep(shown, trusted, new Good(name, begin, end));
        return name;
    }

    /** {@return the time at which all must have been good; null: it is over with the peer's own certificate} */
    private static @Nullable Instant within(Instant end, Instant now, Duration grace) {
        if (!now.isAfter(end)) {
            return now;
        }
        return now.isAfter(end.plus(grace)) ? null : end;
    }

    private synchronized @Nullable Good find(ByteBuffer shown, Set<X509Certificate> trusted) {
        if (!trusted.equals(trust)) {
            known.clear();
            trust = Set.copyOf(trusted);
        }
        return known.get(shown);
    }

    private synchronized void keep(ByteBuffer shown, Set<X509Certificate> trusted, Good good) {
        // it may have changed meanwhile
        if (!trusted.equals(trust)) {
            return;
        }
        known.put(shown, good);
        if (known.size() > most) {
            Iterator<ByteBuffer> longest = known.keySet().iterator();
            longest.next();
            longest.remove();
        }
    }

    /** How many are remembered. */
    synchronized int count() {
        return known.size();
    }

    private static ByteBuffer digest(List<X509Certificate> chain) throws CertificateException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (X509Certificate each : chain) {
                // DER tells its own length: two lists of certificates are never the same bytes
                digest.update(each.getEncoded());
            }
            return ByteBuffer.wrap(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
