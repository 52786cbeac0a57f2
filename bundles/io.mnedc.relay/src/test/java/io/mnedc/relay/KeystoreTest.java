package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.identity.Identity;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.relay.settings.RelaySecuritySettings;
import io.mnedc.security.StoreIdentity;
import io.mnedc.security.authority.RelayDirectory;
import io.mnedc.testing.TestKeyStore;
import io.mnedc.testing.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyPair;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A relay and devices with certificates of a PKI of one's own, by the settings keystore and truststore. */
@Timeout(180)
class KeystoreTest {
    private static final String PASSWORD = "changeit";
    private static final byte[] HI = {1, 2, 3};

    @TempDir
    private Path directory;

    private TestPki works;
    private TestPki strangers;

    @BeforeEach
    void pki() throws Exception {
        works = TestPki.root("O=Works,CN=Works CA");
        strangers = TestPki.root("O=Works,CN=Other CA");
    }

    /** A key store with a key for that name; a relay is dialled as 127.0.0.1. */
    private Path key(TestPki pki, String name, String type, KeyPurposeId purpose) throws Exception {
        KeyPair key = TestPki.newKey();
        List<GeneralName> address = List.of(new GeneralName(GeneralName.iPAddress, "127.0.0.1"));
        return new TestKeyStore(type, PASSWORD)
                .key(name, key.getPrivate(), pki.chain(key, "O=Works,CN=" + name, purpose, address))
                .write(directory.resolve(name + ".store"));
    }

    private Path trust(String name, String type, TestPki... all) throws Exception {
        return new TestKeyStore(type, PASSWORD)
                .trusted(Stream.of(all).map(TestPki::ca).toList())
                .write(directory.resolve(name + ".store"));
    }

    private TestSettings settings(String type) throws Exception {
        return new TestSettings()
                .tls()
                .directory(directory.resolve("data"))
                .store(new RelaySecuritySettings.Store(
                        key(works, "relay", type, KeyPurposeId.id_kp_serverAuth),
                        PASSWORD,
                        Optional.of(trust("trust", type, works)),
                        PASSWORD));
    }

    /** A device of some PKI that believes relays of this one. */
    private Identity device(TestPki pki, String id) throws Exception {
        char[] password = PASSWORD.toCharArray();
        return new StoreIdentity(
                        key(pki, id, "PKCS12", KeyPurposeId.id_kp_clientAuth),
                        password,
                        trust(id + "-trust", "PKCS12", works),
                        password)
                .identity();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS"})
    void aDeviceOfTheSamePkiIsLetInAndAnotherIsRefused(String type) throws Exception {
        try (TestRelay relay = TestRelay.with(settings(type));
                PlainDevice a = TestOverlay.joined(relay.address(), device(works, "a"), "a");
                PlainDevice b = TestOverlay.joined(relay.address(), device(works, "b"), "b")) {
            assertThat(a.await(Credentials.class).trusted())
                    .as("whom to trust is not the relay's to say")
                    .isEmpty();
            a.sendFrame(b.welcome.node(), HI);
            assertThat(PlainDevice.payload(b.receiveFrame())).isEqualTo(HI);

            Identity foreign = device(strangers, "foreign");
            assertThat(TestOverlay.refusal(relay.address(), foreign, "foreign"))
                    .isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
            assertThat(TestOverlay.refusal(relay.address(), device(works, "c"), "d"))
                    .as("the common name is the ID")
                    .isEqualTo(ErrorCode.ID_MISMATCH);
            relay.relay().services().access().revoke("c", "");
            assertThat(TestOverlay.refusal(relay.address(), device(works, "c"), "c"))
                    .isEqualTo(ErrorCode.REVOKED);

            changed(trust("trust", type, strangers));
            TestOverlay.joined(relay.address(), foreign, "foreign").close();
        }
    }

    private static void changed(Path store) throws IOException {
        Files.setLastModifiedTime(store, FileTime.from(Instant.now().plusSeconds(5)));
    }

    @Test
    void whenACaIsTakenOutOfTheTrustStoreItsDevicesHaveToGoAndTheOthersStay() throws Exception {
        Path trust = directory.resolve("trust.store");
        TestSettings settings = settings("PKCS12");
        trust("trust", "PKCS12", works, strangers);
        try (TestRelay relay = TestRelay.with(settings);
                PlainDevice stays = TestOverlay.joined(relay.address(), device(works, "a"), "a");
                PlainDevice goes = TestOverlay.joined(relay.address(), device(strangers, "b"), "b")) {
            changed(trust("trust", "PKCS12", works));
            assertThat(TestOverlay.code(goes.await(ErrorReport.class))).isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
            TestRelay.eventually(() -> relay.relay().services().sessions().count() == 1);
            stays.sendFrame(stays.welcome.node(), HI);
            assertThat(PlainDevice.payload(stays.receiveFrame())).isEqualTo(HI);

            // while it cannot be read, whoever is in stays
            Files.writeString(trust, "an editor has been here");
            changed(trust);
            Identity late = device(works, "c");
            assertThatThrownBy(() -> TestOverlay.joined(relay.address(), late, "c"))
                    .isInstanceOf(IOException.class);
            assertThat(relay.relay().services().sessions().ofDevice("a")).isNotNull();
        }
        assertThat(Files.readString(directory.resolve("data").resolve(RelayDirectory.AUDIT)))
                .containsSubsequence("ca-changed", "1 authorities are trusted now", "no longer");
    }
}
