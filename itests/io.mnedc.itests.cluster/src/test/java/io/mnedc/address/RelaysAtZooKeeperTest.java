package io.mnedc.address;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.cluster.CutEnsemble;
import io.mnedc.cluster.ZooKeeperStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Three relays lease from one real ZooKeeper, while connections are cut and answers get lost. */
@Timeout(600)
class RelaysAtZooKeeperTest {
    private static final int RELAYS = 3;
    private static final int STEPS = Integer.getInteger("mnedc.steps", 40);

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void noAddressIsAtTwoDevicesAndNoAcknowledgedLeaseIsLost(long seed) throws Exception {
        Random random = new Random(-seed);
        try (CutEnsemble ensemble = new CutEnsemble(directory, RELAYS, seed);
                RelaysAtRandom relays = new RelaysAtRandom(seed, openings(ensemble))) {
            ensemble.cut(0);
            for (int step = 0; step < STEPS; step++) {
                ensemble.disturb(random);
                relays.step();
                relays.check(ensemble.now());
            }
            ensemble.calm();
            relays.check(ensemble.now());
            assertThat(relays.given()).isGreaterThan(STEPS / 2);
            assertThat(ensemble.cuts()).isPositive();
        }
    }

    private static List<RelaysAtRandom.Opening> openings(CutEnsemble ensemble) {
        return IntStream.range(0, RELAYS)
                .mapToObj(relay -> (RelaysAtRandom.Opening) () -> {
                    ZooKeeperStore store = ensemble.open(relay);
                    return new RelaysAtRandom.Way(store, () -> ensemble.isHeld(relay), store::close);
                })
                .toList();
    }
}
