package io.mnedc.device.dial;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** What one entry {@code lan} or {@code srv:} of a {@link RelayRace} finds. Anybody may have said it. */
final class RaceSearch {
    /** Hosts that were found, and whose turn has not come yet. */
    final Deque<Place> places = new ArrayDeque<>();

    /** The search itself, then the hosts whose turn has come, in their order. */
    final List<RaceLeg> legs = new ArrayList<>();

    /** How many attempts had begun in all when its last one did; 0: it has had none. */
    long served;

    /** {@return the entry of the list} */
    RaceLeg turn() {
        return legs.get(0);
    }

    /** {@return the host whose turn came last; the search itself if none had} */
    RaceLeg latest() {
        return legs.get(legs.size() - 1);
    }
}
