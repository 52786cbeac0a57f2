package io.mnedc.cluster.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who votes as relays come and go. */
class VotersTest {
    /** A letter for each server: V votes, o only learns. */
    private static List<ServerEntry> servers(String pattern) {
        return IntStream.range(0, pattern.length())
                .mapToObj(i -> new ServerEntry(i + 1, "relay-" + (i + 1), 2888, pattern.charAt(i) == 'V'))
                .toList();
    }

    private static Set<Integer> all(String pattern) {
        return IntStream.rangeClosed(1, pattern.length()).boxed().collect(Collectors.toSet());
    }

    private static String after(String pattern, Set<Integer> present, Set<Integer> lost) {
        Map<Integer, ServerEntry> changed = new HashMap<>();
        Voters.next(servers(pattern), present, lost).forEach(each -> changed.put(each.number(), each));
        return servers(pattern).stream()
                .map(each -> changed.getOrDefault(each.number(), each).voter() ? "V" : "o")
                .collect(Collectors.joining());
    }

    @ParameterizedTest
    @CsvSource({
        "V, V",
        "VV, VV",
        "VVV, VVV",
        "VVVo, VVVo",
        "VVVVV, VVVVV",
        "VVVVVoo, VVVVVoo",
        "VVVoo, VVVVo",
        "VVVVo, VVVVV",
        "VVo, VVV",
        "oVVV, oVVV",
        "VVVV, VVVo",
        "VVVVVV, VVVVVo",
        "ooVoo, VoVoo"
    })
    void thoseThatArePresentGetTheVotesThatAreWanted(String before, String after) {
        assertThat(after(before, all(before), Set.of())).isEqualTo(after);
    }

    @ParameterizedTest
    @CsvSource({"VVVo, 4, 2, VoVV", "VVVVVo, 6, 5, VVVVoV", "VVVo, 0, 2, VVVo", "VVVVo, 5, 1, VVVVV"})
    void aVoteGoesFromOneThatIsLostToOneThatIsThereIfAllVotesAreGiven(
            String before, int learner, int lost, String after) {
        Set<Integer> present = all(before).stream()
                .filter(each -> each != lost && (before.charAt(each - 1) == 'V' || each == learner))
                .collect(Collectors.toSet());
        assertThat(after(before, present, Set.of(lost))).isEqualTo(after);
    }

    @Test
    void nobodyGetsAVoteWhoIsNotThere() {
        assertThat(after("VVo", Set.of(1, 2), Set.of())).isEqualTo("VVo");
    }

    @Test
    void aNewOneVotesIfThatIsWanted() {
        List<Boolean> votes = new ArrayList<>();
        for (String present : List.of("", "V", "VV", "VVV", "VVVo", "VVVVV")) {
            votes.add(Voters.votes(servers(present)));
        }
        assertThat(votes).containsExactly(true, true, true, false, true, false);
    }
}
