package io.mnedc.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.peer.OfferedService;
import io.mnedc.settings.NoticeBoard;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A wrong text in the configuration costs a device none of the services that it offered, over a boot neither. */
class ConfiguredInfoTest {
    private static final OfferedService WEB = new OfferedService("web", "http", 8080);
    private static final OfferedService DB = new OfferedService("db", "", 0);

    @TempDir
    Path area;

    private final List<String> notices = new ArrayList<>();
    private ConfiguredInfo info;

    @BeforeEach
    void begin() {
        info = booted();
    }

    private LocalSettings boot(Map<String, Object> properties) {
        info = booted();
        return info.take(enabled(properties));
    }

    private static Map<String, Object> enabled(Map<String, Object> properties) {
        Map<String, Object> all = new HashMap<>(properties);
        all.put("enabled", true);
        return all;
    }

    private ConfiguredInfo booted() {
        return new ConfiguredInfo(area, new NoticeBoard(PeerDirectoryComponent.PID, notice -> {
            notices.add(notice.text());
            return () -> notices.remove(notice.text());
        }));
    }

    @Test
    void afterABootWithAWrongEntryItOffersWhatItOfferedBefore() {
        boot(Map.of("platform", "press", "services", "web:http:8080"));
        LocalSettings read = boot(Map.of("platform", "pump", "services", "db, web:http:eighty"));
        assertThat(read).isEqualTo(new LocalSettings("pump", "osgi", List.of(WEB), Map.of()));
        assertThat(notices)
                .singleElement()
                .asString()
                .startsWith("configuration refused: ")
                .contains("\"web:http:eighty\"", "; running with the settings of 20");

        assertThat(info.take(Map.of("services", "db")).services()).containsExactly(DB);
        assertThat(notices).isEmpty();
    }

    @Test
    void afterABootWithAMistakenFileItIsAsBeforeAndTheDeviceSaysWhy() {
        boot(Map.of("platform", "press", "services", "web:http:8080"));
        LocalSettings read = boot(Map.of("platform", "\"pump\"", "services", "[\"db\"]", "mtu", "1300"));
        assertThat(read).isEqualTo(new LocalSettings("press", "osgi", List.of(WEB), Map.of()));
        assertThat(notices).isEmpty();
    }

    @Test
    void whatWasRefusedIsNotKept() {
        boot(Map.of("services", "web:http:8080"));
        info.take(Map.of("platform", "pump", "services", "web:http:eighty"));
        assertThat(notices).hasSize(1);
        info.end();
        assertThat(notices).isEmpty();
        assertThat(boot(Map.of("services", "web:http:eighty", "platform", "x".repeat(65))))
                .isEqualTo(new LocalSettings(LocalSettings.DEFAULT.platform(), "osgi", List.of(WEB), Map.of()));
    }

    @Test
    void itIsKeptInTheDataDirectoryTooWhichSomeGatewaysDoNotClear(@TempDir Path data) throws Exception {
        boot(Map.of("services", "web:http:8080", "data.dir", data.toString(), "join.token", "mnedc1-secret"));
        try (var files = Files.list(area)) {
            for (Path file : files.toList()) {
                assertThat(file).content().doesNotContain("secret");
                Files.delete(file);
            }
        }
        assertThat(boot(Map.of("services", "web:http:eighty", "data.dir", data.toString()))
                        .services())
                .containsExactly(WEB);
    }

    @Test
    void withoutAnythingKeptNothingIsOfferedAndSaidSo() {
        assertThat(boot(Map.of("services", "web:http:eighty"))).isEqualTo(LocalSettings.DEFAULT);
        assertThat(notices).singleElement().asString().contains("services", "the peers are told nothing of it");
    }

    @Test
    void whoeverIsSwitchedOffOrDeletedInBetweenOffersWhatItOfferedBefore() {
        boot(Map.of("services", "web:http:8080"));
        info.take(Map.of("enabled", false));
        info.take(Map.of());
        assertThat(boot(Map.of("services", "web:http:eighty")).services()).containsExactly(WEB);
    }
}
