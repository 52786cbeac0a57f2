package io.mnedc.kura;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.identity.Identity;
import io.mnedc.settings.ConfigurationReader;
import io.mnedc.testing.TestCertificate;
import io.mnedc.testing.TestPki;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeystoreIdentityTest {
    private final Map<String, KeyStore.Entry> entries = new TreeMap<>();
    private X509Certificate authority;
    private X509Certificate own;

    @BeforeEach
    void aKeyAnAuthorityAndAPublicOne() throws Exception {
        authority = add("works-ca", false);
        add("public-ca", false);
        own = add("press-7", true);
    }

    @Test
    void theOnlyKeyAndTheNamedAuthoritiesAreTheIdentity() throws Exception {
        Identity identity = identity("SSLKeystore", "", "works-ca").identity();
        assertThat(identity.chain()).containsExactly(own);
        assertThat(entries.get("press-7"))
                .isInstanceOfSatisfying(
                        KeyStore.PrivateKeyEntry.class,
                        entry -> assertThat(identity.key()).isEqualTo(entry.getPrivateKey()));
        assertThat(identity.trusted()).containsExactly(authority);
    }

    @Test
    void anotherKeyInTheStoreIsTakenWhenItIsThere() throws Exception {
        KeystoreIdentity identity = identity("SSLKeystore", "press-7", "works-ca");
        X509Certificate renewed = add("press-7", true);
        assertThat(identity.identity().chain()).containsExactly(renewed);
    }

    @Test
    void severalAuthoritiesMayStandInOneText() throws Exception {
        assertThat(identity("SSLKeystore", "", "works-ca, public-ca").identity().trusted())
                .hasSize(2);
    }

    @Test
    void nobodyIsTrustedByDefault() {
        refused(identity("SSLKeystore", ""), "authorities is empty");
        refused(identity("SSLKeystore", "", " ", ","), "authorities is empty");
    }

    @Test
    void whatIsMissingIsNamedWithTheSetting() {
        refused(identity("HttpsKeystore", "", "works-ca"), "keystore = \"HttpsKeystore\" is no key store");
        refused(identity("SSLKeystore", "works-ca", "works-ca"), "key = \"works-ca\" is no private key");
        refused(identity("SSLKeystore", "", "works-ca", "press-7"), "authorities has \"press-7\"");
    }

    @Test
    void oneOfSeveralKeysMustBeChosen() throws Exception {
        add("press-8", true);
        refused(identity("SSLKeystore", "", "works-ca"), "has 2 private keys [press-7, press-8]: set key");
        assertThat(identity("SSLKeystore", "press-7", "works-ca").identity().chain())
                .containsExactly(own);
    }

    private static void refused(KeystoreIdentity identity, String why) {
        assertThatThrownBy(identity::identity)
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageStartingWith("settings io.mnedc.kura: ")
                .hasMessageContaining(why);
    }

    private KeystoreIdentity identity(String keystore, String key, String... authorities) {
        return new KeystoreIdentity(
                keystore,
                key,
                new ConfigurationReader(Map.of("authorities", authorities), KuraConfig.class).lines("authorities"),
                name -> name.equals("SSLKeystore") ? Optional.of(() -> Map.copyOf(entries)) : Optional.empty());
    }

    private X509Certificate add(String alias, boolean withKey) throws Exception {
        KeyPair pair = TestPki.newKey();
        X509Certificate certificate = new TestCertificate("CN=" + alias, pair.getPublic()).signedByItself(pair);
        entries.put(
                alias,
                withKey
                        ? new KeyStore.PrivateKeyEntry(pair.getPrivate(), new Certificate[] {certificate})
                        : new KeyStore.TrustedCertificateEntry(certificate));
        return certificate;
    }
}
