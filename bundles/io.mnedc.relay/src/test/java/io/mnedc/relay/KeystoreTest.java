package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.identity.Identity;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.relay.audit.AuditLog;
import io.mnedc.relay.settings.RelaySecuritySettings;
import io.mnedc.security.StoreIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A relay and devices with certificates of a PKI of one's own, by the settings keystore and truststore. */
@Timeout(180)
class KeystoreTest {
    private static final byte[] HI = {1, 2, 3};

    @TempDir
    private Path directory;

    private TestPki works;
    private TestPki strangers;

    @BeforeEach
    void pki() throws Exception {
        works = new TestPki("Works CA");
        strangers = new TestPki("Other CA");
    }

    private TestSettings settings(String type) throws Exception {
        return new TestSettings()
                .tls()
                .directory(directory.resolve("data"))
                .store(new RelaySecuritySettings.Store(
                        works.relay(directory.resolve("relay.store"), type),
                        TestPki.PASSWORD,
                        Optional.of(works.trust(directory.resolve("trust.store"), type)),
                        TestPki.PASSWORD));
    }

    /** A device of some PKI that believes relays of this one. */
    private Identity device(TestPki pki, String id) throws Exception {
        char[] password = TestPki.PASSWORD.toCharArray();
        return new StoreIdentity(
                        pki.device(directory.resolve(id + ".store"), id),
                        password,
                        works.trust(directory.resolve(id + ".trust"), "PKCS12"),
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

            changed(strangers.trust(directory.resolve("trust.store"), type));
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
        works.trust(trust, "PKCS12", strangers);
        try (TestRelay relay = TestRelay.with(settings);
                PlainDevice stays = TestOverlay.joined(relay.address(), device(works, "a"), "a");
                PlainDevice goes = TestOverlay.joined(relay.address(), device(strangers, "b"), "b")) {
            changed(works.trust(trust, "PKCS12"));
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
        assertThat(Files.readString(directory.resolve("data").resolve(AuditLog.FILE)))
                .containsSubsequence("ca-changed", "1 authorities are trusted now", "no longer");
    }
}
