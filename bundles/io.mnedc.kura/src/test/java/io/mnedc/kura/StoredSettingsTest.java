package io.mnedc.kura;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Hashtable;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

@SuppressWarnings("JdkObsolete") // settings come in a Dictionary, and there is no other
class StoredSettingsTest {
    private static final Set<String> PASSWORDS = Set.of("join.token", "keystore.password");

    private final TestCrypto crypto = new TestCrypto();

    @Test
    void passwordsBecomePlainAndNothingElseChanges() throws Exception {
        Hashtable<String, Object> settings = new Hashtable<>(Map.of(
                "join.token",
                crypto.encrypt("mnedc1-AQx5"),
                "keystore.password",
                crypto.encrypt("pass wörd"),
                "device.id",
                "press-7",
                "data.dir",
                "/srv/mnedc",
                "enabled",
                true));
        StoredSettings.decrypt(settings, PASSWORDS, crypto);
        assertThat(settings)
                .containsOnly(
                        Map.entry("join.token", "mnedc1-AQx5"),
                        Map.entry("keystore.password", "pass wörd"),
                        Map.entry("device.id", "press-7"),
                        Map.entry("data.dir", "/srv/mnedc"),
                        Map.entry("enabled", true));
    }

    @Test
    void whatKuraHasNotEncryptedIsTakenAsItIs() {
        Hashtable<String, Object> settings =
                new Hashtable<>(Map.of("join.token", "mnedc1-AQx5", "keystore.password", "", "data.dir", "x"));
        StoredSettings.decrypt(settings, PASSWORDS, crypto);
        assertThat(settings).containsEntry("join.token", "mnedc1-AQx5").containsEntry("keystore.password", "");
    }

    @Test
    void aDirectoryThatIsSetStays() {
        Hashtable<String, Object> settings = new Hashtable<>(Map.of("data.dir", "/srv/mnedc"));
        StoredSettings.complete(settings, "relay", "/opt/eclipse/kura/data");
        assertThat(settings).containsOnly(Map.entry("data.dir", "/srv/mnedc"));
    }

    @Test
    void emptyDirectoryIsOneBelowKurasOwn() {
        Hashtable<String, Object> settings = new Hashtable<>(Map.of("data.dir", " "));
        StoredSettings.complete(settings, "relay", "/opt/eclipse/kura/data");
        assertThat(settings).containsEntry("data.dir", "/opt/eclipse/kura/data/mnedc/relay");

        Hashtable<String, Object> none = new Hashtable<>();
        StoredSettings.complete(none, "leases", "/opt/eclipse/kura/data");
        assertThat(none).containsOnly(Map.entry("data.dir", "/opt/eclipse/kura/data/mnedc/leases"));
    }

    @Test
    void aKuraWithoutDataDirectoryLeavesTheSettingAlone() {
        Hashtable<String, Object> settings = new Hashtable<>(Map.of("data.dir", ""));
        StoredSettings.complete(settings, "relay", null);
        assertThat(settings).containsOnly(Map.entry("data.dir", ""));
    }

    @Test
    void passwordsAreFoundByTheirType() throws Exception {
        String description = """
                <metatype:MetaData xmlns:metatype="http://www.osgi.org/xmlns/metatype/v1.2.0"><OCD id="x">
                <AD id="keystore" type="String"/><AD id="keystore.password" type="Password"/>
                <AD id="join.token" type="Password"><Option label="a" value="b"/></AD></OCD></metatype:MetaData>""";
        assertThat(Metatype.passwords(stream(description))).isEqualTo(PASSWORDS);
    }

    @Test
    void aDescriptionThatIsNoneIsRefused() {
        assertThatThrownBy(() -> Metatype.passwords(stream("no xml"))).isInstanceOf(IOException.class);
        assertThatThrownBy(
                        () -> Metatype.passwords(stream("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:/etc/passwd\">]><a/>")))
                .isInstanceOf(IOException.class);
    }

    private static ByteArrayInputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
