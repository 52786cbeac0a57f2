package io.mnedc.relay;

import io.mnedc.codec.ControlMessage.Change;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** From some access rules to others: who may know whom now, and who no longer. */
record AccessChange(@Nullable Access before, @Nullable Access after) {
    private record Kin(@Nullable Object before, @Nullable Object after) {}

    static boolean allowed(@Nullable Access access, Session one, Session other) {
        return access == null || access.allowed(one.deviceId(), one.groups(), other.deviceId(), other.groups());
    }

    /**
     * What each session has to hear of the others. Rules are asked once for each two kinds of devices, not for each two
     * devices.
     */
    Map<Session, List<Change>> of(Collection<Session> sessions) {
        Map<Kin, List<Session>> kinds = new LinkedHashMap<>();
        sessions.forEach(session ->
                kinds.computeIfAbsent(kin(session), kin -> new ArrayList<>()).add(session));
        List<List<Session>> all = List.copyOf(kinds.values());
        Map<Session, List<Change>> changes = new LinkedHashMap<>();
        for (int i = 0; i < all.size(); i++) {
            for (int j = i; j < all.size(); j++) {
                between(all.get(i), all.get(j), changes);
            }
        }
        return changes;
    }

    private Kin kin(Session session) {
        return new Kin(
                before == null ? null : before.kin(session.deviceId(), session.groups()),
                after == null ? null : after.kin(session.deviceId(), session.groups()));
    }

    private void between(List<Session> some, List<Session> others, Map<Session, List<Change>> changes) {
        Session one = some.get(0);
        Session other = others.get(others.size() - 1);
        boolean now = allowed(after, one, other);
        if (one == other || allowed(before, one, other) == now) {
            return;
        }
        for (Session left : some) {
            for (Session right : others) {
                if (left != right) {
                    tell(left, right, now, changes);
                    if (some != others) {
                        tell(right, left, now, changes);
                    }
                }
            }
        }
    }

    private static void tell(Session whom, Session about, boolean now, Map<Session, List<Change>> changes) {
        changes.computeIfAbsent(whom, session -> new ArrayList<>())
                .add(now ? new Change.Present(about.record()) : new Change.Absent(about.deviceId()));
    }
}
