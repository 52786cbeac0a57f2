package io.mnedc.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.peer.NameService;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NameReportTest {
    /** Knows one device. */
    private static final NameService NAMES = new NameService() {
        private final InetAddress ipv4 = FixedDirectory.NETWORK.ipv4(5);
        private final InetAddress ipv6 = FixedDirectory.NETWORK.ipv6(5);

        @Override
        public String zone() {
            return "mnedc";
        }

        @Override
        public List<InetAddress> lookup(String name) {
            return name.equals("press-7") ? List.of(ipv4, ipv6) : List.of();
        }

        @Override
        public Optional<String> nameOf(InetAddress address) {
            return address.equals(ipv4) || address.equals(ipv6) ? Optional.of("press-7.mnedc") : Optional.empty();
        }
    };

    @Test
    void aNameHasAddresses() {
        assertThat(NameReport.of(NAMES, "press-7")).containsSubsequence("10.0.0.5", "fd00:1:2:3:0:0:0:5");
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.5,press-7.mnedc",
        "fd00:1:2:3::5,press-7.mnedc",
        "10.0.0.6,Nobody has the address 10.0.0.6 now.",
        "::x,Nobody is called ::x in the zone mnedc now.",
        ":::,Nobody is called ::: in the zone mnedc now.",
        "press-8,Nobody is called press-8 in the zone mnedc now."
    })
    void anAddressHasAName(String asked, String said) {
        assertThat(NameReport.of(NAMES, asked)).isEqualTo(said);
    }

    @Test
    void withoutTheBundleTheCommandSaysWhatIsMissing() {
        assertThat(new ShellCommands().resolvedText("press-7")).contains("io.mnedc.names");
    }
}
