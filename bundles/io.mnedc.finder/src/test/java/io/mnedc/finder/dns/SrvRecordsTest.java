package io.mnedc.finder.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.finder.RelayFinder;
import io.mnedc.api.finder.RelayFinder.Found;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Type;

/** The order of RFC 2782, and answers that nobody honest gives. */
class SrvRecordsTest {
    private static final Name NAME = name("_mnedc._tcp.example.org.");
    private static final Message QUESTION = Message.newQuery(Record.newRecord(NAME, Type.SRV, DClass.IN));

    private final SplittableRandom random = new SplittableRandom(7);

    private static Name name(String text) {
        return Name.fromConstantString(text);
    }

    private static SRVRecord srv(int priority, int weight, String target) {
        return new SRVRecord(NAME, DClass.IN, 60, priority, weight, 3334, name(target));
    }

    private List<String> targets(Record... records) throws IOException {
        return SrvRecords.targets(
                        TestDns.answer(QUESTION, Rcode.NOERROR, records), NAME, most -> random.nextInt(most + 1))
                .stream()
                .map(Found::host)
                .toList();
    }

    @Test
    void lowerPriorityIsFirst() throws IOException {
        for (int i = 0; i < 50; i++) {
            assertThat(targets(srv(20, 65_535, "c."), srv(0, 0, "a."), srv(10, 1, "b.")))
                    .containsExactly("a", "b", "c");
        }
    }

    @Test
    void weightsAreChances() throws IOException {
        Map<String, Integer> first = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            List<String> order = targets(srv(0, 10, "small."), srv(0, 30, "large."), srv(0, 0, "none."));
            assertThat(order).containsExactlyInAnyOrder("small", "large", "none");
            first.merge(order.get(0), 1, Integer::sum);
        }
        // 1 of 41 draws is 0; the others are 10 to 30
        assertThat(first.get("none")).isBetween(100, 450);
        assertThat(first.get("large")).isBetween(6_500, 8_100);
    }

    @Test
    void extremeDrawsChooseTheFirstAndTheLast() {
        List<SRVRecord> records = List.of(srv(0, 65_535, "a."), srv(0, 65_535, "b."), srv(0, 0, "c."));
        assertThat(SrvRecords.order(records, most -> 0))
                .extracting(SRVRecord::getTarget)
                .startsWith(name("c."));
        assertThat(SrvRecords.order(records, most -> most))
                .extracting(SRVRecord::getTarget)
                .startsWith(name("b."));
    }

    @Test
    void nameMayBeAnAliasAndAliasesMayGoRound() throws IOException {
        Name other = name("_mnedc._tcp.example.net.");
        assertThat(targets(
                        new CNAMERecord(NAME, DClass.IN, 60, other),
                        new SRVRecord(other, DClass.IN, 60, 0, 0, 1, name("a."))))
                .containsExactly("a");
        assertThatThrownBy(() -> targets(
                        new CNAMERecord(NAME, DClass.IN, 60, other), new CNAMERecord(other, DClass.IN, 60, NAME)))
                .hasMessage("the DNS has no SRV records for _mnedc._tcp.example.org");
    }

    @Test
    void serviceThatIsDecidedlyNotThereIsSaidSo() {
        assertThatThrownBy(() -> targets(srv(0, 0, "."))).hasMessageContaining("there is no relay");
        assertThatThrownBy(() -> targets()).hasMessageContaining("has no SRV records");
    }

    @Test
    void recordsOfOthersAndTargetsThatAreNoHostAreLeftOut() throws IOException {
        assertThat(targets(
                        srv(0, 0, "."),
                        srv(0, 0, "with\\032blank.example."),
                        srv(0, 0, "with\\000zero.example."),
                        new SRVRecord(NAME, DClass.IN, 60, 0, 0, 0, name("noport.")),
                        new SRVRecord(NAME, DClass.CH, 60, 0, 0, 1, name("chaos.")),
                        new SRVRecord(name("other."), DClass.IN, 60, 0, 0, 1, name("other.")),
                        srv(1, 0, "good.example.")))
                .containsExactly("good.example");
        assertThatThrownBy(() -> targets(srv(0, 0, "a\\032b."))).hasMessageContaining("no host with a port");
    }

    @Test
    void fewAreTaken() throws IOException {
        List<Record> many = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            many.add(srv(i, 0, "h" + i + "."));
        }
        assertThat(targets(many.toArray(Record[]::new))).hasSize(RelayFinder.MOST);
    }

    @Test
    void anyPacketIsReadOrPassedOver() throws IOException {
        byte[] good = TestDns.answer(QUESTION, Rcode.NOERROR, srv(0, 1, "a.example."), srv(0, 2, "b.example."))
                .toWire();
        int read = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] packet = good.clone();
            for (int changes = random.nextInt(6); changes >= 0; changes--) {
                packet[random.nextInt(packet.length)] = (byte) random.nextInt(256);
            }
            Message message = Messages.parse(ByteBuffer.wrap(packet, 0, random.nextInt(packet.length + 1)));
            if (message == null) {
                continue;
            }
            read++;
            try {
                assertThat(SrvRecords.targets(message, NAME, most -> random.nextInt(most + 1)))
                        .isNotEmpty()
                        .allSatisfy(found -> {
                            assertThat(found.port()).isBetween(1, 65_535);
                            assertThat(found.host()).matches("[A-Za-z0-9_.-]{1,253}");
                        });
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("SRV record");
            }
        }
        assertThat(read).isPositive();
    }
}
