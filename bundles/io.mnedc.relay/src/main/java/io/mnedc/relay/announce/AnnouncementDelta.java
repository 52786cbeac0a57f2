package io.mnedc.relay.announce;

import io.mnedc.relay.access.Access;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What has changed between two moments: a round of announcements. Each receiver is told what it may know. Rounds make a
 * list. A slow receiver holds the round that it is at, and the garbage collector frees the rounds that nobody holds.
 * Thread-safe; immutable except for its successor, and for what is computed once.
 */
public final class AnnouncementDelta {
    /** Kinds of receivers whose records are kept; with more of them, which only rules for single devices make, none are. */
    private static final int MOST_KEPT = 64;
    /** What a round takes in memory beside its records, and each difference of it: IDs may be one letter. */
    private static final int COST = 512;

    private static final int COST_OF_ONE = 256;
    /** The kind of everybody while all may talk to all. */
    private static final Object EVERYBODY = new Object();

    /**
     * A device before and after. Both may be the same, if it was different in between: some may have been told that.
     *
     * @param before null: it was not there
     * @param after null: it is not there
     */
    record Difference(
            String deviceId,
            @Nullable PeerRecord before,
            @Nullable PeerRecord after) {
        private int bytes() {
            return COST_OF_ONE + (after != null ? after.present().length : deviceId.length());
        }
    }

    private final long position;
    private final @Nullable Access before;
    private final @Nullable Access after;
    private final List<Difference> differences;
    private final Map<Object, Records> kept = new ConcurrentHashMap<>();
    private volatile @Nullable AnnouncementDelta next;

    private AnnouncementDelta(
            long position, @Nullable Access before, @Nullable Access after, List<Difference> differences) {
        this.position = position;
        this.before = before;
        this.after = after;
        this.differences = differences;
    }

    /** The beginning: nothing to tell. */
    public static AnnouncementDelta first() {
        return new AnnouncementDelta(0, null, null, List.of());
    }

    /** Puts a round of changed devices behind this one, the last. */
    AnnouncementDelta then(@Nullable Access access, List<Difference> changed) {
        return behind(access, access, changed);
    }

    /** Puts a round of changed rules behind this one, the last. */
    AnnouncementDelta then(@Nullable Access old, @Nullable Access now, List<PeerRecord> everybody) {
        List<Difference> unchanged = new ArrayList<>(everybody.size());
        everybody.forEach(told -> unchanged.add(new Difference(told.deviceId(), told, told)));
        return behind(old, now, unchanged);
    }

    private AnnouncementDelta behind(@Nullable Access old, @Nullable Access now, List<Difference> all) {
        long bytes = COST + all.stream().mapToLong(Difference::bytes).sum();
        AnnouncementDelta following = new AnnouncementDelta(position + bytes, old, now, all);
        next = following;
        return following;
    }

    /** The round behind this one; null: there is none yet. */
    @Nullable
    AnnouncementDelta next() {
        return next;
    }

    /** How many bytes, about, all rounds to this end have taken. */
    long position() {
        return position;
    }

    /** What a receiver has to be told; its own records may be among it. */
    Records records(PeerRecord receiver) {
        Object kind = kind(receiver);
        Records known = kept.get(kind);
        if (known == null) {
            known = build(receiver, Map.of());
            if (kept.size() < MOST_KEPT) {
                kept.put(kind, known);
            }
        }
        return known;
    }

    /**
     * What a receiver has to be told who was told of some devices in the midst of their changes.
     *
     * @param known what it was told of them; empty: that they are not there
     */
    Records records(PeerRecord receiver, Map<String, Optional<PeerRecord>> known) {
        return known.isEmpty() ? records(receiver) : build(receiver, known);
    }

    private Object kind(PeerRecord receiver) {
        if (before == null && after == null) {
            return EVERYBODY;
        }
        Object now = kin(after, receiver);
        return before == after ? now : List.of(kin(before, receiver), now);
    }

    private static Object kin(@Nullable Access access, PeerRecord device) {
        return access == null ? EVERYBODY : access.kin(device.deviceId(), device.groups());
    }

    private Records build(PeerRecord receiver, Map<String, Optional<PeerRecord>> told) {
        Records.Builder records = new Records.Builder();
        Map<Object, Boolean> knew = new LinkedHashMap<>();
        Map<Object, Boolean> may = new LinkedHashMap<>();
        for (Difference difference : differences) {
            Optional<PeerRecord> seen = told.get(difference.deviceId);
            PeerRecord was = seen == null ? difference.before : seen.orElse(null);
            PeerRecord is = difference.after;
            boolean known = was != null && allowed(before, receiver, was, knew);
            boolean allowed = is != null && allowed(after, receiver, is, may);
            if (is != null && allowed && !(known && was != null && is.looksLike(was))) {
                records.add(is.deviceId(), is.present());
            } else if (was != null && known && !allowed) {
                records.add(was.deviceId(), was.absent());
            }
        }
        return records.build();
    }

    /** Rules are asked once for devices of a kind, not for each device. */
    private static boolean allowed(
            @Nullable Access access, PeerRecord one, PeerRecord other, Map<Object, Boolean> answers) {
        return access == null
                || answers.computeIfAbsent(
                        access.kin(other.deviceId(), other.groups()), kin -> PeerRecord.acquainted(access, one, other));
    }
}
