package io.mnedc.relay.announce;

import io.mnedc.codec.Announcements;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.relay.access.Access;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What others are told of a device. It is apart from the session, so that announcements that wait do not keep a session in
 * memory.
 *
 * @param deviceId the device
 * @param groups what it belongs to in the access rules
 * @param present the record of its presence; never changed
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content below
public record PeerRecord(String deviceId, Set<String> groups, byte[] present) {
    public static PeerRecord of(NodeRecord record, Set<String> groups) {
        return new PeerRecord(record.deviceId(), groups, Announcements.record(new Change.Present(record)));
    }

    /** Whether two devices may know of each other by some rules; null: all may. */
    static boolean acquainted(@Nullable Access rules, PeerRecord one, PeerRecord other) {
        return rules == null || rules.allowed(one.deviceId, one.groups, other.deviceId, other.groups);
    }

    /** The record of its absence. */
    byte[] absent() {
        return Announcements.record(new Change.Absent(deviceId));
    }

    /** Whether one who knows the other sees no difference. */
    public boolean looksLike(PeerRecord other) {
        return Arrays.equals(present, other.present);
    }
}
