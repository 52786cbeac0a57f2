package io.mnedc.names;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.device.RelayLink.Registration;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.api.peer.PeerSnapshot;
import io.mnedc.names.system.Place;
import io.mnedc.names.system.Wanted;
import io.mnedc.settings.ConfigurationReader;
import io.mnedc.settings.RefusedSettingsException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Name;

/** What programs of the host are told, and by which settings. */
class SystemViewTest {
    private static final String CARD = "lo";

    private Optional<Registration> registration = Optional.of(new Registration("self", 2, TestOverlay.NETWORK));
    private PeerSnapshot peers = new PeerSnapshot(1, List.of(TestOverlay.peer("press-7", 7, false)));
    private String card = CARD;
    private final SystemView view = new SystemView(
            new Names(() -> registration, () -> peers, () -> OrchestrationInfo.NONE, TestOverlay.APEX, () -> 0),
            () -> card);

    @Test
    void allNamesAreToldWithWhoAnswersThem() throws SocketException {
        Wanted wanted = Objects.requireNonNull(view.get());
        assertThat(wanted.link())
                .isEqualTo(new Wanted.Link(
                        CARD,
                        NetworkInterface.getByName(CARD).getIndex(),
                        List.of("10.0.0.1", "fd12:3456:789a:1:0:0:0:1"),
                        List.of("mnedc", "0.0.10.in-addr.arpa", "1.0.0.0.a.9.8.7.6.5.4.3.2.1.d.f.ip6.arpa"),
                        "relay.mnedc"));
        assertThat(wanted.hosts())
                .extracting(Wanted.Host::name)
                .containsExactly("press-7.mnedc", "relay.mnedc", "self.mnedc");
        assertThat(wanted.hosts().get(0).addresses()).containsExactly("10.0.0.7", "fd12:3456:789a:1:0:0:0:7");
        assertThat(view.get()).as("nothing is different").isSameAs(wanted);
        peers = new PeerSnapshot(2, List.of());
        assertThat(Objects.requireNonNull(view.get()).hosts()).hasSize(2);
    }

    @Test
    void nothingIsToldBeforeThereIsAnInterfaceAndARegistration() {
        card = "";
        assertThat(view.get()).isNull();
        card = "mnedc-no-such";
        assertThat(view.get()).isNull();
        card = CARD;
        registration = Optional.empty();
        assertThat(view.get()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 1, 10.in-addr.arpa, 10.in-addr.arpa",
        "10.1.2.0/24, 1, 2.1.10.in-addr.arpa, 2.1.10.in-addr.arpa",
        "10.1.128.0/17, 128, 128.1.10.in-addr.arpa, 255.1.10.in-addr.arpa",
        "10.1.2.128/30, 4, 128.2.1.10.in-addr.arpa, 131.2.1.10.in-addr.arpa"
    })
    void zonesOfAddressesAreThoseThatAreAnswered(String pool, int count, String first, String last) throws Exception {
        VirtualNetwork network = VirtualNetwork.parse(pool, "fd12:3456:789a:1::/64");
        List<String> zones = ReverseZones.of(network);
        assertThat(zones).hasSize(count + 1).startsWith(first);
        assertThat(zones.get(count - 1)).isEqualTo(last);
        for (String zone : zones) {
            Name name = Name.fromString(zone, Name.root);
            assertThat(ReverseZones.find(name, network).orElseThrow().apex()).isEqualTo(name);
        }
    }

    @Test
    void nothingIsDoneToTheHostUnlessASettingSaysSo() {
        assertThat(NamesSettings.usual().place()).isEqualTo(Place.OFF);
        assertThat(NamesSettings.usual().hosts()).isEqualTo(Path.of("/etc/hosts"));
        ConfigurationReader read = new ConfigurationReader(
                Map.of("system.resolver", "hosts", "hosts.file", "/tmp/hosts"), NamesConfig.class);
        assertThat(NamesSettings.of(read))
                .extracting(NamesSettings::place, NamesSettings::hosts)
                .containsExactly(Place.HOSTS, Path.of("/tmp/hosts"));
        ConfigurationReader wrong = new ConfigurationReader(Map.of("system.resolver", "dnsmasq"), NamesConfig.class);
        assertThat(NamesSettings.of(wrong).place()).isEqualTo(Place.OFF);
        assertThatExceptionOfType(RefusedSettingsException.class)
                .isThrownBy(wrong::check)
                .withMessageContaining("system.resolver")
                .withMessageContaining("off or auto or resolved or hosts");
    }
}
