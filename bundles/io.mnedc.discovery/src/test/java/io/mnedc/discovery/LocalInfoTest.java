package io.mnedc.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.settings.ConfigurationReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LocalInfoTest {
    private static final OfferedService WEB = new OfferedService("web", "http", 8080);
    private static final OfferedService DB = new OfferedService("db", "", 0);

    private final List<OrchestrationInfo> published = new ArrayList<>();

    private static LocalSettings of(String platform, String type, String... services) {
        return read(Map.of("platform", platform, "execution.type", type, "services", services), LocalSettings.DEFAULT);
    }

    private static LocalSettings read(Map<String, ?> properties, LocalSettings before) {
        ConfigurationReader values = new ConfigurationReader(properties, PeerDirectoryComponent.Config.class);
        LocalSettings read = LocalSettings.of(values, before);
        values.check();
        return read;
    }

    @Test
    void theConfiguredPartIsPublishedAtOnce() {
        var info = new LocalInfo(of("p", "container", "web:http:8080", "db"), published::add);
        assertThat(published).containsExactly(new OrchestrationInfo("p", "container", List.of(WEB, DB)));
        assertThat(info.current()).isEqualTo(published.get(0));
    }

    @Test
    void aListMayBeOneTextWithCommas() {
        assertThat(of("", "osgi", "web:http:8080, db,").services()).containsExactly(WEB, DB);
    }

    @Test
    void anOfferedServiceIsAddedAndWithdrawn() {
        var info = new LocalInfo(of("p", "osgi"), published::add);
        info.offer(7, 0, WEB);
        info.withdraw(7);
        assertThat(published)
                .extracting(OrchestrationInfo::services)
                .containsExactly(List.of(), List.of(WEB), List.of());
    }

    @Test
    void whatDoesNotChangeWhatIsToldIsNotPublished() {
        var info = new LocalInfo(of("p", "osgi", "web:http:8080"), published::add);
        info.offer(7, 0, WEB);
        info.configure(of("p", "osgi", "web:http:8080"));
        info.withdraw(7);
        assertThat(published).hasSize(1);
    }

    @Test
    void configuredServicesComeFirstWhenThereAreTooMany() {
        var info = new LocalInfo(of("p", "osgi", "web:http:8080"), published::add);
        IntStream.range(0, 140).forEach(i -> info.offer(i, 0, new OfferedService("s" + i, "", 0)));
        assertThat(info.current().services())
                .hasSize(OrchestrationInfo.MAX_SERVICES)
                .startsWith(WEB, new OfferedService("s0", "", 0));
    }

    @Test
    void anEmptyPlatformIsFoundOut() {
        assertThat(of("", "osgi").platform()).matches("[^A-Z ]+-[^A-Z ]+").contains(System.getProperty("os.arch"));
    }

    @Test
    void aWrongServiceIsRefusedWithKeyValueAndWhatIsAllowed() {
        assertThatThrownBy(() -> of("", "osgi", "web:http:80800"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("services", "\"web:http:80800\"", "0..65535", "NAME[:PROTOCOL[:PORT]]");
        assertThatThrownBy(() -> of("x".repeat(65), "osgi")).hasMessageContainingAll("platform", "xxx", "64 bytes");
        assertThatThrownBy(() -> of("", "x".repeat(65))).hasMessageContaining("execution.type");
    }

    @Test
    void whatIsWrongStaysAsItWasAndTheRestChanges() {
        LocalSettings before = of("p", "container", "web:http:8080");
        ConfigurationReader values = new ConfigurationReader(
                Map.of("platform", "q", "services", "web:http:eighty, db"), PeerDirectoryComponent.Config.class);
        assertThat(LocalSettings.of(values, before))
                .isEqualTo(new LocalSettings("q", "osgi", before.services(), Map.of()));
        assertThat(values.refused()).isTrue();
        ConfigurationReader mistaken = new ConfigurationReader(
                Map.of("platform", "\"q\"", "services", "[\"db\"]", "mtu", "1300"),
                PeerDirectoryComponent.Config.class);
        assertThat(LocalSettings.of(mistaken, before)).isEqualTo(before);
    }

    @Test
    void servicePropertiesDescribeAnOffer() {
        assertThat(OfferProperties.read("web", "http", "8080", null)).isEqualTo(WEB);
        assertThat(OfferProperties.read("web", "http", 8080, null)).isEqualTo(WEB);
        assertThat(OfferProperties.read("db", null, null, null)).isEqualTo(DB);
        assertThatThrownBy(() -> OfferProperties.read("web", "http", "eighty", null))
                .hasMessageContainingAll(OfferedService.PORT_PROPERTY, "eighty");
        assertThatThrownBy(() -> OfferProperties.read(5, null, null, null))
                .hasMessageContainingAll(OfferedService.NAME_PROPERTY, "5");
    }

    @Test
    void attributesAreReadFromTheConfigurationAndFromServiceProperties() {
        LocalSettings read = read(
                Map.of("attributes", "site = north, rack=4", "services", "web:http:8080?path=/status&version=2"),
                LocalSettings.DEFAULT);
        assertThat(read.attributes()).isEqualTo(Map.of("site", "north", "rack", "4"));
        assertThat(read.services())
                .containsExactly(new OfferedService("web", "http", 8080, Map.of("path", "/status", "version", "2")));
        assertThat(OfferProperties.read("web", null, null, new String[] {"a=1", "b=2=3"})
                        .attributes())
                .isEqualTo(Map.of("a", "1", "b", "2=3"));
        assertThat(OfferProperties.read("web", null, null, List.of("a=1")).attributes())
                .isEqualTo(Map.of("a", "1"));
        assertThatThrownBy(() -> OfferProperties.read("web", null, null, "a"))
                .hasMessageContaining("attribute \"a\" is not KEY=VALUE");
        assertThatThrownBy(() -> read(Map.of("attributes", "si te=north"), LocalSettings.DEFAULT))
                .hasMessageContaining("\"si te\"")
                .hasMessageContaining("visible ASCII characters without =");
    }

    @Test
    void whatDoesNotFitIsLeftOutFromTheEnd() {
        var info = new LocalInfo(of("p", "osgi"), published::add);
        String kilobyte = "x".repeat(1000);
        for (int i = 0; i < 40; i++) {
            info.offer(i, 0, new OfferedService("s" + i, "tcp", i, Map.of("k", kilobyte)));
        }
        OrchestrationInfo told = published.get(published.size() - 1);
        assertThat(told.size()).isBetween(OrchestrationInfo.MAX_BYTES - 1_100, OrchestrationInfo.MAX_BYTES);
        assertThat(told.services().get(0).name()).isEqualTo("s0");
        info.withdraw(0);
        assertThat(published.get(published.size() - 1).services().get(0).name()).isEqualTo("s1");
    }

    @Test
    void whereNotAllFitsTheLowestRankingIsLeftOut() {
        String kilobyte = "x".repeat(OrchestrationInfo.MAX_ATTRIBUTE);
        var info = new LocalInfo(of("p", "osgi"), published::add);
        for (int i = 1; i < 20; i++) {
            info.offer(i, -1_000, new OfferedService("low" + i, "", 0, Map.of("k", kilobyte)));
        }
        info.offer(100, 0, WEB);

        assertThat(info.current().services()).contains(WEB).hasSizeLessThan(19);
        assertThat(info.current().services().get(0)).isEqualTo(WEB);
    }
}
