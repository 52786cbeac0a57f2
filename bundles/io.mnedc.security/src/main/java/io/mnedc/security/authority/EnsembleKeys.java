package io.mnedc.security.authority;

import io.mnedc.api.store.OverlayStore.Entry;

/**
 * Keys of the shared store that say which relays there are and where their servers of ZooKeeper are. Three bundles use them: relays that sign
 * give numbers, {@code io.mnedc.cluster} keeps the list of servers, and {@code io.mnedc.relay} takes relays out.
 */
public final class EnsembleKeys {
    /** The name of the overlay. */
    public static final String OVERLAY = "ensemble/overlay";
    /** The servers inside relays that vote, a line each as in ZooKeeper's dynamic configuration. */
    public static final String SERVERS = "ensemble/servers";
    /** In place of it: the servers of an ensemble of the operator's, HOST:PORT with commas between. */
    public static final String EXTERNAL = "ensemble/external";
    /** Below it, for each number of a server: the fingerprint of the key of its relay. */
    public static final String NUMBERS = "ensemble/numbers";
    /**
     * Below it, for the fingerprint of the key of each relay that was taken out: the number of its server, or 0 when that is out of the
     * ensemble, and the number free.
     */
    public static final String REMOVED = "ensemble/removed";
    /** The largest number: ZooKeeper has one byte for it in the numbers of sessions, and the last one is for its own use. */
    public static final int LARGEST_NUMBER = 254;

    private EnsembleKeys() {}

    /** {@return the last part of a key, its name below {@link #NUMBERS} or {@link #REMOVED}} */
    public static String name(Entry entry) {
        return entry.key().substring(entry.key().lastIndexOf('/') + 1);
    }
}
