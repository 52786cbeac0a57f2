package io.mnedc.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.identity.Identity;
import io.mnedc.testing.HardwareKey;
import io.mnedc.testing.TestPki;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose TLS is used: where another library is there, and can show the identity, but never against the setting. */
class TlsChoiceTest {
    /** The Java runtime's under another name. */
    private static final Provider OTHER = new Other();

    private static final class Other extends Provider {
        private static final long serialVersionUID = 1;

        Other() {
            super("Other", "1", "the same by another name");
            put("SSLContext.TLSv1.3", "sun.security.ssl.SSLContextImpl$TLS13Context");
        }
    }

    @ParameterizedTest
    @CsvSource({"'', AUTO", "' ', AUTO", "auto, AUTO", "java, JAVA", "' boringssl ', BORINGSSL"})
    void aSettingIsReadAsItIsWritten(String text, TlsChoice choice) {
        assertThat(TlsChoice.parse(text)).isEqualTo(choice);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Java", "openssl", "java, boringssl"})
    void anythingElseIsNamed(String text) {
        assertThatThrownBy(() -> TlsChoice.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tls.library = \"" + text + "\"");
    }

    @Test
    void theRuntimesIsUsedWhereNothingElseIsWantedOrThere() {
        for (TlsChoice choice : TlsChoice.values()) {
            assertThat(choice.of(null, true)).isNull();
        }
        assertThat(TlsChoice.AUTO.of(OTHER, true)).isSameAs(OTHER);
        assertThat(TlsChoice.AUTO.of(OTHER, false)).as("nobody knows its keys").isNull();
        assertThat(TlsChoice.BORINGSSL.of(OTHER, false)).isSameAs(OTHER);
        assertThat(TlsChoice.JAVA.of(OTHER, true)).isNull();
    }

    private static String used(Identity identity) throws Exception {
        return OverlayTls.context(OTHER, identity, OverlayTrust.acceptAny())
                .getProvider()
                .getName();
    }

    @Test
    void anIdentityThatNotEveryTlsCanShowIsShownByTheRuntimes(@TempDir Path directory) throws Exception {
        Identity device = new TestOverlay(directory.resolve("relay")).device("a");
        assertThat(used(device)).isEqualTo("Other");
        assertThat(OverlayTls.context(OTHER, null, OverlayTrust.acceptAny())
                        .getProvider()
                        .getName())
                .as("an enrolment shows nothing")
                .isEqualTo("Other");
        assertThat(used(new Identity(new HardwareKey(device.key()), device.chain(), device.trusted())))
                .isEqualTo("SunJSSE");
        TestPki pki = TestPki.root();
        KeyPair key = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        List<X509Certificate> chain = pki.chain(key, "CN=a", KeyPurposeId.id_kp_clientAuth, List.of());
        assertThat(used(new Identity(key.getPrivate(), chain, Set.of(pki.ca()))))
                .isEqualTo("SunJSSE");
    }
}
