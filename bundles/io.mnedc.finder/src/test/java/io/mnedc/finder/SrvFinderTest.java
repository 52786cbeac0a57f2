package io.mnedc.finder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.finder.RelayFinder.Found;
import io.mnedc.finder.dns.TestDns;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.SRVRecord;

/** Relays by the SRV records of a domain. */
@Timeout(60)
class SrvFinderTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void eachLookUpSaysWhatTheDnsSaysNow() throws Exception {
        try (TestDns dns = TestDns.start()) {
            SrvFinder finder = new SrvFinder(() -> List.of(dns.address()));
            says(dns, "one.example.");
            assertThat(finder.find("example.org", LIMIT)).containsExactly(new Found("one.example", 3335));
            says(dns, "two.example.");
            assertThat(finder.find("example.org", LIMIT)).containsExactly(new Found("two.example", 3335));
            dns.byUdp =
                    question -> List.of(TestDns.answer(question, Rcode.NXDOMAIN).toWire());
            assertThatThrownBy(() -> finder.find("example.org", LIMIT))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("has no SRV records for _mnedc._tcp.example.org");
        }
    }

    private static void says(TestDns dns, String target) {
        dns.byUdp = question -> {
            Name name = question.getQuestion().getName();
            assertThat(name).hasToString("_mnedc._tcp.example.org.");
            return List.of(TestDns.answer(
                            question,
                            Rcode.NOERROR,
                            new SRVRecord(name, DClass.IN, 3600, 0, 0, 3335, Name.fromConstantString(target)))
                    .toWire());
        };
    }

    @Test
    void domainThatIsNoneIsRefused() {
        SrvFinder finder = new SrvFinder(List::of);
        assertThatThrownBy(() -> finder.find("a..b", LIMIT)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> finder.find("x".repeat(64), LIMIT)).isInstanceOf(IOException.class);
    }

    @Test
    void finderThatHasEndedAsksNoMore() {
        SrvFinder finder = new SrvFinder(List::of);
        finder.deactivate();
        assertThatThrownBy(() -> finder.find("example.org", LIMIT)).isInstanceOf(IOException.class);
    }
}
