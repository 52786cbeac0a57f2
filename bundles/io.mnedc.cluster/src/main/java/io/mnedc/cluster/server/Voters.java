package io.mnedc.cluster.server;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who votes. Up to three relays all do. Of four, three; of five and more, five: each further vote makes a change slower, and an even number
 * makes none safer. The others learn all the same and can take the place of a voter that is away for long.
 */
final class Voters {
    private static final int SMALL = 3;
    private static final int MOST = 5;

    private Voters() {}

    /** {@return how many of so many servers vote} */
    static int wanted(int servers) {
        if (servers <= SMALL) {
            return servers;
        }
        return servers < MOST ? SMALL : MOST;
    }

    /** {@return whether a server votes that comes to these} */
    static boolean votes(List<ServerEntry> servers) {
        return voters(servers).size() < wanted(servers.size() + 1);
    }

    private static List<ServerEntry> voters(List<ServerEntry> servers) {
        return servers.stream().filter(ServerEntry::voter).toList();
    }

    /**
     * The next change.
     *
     * @param servers all of the ensemble
     * @param present the numbers of those that are up to date
     * @param lost the numbers of those that have been away for long
     * @return the servers as they are to be, to be changed in one step; empty if all is well, or nothing can be done now
     */
    static List<ServerEntry> next(List<ServerEntry> servers, Set<Integer> present, Set<Integer> lost) {
        List<ServerEntry> voters = voters(servers);
        int wanted = wanted(servers.size());
        Optional<ServerEntry> ready = servers.stream()
                .filter(each -> !each.voter() && present.contains(each.number()))
                .min(Comparator.comparingInt(ServerEntry::number));
        Optional<ServerEntry> gone =
                voters.stream().filter(each -> lost.contains(each.number())).findFirst();
        if (voters.size() > wanted) {
            Comparator<ServerEntry> absentFirst =
                    Comparator.comparing((ServerEntry each) -> !present.contains(each.number()));
            return gone.or(() -> voters.stream().max(absentFirst.thenComparingInt(ServerEntry::number)))
                    .map(each -> List.of(each.voting(false)))
                    .orElse(List.of());
        }
        if (voters.size() < wanted) {
            return ready.map(each -> List.of(each.voting(true))).orElse(List.of());
        }
        if (gone.isPresent() && ready.isPresent()) {
            // at once: with one more, most of them might not be there
            return List.of(ready.get().voting(true), gone.get().voting(false));
        }
        return List.of();
    }
}
