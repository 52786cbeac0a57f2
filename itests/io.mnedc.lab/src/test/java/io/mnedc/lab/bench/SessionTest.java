package io.mnedc.lab.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mnedc.lab.Lab;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The bench itself, as short as can be: the path without a tunnel. */
class SessionTest {
    @BeforeAll
    static void needsALab() {
        List<String> missing = Lab.missing();
        if ("true".equals(System.getenv("MNEDC_REQUIRE_LAB"))) {
            assertThat(missing).as("what the lab lacks").isEmpty();
        }
        assumeTrue(missing.isEmpty(), () -> "no lab here, missing: " + missing);
    }

    @Test
    void measuresThePathWithoutATunnel() {
        Options options =
                Options.parse("--quick", "--rounds", "1", "--systems", Systems.PLAIN, "--measures", "tcp,delay,udp64");

        Results results = new Session(options, progress -> {}).run();

        assertThat(results.systems()).singleElement().satisfies(plain -> {
            assertThat(plain.failure()).isNull();
            for (Metric metric : List.of(
                    Metric.TCP,
                    Metric.TCP_FOUR,
                    Metric.TCP_BOTH,
                    Metric.CPU,
                    Metric.PING,
                    Metric.LOADED_PING_99,
                    Metric.UDP_SMALL,
                    Metric.UDP_SMALL_GSO)) {
                assertThat(plain.figures().median(metric)).as(metric.key()).isPositive();
            }
        });
    }
}
