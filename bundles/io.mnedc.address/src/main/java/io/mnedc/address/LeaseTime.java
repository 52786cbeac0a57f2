package io.mnedc.address;

import io.mnedc.api.address.LeaseStore.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * By which time leases end, and when the store is told that a device is there. One relay alone has {@link OwnTime}, several that share a
 * store have {@link OverlayTime}. Thread-safe.
 */
interface LeaseTime {
    /** {@return the time now, as it is compared with what is stored} */
    Instant now();

    /** {@return what the store is told of a device that was there at this time} */
    Instant noted(Instant seen, LeasePolicy rules);

    /** {@return whether the store must be told that a device was there at this time} */
    boolean isDue(Entry stored, Instant seen, LeasePolicy rules);

    /** {@return whether this relay can say without asking the store that the lease has not ended} */
    boolean isSure(Entry stored, LeasePolicy rules);

    /** {@return whether the store knows so well that the device was there that it need not be told before the device gets its lease} */
    boolean isFresh(Entry stored, LeasePolicy rules);

    /**
     * {@return when a lease ends}
     *
     * @param lastSeen when its device was there
     * @param absence how long it may be away
     */
    Instant end(Instant lastSeen, Duration absence);

    /** {@return a time of the store, by the clock of this host} */
    Instant shown(Instant stored);

    /** Lets time pass. To be called about once in this interval; completed when it has. */
    default CompletionStage<Void> pass(Duration interval) {
        return CompletableFuture.completedFuture(null);
    }
}
