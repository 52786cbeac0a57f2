package io.mnedc.address;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two allocators that are started on the same new directory in the same moment. */
class DataDirectoryTest {
    @TempDir
    private Path parent;

    @Test
    void oneOfThemHasItAndTheOtherIsToldSo() throws Exception {
        int callers = 3;
        ExecutorService threads = Executors.newFixedThreadPool(callers);
        try {
            for (int round = 0; round < 300; round++) {
                Path made = parent.resolve("upper" + round).resolve("made");
                CyclicBarrier together = new CyclicBarrier(callers);
                CyclicBarrier tried = new CyclicBarrier(callers);
                Callable<Integer> one = () -> {
                    together.await();
                    try (DataDirectory mine = DataDirectory.open(made)) {
                        tried.await();
                        assertThat(mine.resolve("x").getParent()).isEqualTo(made);
                        return 1;
                    } catch (DataDirectory.DirectoryInUseException e) {
                        tried.await();
                        return 0;
                    }
                };
                int winners = 0;
                for (Future<Integer> each : threads.invokeAll(Collections.nCopies(callers, one))) {
                    winners += each.get();
                }
                assertThat(winners).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
