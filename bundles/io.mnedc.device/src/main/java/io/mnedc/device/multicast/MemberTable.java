package io.mnedc.device.multicast;

import io.mnedc.codec.Listening;
import io.mnedc.codec.MulticastGroup;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Which nodes are in which group. Immutable; its arrays are not to be changed. */
final class MemberTable {
    static final MemberTable EMPTY = of(Map.of());
    private static final int[] NOBODY = {};

    private final GroupTable groups;
    private final int[][] members;
    private final int[] everyone;

    private MemberTable(GroupTable groups, int[][] members, int[] everyone) {
        this.groups = groups;
        this.members = members;
        this.everyone = everyone;
    }

    /** {@return a table of what these nodes listen to} */
    static MemberTable of(Map<Integer, Listening> nodes) {
        TreeMap<MulticastGroup, IntStream.Builder> byGroup = new TreeMap<>();
        IntStream.Builder all = IntStream.builder();
        nodes.forEach((node, listening) -> {
            if (listening.broadcast()) {
                all.add(node);
            }
            for (MulticastGroup group : listening.groups()) {
                byGroup.computeIfAbsent(group, first -> IntStream.builder()).add(node);
            }
        });
        int[][] members = byGroup.values().stream()
                .map(builder -> builder.build().toArray())
                .toArray(int[][]::new);
        return new MemberTable(
                GroupTable.of(byGroup.keySet()), members, all.build().toArray());
    }

    /** {@return the nodes in a group; empty if there are none} */
    int[] of(long high, long low) {
        int place = groups.find(high, low);
        return place < 0 ? NOBODY : members[place];
    }

    /** {@return the nodes that take broadcasts} */
    int[] everyone() {
        return everyone;
    }
}
