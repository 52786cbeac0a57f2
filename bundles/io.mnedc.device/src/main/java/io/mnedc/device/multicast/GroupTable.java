package io.mnedc.device.multicast;

import io.mnedc.codec.MulticastGroup;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;

/** Groups that are found by their numbers, without an object for the look-up. Immutable. */
final class GroupTable {
    static final GroupTable EMPTY = new GroupTable(new TreeSet<>());

    private final long[] high;
    private final long[] low;

    private GroupTable(SortedSet<MulticastGroup> groups) {
        high = groups.stream().mapToLong(MulticastGroup::high).toArray();
        low = groups.stream().mapToLong(MulticastGroup::low).toArray();
    }

    /** {@return a table of these groups, in ascending order} */
    static GroupTable of(Collection<MulticastGroup> groups) {
        return groups.isEmpty() ? EMPTY : new GroupTable(new TreeSet<>(groups));
    }

    /** {@return the place of a group; negative if it is not there} */
    int find(long wantedHigh, long wantedLow) {
        int from = 0;
        int to = high.length - 1;
        while (from <= to) {
            int middle = (from + to) >>> 1;
            int order = Long.compareUnsigned(high[middle], wantedHigh);
            if (order == 0) {
                order = Long.compareUnsigned(low[middle], wantedLow);
            }
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                from = middle + 1;
            } else {
                to = middle - 1;
            }
        }
        return -1;
    }

    int size() {
        return high.length;
    }
}
