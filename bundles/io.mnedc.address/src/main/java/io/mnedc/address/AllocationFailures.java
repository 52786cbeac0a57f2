package io.mnedc.address;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.address.AllocationException;
import io.mnedc.api.address.AllocationException.Reason;
import io.mnedc.api.address.LeaseStore.Entry;
import io.mnedc.api.text.DeviceIds;
import io.mnedc.api.text.PlainText;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletionException;

/** Why a device gets no address, in sentences with the cure. */
final class AllocationFailures {
    private AllocationFailures() {}

    static AllocationException invalidId(String deviceId) {
        return new AllocationException(
                Reason.DEVICE_ID_INVALID,
                "device ID \"" + PlainText.of(deviceId, AddressAllocator.MAX_DEVICE_ID) + "\" is not "
                        + DeviceIds.ALLOWED + ": change the device's setting id");
    }

    static AllocationException storeChanged(String deviceId) {
        return new AllocationException(
                Reason.STORE_FAILED, "no lease for device " + deviceId + ": others changed the lease store each time");
    }

    static AllocationException reservationTaken(LeasePolicy policy, String deviceId, int node, Entry holder) {
        return new AllocationException(
                Reason.RESERVATION_TAKEN,
                "address " + policy.network().ipv4(node).getHostAddress() + " is reserved for device " + deviceId
                        + " but leased to device " + holder.deviceId() + ": it is free once that one registers again or"
                        + " its lease is released; or change the setting reservations of " + Config.PID);
    }

    static AllocationException reservationResting(LeasePolicy policy, String deviceId, Entry resting, Instant free) {
        return new AllocationException(
                Reason.RESERVATION_TAKEN,
                "address " + policy.network().ipv4(resting.node()).getHostAddress() + " is reserved for device "
                        + deviceId + " but was leased to device " + resting.deviceId()
                        + ", and a relay that is cut off may not know that this has ended: it is free at "
                        + free.truncatedTo(ChronoUnit.SECONDS)
                        + "; or change the setting reservations of " + Config.PID);
    }

    static AllocationException silent(Duration limit) {
        return new AllocationException(
                Reason.STORE_FAILED,
                "no new address now: the store that the relays share has not answered for " + limit.toSeconds()
                        + " s; devices that have an address keep it. Check that most servers of the ensemble run and"
                        + " that this relay reaches them");
    }

    static AllocationException poolExhausted(LeasePolicy policy, String deviceId, int resting) {
        return new AllocationException(
                Reason.POOL_EXHAUSTED,
                "no address left for device " + deviceId + " in pool "
                        + policy.network().cidr() + " of " + policy.network().capacity()
                        + (resting == 0
                                ? ""
                                : ", of which " + resting + " were released less than " + ReleasedNodes.REST.toHours()
                                        + " hours ago and rest")
                        + ": set a larger pool in "
                        + Config.PID + ", set lease.absence there, or release leases and reservations");
    }

    static AllocationException stopping() {
        return new AllocationException(Reason.STOPPING, "the address allocator is stopping: try again later");
    }

    /** {@return what an operation has failed with, as its caller is told} */
    static AllocationException of(Throwable failure, boolean closed) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof AllocationException known) {
            return known;
        }
        return closed
                ? stopping()
                : new AllocationException(
                        Reason.STORE_FAILED, "the lease could not be stored: " + PlainText.of(cause), cause);
    }
}
