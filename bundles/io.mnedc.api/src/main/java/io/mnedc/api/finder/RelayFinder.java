package io.mnedc.api.finder;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Service: finds relays by something else than their names. What it finds is a hint from the network, which anybody there
 * may have forged: the caller must have a relay prove itself. All methods may be called by any thread.
 */
@ProviderType
public interface RelayFinder {
    /** Service property: what it finds relays by, {@link #SRV} or {@link #LAN}. */
    String KIND = "mnedc.finder";

    /** By SRV records in the DNS. */
    String SRV = "srv";

    /** By multicast DNS in the networks that this host is attached to. */
    String LAN = "lan";

    /** The most relays that are found at a time. */
    int MOST = 16;

    /**
     * A relay that somebody says is there.
     *
     * @param host a name, or an address; an IPv6 address without brackets, with its scope where it needs one
     * @param port 1 to 65,535
     */
    record Found(String host, int port) {}

    /**
     * Looks for relays. It blocks until it has found some or has looked for long enough, and ends early if the thread is
     * interrupted or the service goes.
     *
     * @param domain where to look; without meaning for {@link #LAN}
     * @param limit how long it may take
     * @return {@link #MOST} relays at most, in the order in which they are to be tried; at least one
     * @throws IOException if there are none, with a sentence that says why
     * @throws InterruptedException if the thread is interrupted
     */
    List<Found> find(String domain, Duration limit) throws IOException, InterruptedException;
}
