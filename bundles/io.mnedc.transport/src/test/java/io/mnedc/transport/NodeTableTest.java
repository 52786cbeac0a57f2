package io.mnedc.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class NodeTableTest {
    private final NodeTable<String> table = new NodeTable<>();

    @Test
    void aNodeHasWhatItWasGivenLast() {
        table.put(2, "a");
        table.put(NodeTable.MOST_NODES - 1, "last");
        table.put(2, "b");
        assertThat(table.get(2)).isEqualTo("b");
        assertThat(table.get(NodeTable.MOST_NODES - 1)).isEqualTo("last");
        assertThat(table.get(3)).isNull();
    }

    @Test
    void nobodyIsAtANodeThatNoPoolHas() {
        assertThat(table.get(-1)).isNull();
        assertThat(table.get(Integer.MIN_VALUE)).isNull();
        assertThat(table.get(NodeTable.MOST_NODES)).isNull();
        assertThat(table.get(Integer.MAX_VALUE)).isNull();
        assertThatThrownBy(() -> table.put(-1, "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> table.put(NodeTable.MOST_NODES, "x")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void onlyWhatIsStillThereIsTakenAway() {
        table.put(7, "old");
        table.put(7, "new");
        table.remove(7, "old");
        assertThat(table.get(7)).isEqualTo("new");
        table.remove(7, "new");
        assertThat(table.get(7)).isNull();
        table.remove(7);
        table.remove(-1);
        assertThat(table.get(7)).isNull();
    }

    @Test
    void itIsAMap() {
        Random random = new Random(1);
        TreeMap<Integer, String> model = new TreeMap<>();
        for (int i = 0; i < 20_000; i++) {
            int node = random.nextInt(random.nextBoolean() ? 300 : 100_000);
            if (random.nextInt(3) == 0) {
                table.remove(node);
                model.remove(node);
            } else {
                table.put(node, "n" + i);
                model.put(node, "n" + i);
            }
            assertThat(table.get(node)).isEqualTo(model.get(node));
        }
        model.forEach((node, value) -> assertThat(table.get(node)).isEqualTo(value));
        table.clear();
        model.keySet().forEach(node -> assertThat(table.get(node)).isNull());
    }
}
