package io.mnedc.lab.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.lab.LabException;
import io.mnedc.lab.bench.udp.Delivery;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read: output of programs, the command line. */
class ReadingTest {
    @Test
    void pingsAreReadWithTheirLoss() {
        Pings pings = Pings.parse("""
                64 bytes from 10.0.0.3: icmp_seq=2 ttl=64 time=0.5 ms
                64 bytes from 10.0.0.3: icmp_seq=3 ttl=64 time=12 ms

                --- 10.0.0.3 ping statistics ---
                4 packets transmitted, 2 received, +1 errors, 50% packet loss, time 3003ms
                """);

        assertThat(pings.times().values()).containsExactly(0.5, 12.0);
        assertThat(pings.first()).isEqualTo(2);
        assertThat(pings.lost()).isEqualTo(50);
        assertThatThrownBy(() -> Pings.parse("ping: unknown host")).isInstanceOf(LabException.class);
    }

    @Test
    void bothDirectionsOfATransferAreAdded() {
        String json = """
                {"start": {}, "end": {
                  "sum_sent": {"bytes": 900, "bits_per_second": 9000},
                  "sum_received": {"bytes": 800, "bits_per_second": 8.0e3},
                  "sum_received_bidir_reverse": {"bytes": 100, "bits_per_second": 1000}}}
                """;

        assertThat(Iperf.transfer(Iperf.parse(json, "10.0.0.3"))).isEqualTo(new Iperf.Transfer(900, 9000));
        assertThatThrownBy(() -> Iperf.parse("iperf3: error", "10.0.0.3")).hasMessageContaining("10.0.0.3");
    }

    @Test
    void aReasonIsTheBeginAndTheEndOfAMessageWithoutTheLabsOwnNames() {
        LabException failure =
                new LabException("status 1 from ip netns exec mn1-2-relay tool /tmp/mn1-2/x.crt\nusage\nno\n");

        assertThat(Systems.reason(failure)).isEqualTo("status 1 from tool x.crt: no");
        assertThat(Systems.reason(new LabException("x".repeat(500)))).hasSizeLessThan(150);
    }

    @Test
    void aDeliveryIsCountedOverTheLongerTime() {
        Delivery late = new Delivery(1000, 1, 500, 2);

        assertThat(late.offered()).isEqualTo(1000);
        assertThat(late.delivered()).isEqualTo(250);
        assertThat(late.loss()).isEqualTo(0.5);
        assertThat(new Delivery(0, 0, 0, 0)).extracting(Delivery::loss).isEqualTo(0.0);
    }

    @Test
    void optionsHaveDefaultsThatQuickLowersAndNumbersOverride() {
        assertThat(Options.parse())
                .extracting(Options::rounds, Options::seconds)
                .containsExactly(5, 3);
        assertThat(Options.parse("--seconds", "7", "--quick"))
                .extracting(Options::rounds, Options::seconds)
                .containsExactly(2, 7);
        Options options = Options.parse("--systems", "plain,none", "--measures", "tcp", "--json", "x.json", "--peers");
        assertThat(options.wantsSystem("none")).isTrue();
        assertThat(options.wantsSystem("sealed")).isFalse();
        assertThat(options.wantsMeasure("delay")).isFalse();
        assertThat(options.json()).isEqualTo(Path.of("x.json"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--rounds 0", "--seconds x", "--json", "--fast", "--systems plain,other", "--measures all"})
    void aWrongOptionIsNamed(String line) {
        String[] words = line.split(" ", -1);

        assertThatThrownBy(() -> Options.parse(words))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(words[0]);
    }
}
