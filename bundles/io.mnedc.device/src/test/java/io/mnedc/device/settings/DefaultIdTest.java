package io.mnedc.device.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.testing.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DefaultIdTest {
    @TempDir
    Path system;

    private void card(String name, String bus, String type, String address, String origin) throws IOException {
        Path card = Files.createDirectories(system.resolve("net").resolve(name));
        if (!bus.isEmpty()) {
            Files.createSymbolicLink(card.resolve("device"), Files.createDirectories(system.resolve(bus)));
        }
        Files.writeString(card.resolve("type"), type + "\n");
        Files.writeString(card.resolve("address"), address + "\n");
        Files.writeString(card.resolve("addr_assign_type"), origin + "\n");
    }

    private DefaultId id(Map<String, ?> properties) {
        return DefaultId.of(properties, system.resolve("net"), "gateway");
    }

    @Test
    void theFirstCardThatIsBuiltInNamesTheDevice() throws Exception {
        card("eth9", "pci/b", "1", "00:11:22:33:44:99", "0");
        card("eth1", "pci/a", "1", "00:11:22:33:44:AA", "0");
        card("eth0", "usb1/c", "1", "00:11:22:33:44:00", "0");
        card("br0", "", "1", "00:11:22:33:44:01", "0");
        card("can0", "pci/d", "280", "", "0");
        card("aaa0", "pci/e", "1", "06:11:22:33:44:02", "1");
        card("aab0", "pci/f", "1", "00:00:00:00:00:00", "0");
        card("aac0", "pci/g", "1", "00:11:22:33:44:03", "3");
        Files.createDirectories(system.resolve("net/broken/device"));

        assertThat(id(Map.of())).isEqualTo(new DefaultId("00:11:22:33:44:aa", false));
    }

    @Test
    void whatTheGatewaySaysCountsFirst() throws Exception {
        card("eth0", "pci/a", "1", "00:11:22:33:44:55", "0");

        assertThat(id(Map.of(DefaultId.GATEWAY, "RGW-0815"))).isEqualTo(new DefaultId("RGW-0815", false));
        assertThat(id(Map.of(DefaultId.GATEWAY, "not valid")).id()).isEqualTo("00:11:22:33:44:55");
    }

    @Test
    void theHostNameIsTheLastResortAndMayBeShared() throws Exception {
        card("veth0", "", "1", "00:11:22:33:44:55", "0");

        assertThat(id(Map.of())).isEqualTo(new DefaultId("gateway", true));
        assertThat(DefaultId.of(Map.of(), system.resolve("missing"), "gateway"))
                .isEqualTo(new DefaultId("gateway", true));
    }

    @Test
    void theHostNameIsWarnedOfWhenItIsInUse() throws Exception {
        DefaultId shared = new DefaultId("gateway", true);
        assertThat(logged(shared, Map.of(), "press-7")).isEmpty();
        assertThat(logged(shared, Map.of("device.id", "gateway"), "gateway")).isEmpty();
        assertThat(logged(new DefaultId("gateway", false), Map.of(), "gateway")).isEmpty();

        assertThat(logged(shared, Map.of("device.id", " "), "gateway")).contains("\"gateway\"", "set device.id");
    }

    private static String logged(DefaultId id, Map<String, ?> properties, String used) throws Exception {
        return Log.of(() -> id.warnIfUsed(properties, used));
    }
}
