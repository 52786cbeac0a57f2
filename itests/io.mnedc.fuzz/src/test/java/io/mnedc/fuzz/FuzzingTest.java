package io.mnedc.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** New inputs for a while, found by what they reach. What is found fails; its input is named in the message. */
@Execution(ExecutionMode.CONCURRENT)
class FuzzingTest {
    private static final long SECONDS = Long.getLong("fuzz.seconds", 60);

    @ParameterizedTest
    @EnumSource
    void newInputsFindNothing(Target target) throws Exception {
        assumeTrue(SECONDS > 0, "fuzz.seconds is 0");
        long seconds = Math.max(1, SECONDS / Target.values().length);
        Run run = new Run(Home.PATH, target);
        Run.Outcome outcome = run.run("-max_total_time=" + seconds, seconds, Seeds.of(Home.PATH, target));
        if (outcome.status() == 0 && outcome.inputs() < target.leastInputs()) {
            outcome = run.run("-runs=" + target.leastInputs(), seconds, Map.of());
        }
        System.out.println(outcome);
        assertThat(outcome.status()).as(outcome.findings()).isZero();
        assertThat(outcome.inputs()).as("inputs").isGreaterThanOrEqualTo(target.leastInputs());
        assertThat(outcome.coverage()).as("coverage").isPositive();
    }

    @Test
    void aFindingIsNoticed() throws Exception {
        assumeTrue(SECONDS > 0, "fuzz.seconds is 0");
        Run.Outcome outcome = new Run(Home.PATH, "vulnerable", Vulnerable.class.getName(), 16)
                .run("-runs=1000000", 60, Map.of("harmless", "?".getBytes(StandardCharsets.US_ASCII)));
        assertThat(outcome.status()).isNotZero();
        assertThat(outcome.findings()).contains("IllegalStateException: as expected", "failed-input-");
    }
}
