package io.mnedc.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.identity.Identity;
import io.mnedc.testing.TestKeyStore;
import io.mnedc.testing.TestPki;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreIdentityTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    private Path directory;

    private TestPki pki;

    @BeforeEach
    void pki() throws Exception {
        pki = TestPki.root();
    }

    private Path store(String name, String type, List<String> devices, boolean withCa) throws Exception {
        TestKeyStore store = new TestKeyStore(type, String.valueOf(PASSWORD));
        for (String device : devices) {
            KeyPair key = Keys.generate();
            store.key(
                    device, key.getPrivate(), pki.chain(key, "CN=" + device, KeyPurposeId.id_kp_clientAuth, List.of()));
        }
        if (withCa) {
            store.trusted(List.of(pki.ca()));
        }
        return store.write(directory.resolve(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS"})
    void keyAndTrustComeFromStoresOfEitherType(String type) throws Exception {
        Path keys = store("keys", type, List.of("a"), false);
        Path trust = store("trust", type, List.of(), true);
        Identity identity = new StoreIdentity(keys, PASSWORD, trust, PASSWORD).identity();
        assertThat(identity.trusted()).containsExactly(pki.ca());
        assertThat(OverlayTrust.check(identity.chain(), Role.DEVICE, identity.trusted(), Instant.now(), Duration.ZERO)
                        .deviceId())
                .isEqualTo("a");
    }

    @Test
    void oneStoreMayHaveBoth() throws Exception {
        Path keys = store("keys", "PKCS12", List.of("a"), true);
        assertThat(new StoreIdentity(keys, PASSWORD, null, null).identity().trusted())
                .containsExactly(pki.ca());
    }

    @Test
    void aJksTrustStoreNeedsNoPassword() throws Exception {
        Path keys = store("keys", "PKCS12", List.of("a"), false);
        Path trust = store("trust", "JKS", List.of(), true);
        assertThat(new StoreIdentity(keys, PASSWORD, trust, null).identity().trusted())
                .containsExactly(pki.ca());
    }

    @Test
    void aChangedFileIsReadAgain() throws Exception {
        Path keys = store("keys", "PKCS12", List.of("a"), true);
        StoreIdentity stores = new StoreIdentity(keys, PASSWORD, null, null);
        Identity first = stores.identity();
        assertThat(stores.identity()).isSameAs(first);
        store("keys", "PKCS12", List.of("b"), true);
        Files.setLastModifiedTime(keys, FileTime.from(Instant.now().plusSeconds(5)));
        assertThat(stores.identity().chain().get(0).getSubjectX500Principal().getName())
                .isEqualTo("CN=b");
    }

    @Test
    void eachMistakeIsNamedWithItsCure() throws Exception {
        Path keys = store("keys", "PKCS12", List.of("a"), false);
        Path two = store("two", "PKCS12", List.of("a", "b"), true);
        Path none = store("none", "PKCS12", List.of(), true);
        Path garbage = Files.writeString(directory.resolve("garbage"), "not a store");
        Path missing = directory.resolve("missing");
        refused(new StoreIdentity(missing, PASSWORD, null, null), "missing", "does not exist");
        refused(new StoreIdentity(garbage, PASSWORD, null, null), "garbage", "export it again");
        refused(new StoreIdentity(keys, "wrong".toCharArray(), null, null), "keys", "keystore.password");
        refused(new StoreIdentity(two, PASSWORD, null, null), "two", "exactly the key");
        refused(new StoreIdentity(none, PASSWORD, null, null), "none", "0 keys");
        refused(new StoreIdentity(keys, PASSWORD, null, null), "keys", "setting truststore");
        refused(new StoreIdentity(keys, PASSWORD, missing, null), "missing", "setting truststore");
    }

    private static void refused(StoreIdentity stores, String file, String cure) {
        assertThatThrownBy(stores::identity)
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageContaining(file)
                .hasMessageContaining(cure)
                .hasMessageNotContaining("changeit");
    }

    @Test
    void twoEndsWithAPkiOfTheirOwnShakeHands() throws Exception {
        Identity device =
                new StoreIdentity(store("keys", "PKCS12", List.of("a"), true), PASSWORD, null, null).identity();
        KeyPair key = Keys.generate();
        Identity relay = new Identity(
                key.getPrivate(),
                pki.sub()
                        .chain(
                                key,
                                "CN=relay",
                                KeyPurposeId.id_kp_serverAuth,
                                List.of(new GeneralName(GeneralName.dNSName, "relay.works"))),
                device.trusted());
        TimeFloor floor = TimeFloor.inMemory(java.time.InstantSource.system());
        SSLContext client = OverlayTls.context(device, OverlayTrust.relayTrust(device.trusted(), "relay.works", floor));
        SSLContext server = OverlayTls.context(relay, OverlayTrust.acceptAny());
        Handshake.run(
                OverlayTls.client(client, OverlayTls.CONTROL), OverlayTls.server(server, true, OverlayTls.CONTROL));
    }
}
