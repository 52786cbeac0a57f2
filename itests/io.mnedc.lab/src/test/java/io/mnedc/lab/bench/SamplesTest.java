package io.mnedc.lab.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SamplesTest {
    @Test
    void theMedianOfAnOddNumberIsTheMiddleOneOfAnEvenNumberTheMeanOfTwo() {
        assertThat(Samples.of(List.of(9.0, 1.0, 5.0)).median()).isEqualTo(5);
        assertThat(Samples.of(List.of(9.0, 1.0, 5.0, 6.0)).median()).isEqualTo(5.5);
    }

    @Test
    void aQuantileIsTheSmallestValueThatCoversItsPart() {
        Samples samples = new Samples();
        for (int i = 100; i >= 1; i--) {
            samples.add(i);
        }
        assertThat(samples.quantile(0)).isEqualTo(1);
        assertThat(samples.quantile(0.5)).isEqualTo(50);
        assertThat(samples.quantile(0.99)).isEqualTo(99);
        assertThat(samples.quantile(1)).isEqualTo(100);
    }

    @Test
    void showsMedianAndRange() {
        assertThat(Samples.of(List.of(1234.4, 1000.0, 20000.6)).show(0)).isEqualTo("1,234 (1,000-20,001)");
        assertThat(Samples.of(List.of(0.125)).show(2)).isEqualTo("0.13");
        assertThat(new Samples().show(2)).isEqualTo("-");
    }

    @Test
    void nothingMeasuredIsNotANumber() {
        assertThat(new Samples().median()).isNaN();
        assertThat(new Samples().quantile(0.99)).isNaN();
    }
}
