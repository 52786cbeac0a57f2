package io.mnedc.lab.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class FairnessTest {
    @Test
    void jainsIndexIsOneWhenAllAreEqualAndOneInSoManyWhenOneHasAll() {
        assertThat(Fairness.jain(3, 3, 3, 3)).isCloseTo(1, within(1e-9));
        assertThat(Fairness.jain(0, 0, 8, 0)).isCloseTo(0.25, within(1e-9));
        assertThat(Fairness.jain(1, 3)).isCloseTo(0.8, within(1e-9));
        assertThat(Fairness.jain(0, 0)).isZero();
    }
}
