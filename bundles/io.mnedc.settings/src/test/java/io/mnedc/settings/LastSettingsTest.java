package io.mnedc.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings that were in force are found again, and hold no secret. */
class LastSettingsTest {
    /** Settings as a component has them. */
    @interface Metatype {
        boolean enabled();

        String data_dir();

        int mtu();

        String[] rules();

        String join_token();

        String keystore_password();

        String token_request();
    }

    @TempDir
    private Path directory;

    private final List<String> told = new ArrayList<>();
    private Path usual;
    private Path data;
    private final Map<String, Object> good = new HashMap<>();

    @BeforeEach
    void begin() throws IOException {
        usual = directory.resolve("usual");
        data = Files.createDirectory(directory.resolve("data"));
        good.putAll(Map.of(
                "enabled",
                true,
                "data.dir",
                data.toString(),
                "mtu",
                1300,
                "rules",
                new String[] {"allow any any # a b", "default deny"},
                "join.token",
                "mnedc1-secret-one",
                "keystore.password",
                "secret-two",
                "token.request",
                "press-7"));
    }

    private LastSettings last() {
        return new LastSettings("test", Metatype.class, told::add, usual, null);
    }

    private record Read(int mtu, List<String> rules, String token, String password, String wish) {}

    private Read found(Map<String, ?> present) {
        return last().find(present, values -> {
                    Read read = new Read(
                            values.number("mtu", 1, 1, 9000),
                            values.rules("rules"),
                            values.text("join.token", ""),
                            values.text("keystore.password", ""),
                            values.text("token.request", ""));
                    values.check();
                    return read;
                })
                .map(LastSettings.Old::settings)
                .orElseThrow();
    }

    @Test
    void theyAreFoundWithThePasswordsOfThePresentOnes() {
        last().keep(good);
        Read found = found(Map.of("enabled", true, "mtu", "x", "keystore.password", "other", "join.token", "wrong"));
        assertThat(found).isEqualTo(new Read(1300, List.of("allow any any", "default deny"), "", "other", ""));
    }

    @Test
    void noSecretIsInTheFilesAndOnlyTheirOwnerReadsThem() throws Exception {
        last().keep(good);
        for (Path place : List.of(usual, data)) {
            Path file = place.resolve("test.last");
            assertThat(Files.readString(file)).contains("1300").doesNotContain("secret", "press-7");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            try (Stream<Path> files = Files.list(place)) {
                assertThat(files).containsExactly(file);
            }
        }
    }

    @Test
    void eitherPlaceIsEnoughAndTheNewestCounts() throws Exception {
        last().keep(good);
        Files.delete(usual.resolve("test.last"));
        assertThat(found(Map.of("data.dir", data.toString())).mtu()).isEqualTo(1300);
        last().keep(good);
        good.put("mtu", 1200);
        good.put("data.dir", directory.resolve("nowhere").toString());
        last().keep(good);
        assertThat(directory.resolve("nowhere"))
                .as("may be a mount that comes later")
                .doesNotExist();
        assertThat(found(Map.of("data.dir", data.toString())).mtu()).isEqualTo(1200);
    }

    @Test
    void aMistakenFileThatCameAsTextsHidesNothing() throws Exception {
        last().keep(good);
        Files.delete(usual.resolve("test.last"));
        Read found = found(Map.of(
                "enabled", "B\"true\"",
                "data.dir", "\"" + data + "\"",
                "mtu", "1300",
                "keystore.password", "\"pass\""));
        assertThat(found.mtu()).isEqualTo(1300);
        assertThat(found.password()).isEqualTo("pass");
    }

    @Test
    void whatIsDamagedIsNotUsed() throws Exception {
        last().keep(good);
        Files.writeString(usual.resolve("test.last"), "mtu=nonsense\n");
        Files.writeString(data.resolve("test.last"), "\\u00");
        assertThat(last().find(good, values -> 1)).isEmpty();
        assertThat(told).hasSize(2).allMatch(text -> text.contains("cannot be read"));
    }

    @Test
    void aLinkIsNotFollowed() throws Exception {
        last().keep(good);
        Files.delete(usual.resolve("test.last"));
        Path elsewhere = Files.move(data.resolve("test.last"), directory.resolve("elsewhere"));
        Files.createSymbolicLink(data.resolve("test.last"), elsewhere);
        assertThat(last().find(good, values -> 1)).isEmpty();
    }

    @Test
    void nothingIsWrittenAgainWhileNothingChanges() throws Exception {
        last().keep(good);
        Object before = Files.getAttribute(usual.resolve("test.last"), "unix:ino");
        last().keep(good);
        assertThat(Files.getAttribute(usual.resolve("test.last"), "unix:ino")).isEqualTo(before);
    }
}
