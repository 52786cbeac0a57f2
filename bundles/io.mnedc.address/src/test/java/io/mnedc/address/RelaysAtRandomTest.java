package io.mnedc.address;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.address.CuttableStore.Way;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Three relays on one store, whose ways to it are cut, lag and lose answers. */
@Timeout(300)
class RelaysAtRandomTest {
    private static final int STEPS = 200;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void noAddressIsAtTwoDevicesAndNoAcknowledgedLeaseIsLost(long seed) throws Exception {
        Random random = new Random(-seed);
        try (FileStore store = new FileStore(directory)) {
            List<CuttableStore> ways =
                    List.of(new CuttableStore(store), new CuttableStore(store), new CuttableStore(store));
            try (RelaysAtRandom relays = new RelaysAtRandom(
                    seed,
                    ways.stream()
                            .map(way -> (RelaysAtRandom.Opening) () -> {
                                way.set(Way.OPEN);
                                return new RelaysAtRandom.Way(way, way::isCut, () -> {});
                            })
                            .toList())) {
                for (int step = 0; step < STEPS; step++) {
                    if (random.nextInt(4) == 0) {
                        Way[] all = {Way.OPEN, Way.OPEN, Way.LAGGING, Way.ANSWER_LOST, Way.CUT};
                        ways.get(random.nextInt(ways.size())).set(all[random.nextInt(all.length)]);
                    }
                    relays.step();
                    relays.check(store);
                }
                ways.forEach(way -> way.set(Way.OPEN));
                relays.check(store);
                assertThat(relays.given()).isGreaterThan(100);
            }
        }
    }
}
