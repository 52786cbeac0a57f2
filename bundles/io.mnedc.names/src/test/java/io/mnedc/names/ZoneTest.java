package io.mnedc.names;

import static io.mnedc.names.TestOverlay.ask;
import static io.mnedc.names.TestOverlay.peer;
import static io.mnedc.names.TestOverlay.query;
import static io.mnedc.names.TestOverlay.reverse;
import static io.mnedc.names.TestOverlay.types;
import static io.mnedc.names.TestOverlay.zone;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.OrchestrationInfo;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

class ZoneTest {
    private static final OfferedService WEB =
            new OfferedService("web", "http", 8080, Map.of("path", "/status", "note", "ü \\ \"x\""));
    private static final OfferedService SENSOR = new OfferedService("Wärme.Halle 3", "coap", 5683);
    private static final Zone ZONE = zone(
            TestOverlay.NETWORK,
            new OrchestrationInfo("linux", "osgi", List.of(new OfferedService("modbus", "tcp", 502))),
            peer("press-7", 3, true, WEB, SENSOR),
            peer("camera", 4, false, new OfferedService("video", "rtsp", 554)));

    @ParameterizedTest
    @CsvSource({
        "press-7.mnedc.,A,NOERROR 10.0.0.3",
        "PRESS-7.Mnedc.,A,NOERROR 10.0.0.3",
        "press-7.mnedc.,AAAA,NOERROR fd12:3456:789a:1:0:0:0:3",
        "camera.mnedc.,A,NOERROR 10.0.0.4",
        "self.mnedc.,A,NOERROR 10.0.0.2",
        "relay.mnedc.,A,NOERROR 10.0.0.1",
        "press-7.mnedc.,MX,NOERROR",
        "nobody.mnedc.,A,NXDOMAIN",
        "x.press-7.mnedc.,A,NXDOMAIN",
        "_tcp.mnedc.,A,NOERROR",
        "_dns-sd._udp.mnedc.,PTR,NOERROR",
        "mnedc.,NS,NOERROR relay.mnedc.",
        "mnedc.,A,NOERROR",
        "press-7.mnedc.,ANY,NOERROR \"RFC8482\" \"\"",
        "nobody.mnedc.,ANY,NXDOMAIN",
        "example.com.,A,REFUSED",
        "mnedc.example.,A,REFUSED",
        ".,NS,REFUSED",
        "press-7.mnedc.,AXFR,REFUSED",
        "b._dns-sd._udp.mnedc.,PTR,NOERROR mnedc.",
        "lb._dns-sd._udp.mnedc.,PTR,NOERROR mnedc.",
        "_services._dns-sd._udp.mnedc.,PTR,NOERROR _coap._udp.mnedc. _http._tcp.mnedc. _modbus._tcp.mnedc.",
        "_http._tcp.mnedc.,PTR,NOERROR web\\032on\\032press-7._http._tcp.mnedc.",
        "_http._udp.mnedc.,PTR,NXDOMAIN",
        "_rtsp._tcp.mnedc.,PTR,NXDOMAIN",
        "_modbus._tcp.mnedc.,PTR,NOERROR modbus\\032on\\032self._modbus._tcp.mnedc."
    })
    void aNameHasItsRecords(String name, String type, String expected) throws Exception {
        assertThat(ask(ZONE, name, Type.value(type))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.3,NOERROR press-7.mnedc.",
        "10.0.0.1,NOERROR relay.mnedc.",
        "10.0.0.2,NOERROR self.mnedc.",
        "10.0.0.9,NXDOMAIN",
        "10.0.1.3,REFUSED",
        "fd12:3456:789a:1::3,NOERROR press-7.mnedc.",
        "fd12:3456:789a:1::9,NXDOMAIN",
        "fd12:3456:789a:1:0:0:1:3,NXDOMAIN",
        "fd12:3456:789a:2::3,REFUSED",
        "::1,REFUSED"
    })
    void anAddressHasItsName(String address, String expected) throws Exception {
        assertThat(ask(ZONE, reverse(address), Type.PTR)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "10.16.0.0/12,1.0.16.10.in-addr.arpa.,PTR,NOERROR relay.mnedc.",
        "10.16.0.0/12,16.10.in-addr.arpa.,NS,NOERROR relay.mnedc.",
        "10.16.0.0/12,5.16.10.in-addr.arpa.,A,NOERROR",
        "10.16.0.0/12,32.10.in-addr.arpa.,NS,REFUSED",
        "10.16.0.0/12,10.in-addr.arpa.,NS,REFUSED",
        "10.1.2.64/26,65.2.1.10.in-addr.arpa.,PTR,NOERROR relay.mnedc.",
        "10.1.2.64/26,1.2.1.10.in-addr.arpa.,PTR,REFUSED",
        "10.0.0.0/24,01.0.0.10.in-addr.arpa.,PTR,NXDOMAIN",
        "10.0.0.0/24,256.0.0.10.in-addr.arpa.,PTR,NXDOMAIN",
        "10.0.0.0/24,x.1.0.0.10.in-addr.arpa.,PTR,NXDOMAIN"
    })
    void reverseZonesEndAtBytes(String pool, String name, String type, String expected) throws Exception {
        Zone zone = zone(VirtualNetwork.parse(pool, "fd12:3456:789a:1::/64"), OrchestrationInfo.NONE);
        assertThat(ask(zone, name, Type.value(type))).isEqualTo(expected);
    }

    @Test
    void aNegativeAnswerSaysHowLongItIsGood() throws Exception {
        for (String name : List.of("nobody.mnedc.", "press-7.mnedc.")) {
            Message answer = ask(ZONE, query(name, Type.MX));
            assertThat(answer.getHeader().getFlag(Flags.AA)).isTrue();
            assertThat(answer.getHeader().getFlag(Flags.RA)).isFalse();
            assertThat(answer.getSection(Section.AUTHORITY))
                    .singleElement()
                    .asString()
                    .contains("mnedc.", "SOA", "relay.mnedc. hostmaster.mnedc. 7 60 60 600 5");
        }
        assertThat(ask(ZONE, query("9.0.0.10.in-addr.arpa.", Type.PTR)).getSection(Section.AUTHORITY))
                .singleElement()
                .asString()
                .startsWith("0.0.10.in-addr.arpa.");
    }

    @Test
    void aServiceIsFoundWithAllThatIsNeededToReachIt() throws Exception {
        Message browse = ask(ZONE, query("_http._tcp.mnedc.", Type.PTR));
        assertThat(types(browse, Section.ADDITIONAL)).containsExactlyInAnyOrder("SRV", "TXT", "A", "AAAA");
        PTRRecord pointer = (PTRRecord) browse.getSection(Section.ANSWER).get(0);
        assertThat(pointer.getTarget().getLabelString(0)).isEqualTo("web\\032on\\032press-7");

        String instance = pointer.getTarget().toString();
        SRVRecord place = (SRVRecord)
                ask(ZONE, query(instance, Type.SRV)).getSection(Section.ANSWER).get(0);
        assertThat(place.getPort()).isEqualTo(8080);
        assertThat(place.getTarget()).hasToString("press-7.mnedc.");
        TXTRecord text = (TXTRecord)
                ask(ZONE, query(instance, Type.TXT)).getSection(Section.ANSWER).get(0);
        assertThat(strings(text)).containsExactly("note=ü \\ \"x\"", "path=/status");
    }

    private static List<String> strings(TXTRecord text) {
        return text.getStringsAsByteArrays().stream()
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void aServiceWithoutAttributesHasAnEmptyText() throws Exception {
        PTRRecord pointer = (PTRRecord) ask(ZONE, query("_coap._udp.mnedc.", Type.PTR))
                .getSection(Section.ANSWER)
                .get(0);
        byte[] label = pointer.getTarget().getLabel(0);
        assertThat(new String(label, 1, label.length - 1, StandardCharsets.UTF_8))
                .isEqualTo("Wärme.Halle 3 on press-7");
        TXTRecord text = (TXTRecord) ask(ZONE, query(pointer.getTarget().toString(), Type.TXT))
                .getSection(Section.ANSWER)
                .get(0);
        assertThat(strings(text)).containsExactly("");
    }

    @Test
    void theNameOfADeviceBelongsToOneWhateverARelayAnnounces() throws Exception {
        Zone zone = zone(peer("relay", 5, true), peer("self", 6, true), peer("a", 7, true), peer("a", 8, true));
        assertThat(ask(zone, "relay.mnedc.", Type.A)).isEqualTo("NOERROR 10.0.0.1");
        assertThat(ask(zone, "self.mnedc.", Type.A)).isEqualTo("NOERROR 10.0.0.2");
        assertThat(ask(zone, "a.mnedc.", Type.A)).isEqualTo("NOERROR 10.0.0.7");
        assertThat(ask(zone, reverse("10.0.0.8"), Type.PTR)).isEqualTo("NXDOMAIN");
    }

    @Test
    void longAndEqualNamesOfServicesStayApart() throws Exception {
        String longName = "ü".repeat(32);
        Zone zone = zone(peer(
                "x".repeat(50),
                3,
                true,
                new OfferedService(longName, "http", 1),
                new OfferedService(longName, "http", 2),
                new OfferedService(longName, "http", 0)));
        Message answer = ask(zone, query("_http._tcp.mnedc.", Type.PTR));
        assertThat(answer.getSection(Section.ANSWER)).hasSize(2);
        assertThat(answer.getSection(Section.ANSWER)).allSatisfy(record -> {
            String instance = ((PTRRecord) record).getTarget().toString();
            assertThat(ask(zone, query(instance, Type.SRV)).getRcode()).isEqualTo(Rcode.NOERROR);
        });
    }

    private static List<String> instances(Zone zone) throws Exception {
        Message query = query("_http._tcp.mnedc.", Type.PTR);
        query.addRecord(new OPTRecord(4096, 0, 0), Section.ADDITIONAL);
        Message answer = ask(zone, query);
        assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
        return answer.getSection(Section.ANSWER).stream()
                .map(record -> ((PTRRecord) record).getTarget().toString())
                .toList();
    }

    private static List<Integer> ports(Zone zone) throws Exception {
        List<Integer> ports = new ArrayList<>();
        for (String instance : instances(zone)) {
            Message answer = ask(zone, query(instance, Type.SRV));
            assertThat(answer.getSection(Section.ANSWER)).as(instance).hasSize(1);
            ports.add(((SRVRecord) answer.getSection(Section.ANSWER).get(0)).getPort());
        }
        return ports;
    }

    @Test
    void aDeviceWithTheLongestNameDoesNotHideTheServicesOfOthers() throws Exception {
        Zone zone = zone(
                peer("a", 3, true, new OfferedService("web", "http", 1)),
                peer(
                        "x".repeat(63),
                        4,
                        true,
                        new OfferedService("web", "http", 2),
                        new OfferedService("Web", "http", 3)),
                // the same as far as it fits
                peer("x".repeat(62) + "y", 5, true, new OfferedService("web", "http", 4)));
        assertThat(ports(zone)).containsExactly(1, 2, 3, 4);
        assertThat(instances(zone))
                .allMatch(instance -> instance.startsWith("web") || instance.startsWith("Web"))
                .anyMatch(instance -> instance.startsWith("Web\\032\\(2\\)\\032on\\032xxx"))
                .anyMatch(instance -> instance.startsWith("web\\032\\(3\\)\\032on\\032xxx"));
    }

    @Test
    void labelsHaveOneToSixtyThreeBytesAndKeepTheirNumber() {
        for (String text : List.of("", " ", "w", "ü".repeat(32), "x".repeat(200))) {
            for (String end : List.of(" on a", " on " + "x".repeat(63), " on " + "ü".repeat(100))) {
                for (int number : List.of(1, 2, 10, 128_000)) {
                    String label = new String(Label.of(text, number, end), StandardCharsets.UTF_8);
                    assertThat(label.getBytes(StandardCharsets.UTF_8)).hasSizeBetween(1, 63);
                    assertThat(label).contains(number == 1 ? "" : " (" + number + ")", " on ");
                    assertThat(label).doesNotContain("\ufffd");
                }
            }
        }
    }

    @Test
    void manyEqualNamesStayApart() {
        int count = OrchestrationInfo.MAX_SERVICES;
        OfferedService equal = new OfferedService("x".repeat(64), "http", 80);
        Overlay overlay = zone(peer(
                        "y".repeat(63),
                        3,
                        true,
                        Collections.nCopies(count, equal).toArray(OfferedService[]::new)))
                .overlay();
        assertThat(overlay.ofType("_http._tcp").stream().map(each -> Label.key(each.label())))
                .hasSize(count)
                .doesNotHaveDuplicates();
    }
}
