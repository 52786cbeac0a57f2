package io.mnedc.rsa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mnedc.api.peer.OfferedService;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.service.remoteserviceadmin.EndpointDescription;

class EndpointFormTest {
    private static final Map<String, String> GOOD = Map.of(
            "#id", "id-1",
            "#framework", "framework-3",
            "#service", "#J:57",
            "#configs", "#S[:aries.fastbin",
            "#v:com.acme", "1.2.0",
            "objectClass", "#S[:com.acme.Camera",
            "aries.fastbin.address", "tcp://10.0.0.3:2543");

    private static EndpointDescription read(Map<String, String> attributes) {
        return EndpointForm.read(new OfferedService("x", EndpointForm.PROTOCOL, 0, attributes), TestEndpoints.place(3));
    }

    /** The vector of docs/PROTOCOL.md. */
    @Test
    void aDescriptionHasOneForm() {
        OfferedService offered = TestEndpoints.offered(3, "id-1");
        assertThat(offered).isEqualTo(new OfferedService("com.acme.Camera", "osgi.rsa", 0, GOOD));
        EndpointDescription read = EndpointForm.read(offered, TestEndpoints.place(3));
        assertThat(read.getId()).isEqualTo("id-1");
        assertThat(read.getServiceId()).isEqualTo(57);
        assertThat(read.getInterfaces()).containsExactly("com.acme.Camera");
        assertThat(read.getPackageVersion("com.acme")).hasToString("1.2.0");
        assertThat(offered.size()).isLessThan(400);
    }

    @Test
    void whatNoImporterNeedsIsNotTold() {
        List<String> dropped = new ArrayList<>();
        OfferedService offered = EndpointForm.write(
                TestEndpoints.endpoint(
                        3,
                        "id-1",
                        "rack",
                        4,
                        "component.id",
                        5L,
                        "mnedc.offer",
                        "camera",
                        "service.ranking",
                        7,
                        "docs",
                        "http://example.com/",
                        "big",
                        "x".repeat(2_000),
                        "odd",
                        new Object(),
                        ".private",
                        1),
                TestEndpoints.place(3),
                dropped);
        assertThat(offered.attributes()).containsEntry("rack", "#I:4").hasSize(GOOD.size() + 1);
        assertThat(dropped).containsExactlyInAnyOrder("docs", "big", "odd");
    }

    @Test
    void anEndpointElsewhereIsNotTold() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        EndpointForm.write(TestEndpoints.endpoint(4, "id"), TestEndpoints.place(3), new ArrayList<>()))
                .withMessageContaining("tcp://10.0.0.4:2543");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EndpointForm.write(
                        TestEndpoints.endpoint(
                                3, "id", "objectClass", new String[] {"org.osgi.service.log.LogService"}),
                        TestEndpoints.place(3),
                        new ArrayList<>()))
                .withMessageContaining("org.osgi.service.log.LogService");
    }

    @Test
    void thatOfTheTcpProviderIsItsId() {
        Map<String, String> attributes = new TreeMap<>(GOOD);
        attributes.remove("aries.fastbin.address");
        attributes.put("#configs", "#S[:aries.tcp");
        assertThatIllegalArgumentException().isThrownBy(() -> read(attributes));
        attributes.put("#id", "tcp://10.0.0.3:4000/57");
        assertThat(read(attributes).getId()).isEqualTo("tcp://10.0.0.3:4000/57");
        attributes.put("#id", "tcp://[fd12:3456:789a:1::3]:4000/57");
        assertThat(read(attributes).getId()).contains("::3");
        attributes.put("#id", "tcp://[fd12:3456:789a:1::4]:4000/57");
        assertThatIllegalArgumentException().isThrownBy(() -> read(attributes));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "aries.fastbin.address | tcp://10.0.0.4:2543",
                "aries.fastbin.address | tcp://10.0.0.3:2543@10.0.0.4:2543",
                "aries.fastbin.address | tcp://u@10.0.0.3:2543",
                "aries.fastbin.address | tcp://10.0.0.3:2543?host=10.0.0.4",
                "aries.fastbin.address | tcp://10.0.0.3:2543#x",
                "aries.fastbin.address | tcp://10.0.0.3",
                "aries.fastbin.address | tcp://10.0.0.3:70000",
                "aries.fastbin.address | tcp://d3.mnedc:2543",
                "aries.fastbin.address | tcp://010.0.0.3:2543",
                "aries.fastbin.address | tcp:10.0.0.3:2543",
                "aries.fastbin.address | 10.0.0.3:2543",
                "aries.fastbin.address | #S[:tcp://10.0.0.3:2543",
                "other | http://10.0.0.4:80/",
                "other | #S[:http://10.0.0.3:80/",
                "#id | #J:1",
                "#service | 57",
                "#service | #I:57",
                "#configs | #S[",
                "objectClass | com.acme.Camera",
                "objectClass | #S[",
                "objectClass | #S[:io.mnedc.api.tun.TunDriver",
                "objectClass | #S[:com.acme.Camera,org.osgi.service.cm.ConfigurationAdmin",
                "OBJECTCLASS | #S[:com.acme.Other",
                "endpoint.id | other",
                "#v:com.acme | one",
                "service.ranking | #I:1",
                "Service.Ranking | x",
                "service.exported.interfaces | *",
                "Mnedc.Offer | camera",
                "osgi.command.scope | mnedc",
                "service.id | #J:1",
                ".private | x",
                "#other | x",
                "rack | 'x '",
                "objectClass | '#S[:com acme'",
            })
    void aHostileDescriptionIsRefused(String key, String value) {
        Map<String, String> attributes = new TreeMap<>(GOOD);
        attributes.put(key, value);
        assertThatIllegalArgumentException().isThrownBy(() -> read(attributes));
    }

    @Test
    void eachPropertyThatIsNeededIsNeeded() {
        assertThat(read(GOOD).getId()).isEqualTo("id-1");
        for (String key : List.of("#id", "#configs", "objectClass", "aries.fastbin.address")) {
            Map<String, String> attributes = new TreeMap<>(GOOD);
            attributes.remove(key);
            assertThatIllegalArgumentException().as(key).isThrownBy(() -> read(attributes));
        }
    }
}
