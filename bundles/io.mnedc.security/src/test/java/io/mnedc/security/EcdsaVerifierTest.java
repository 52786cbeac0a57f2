package io.mnedc.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EcdsaVerifierTest {
    private static final byte[] TEXT = {1, 2, 3};

    private static KeyPair key(String curve) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    private static byte[] signed(String algorithm, PrivateKey key) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(TEXT);
        return signature.sign();
    }

    /** By which provider it was checked, if it is good. */
    private static String checked(String algorithm, PublicKey key, byte[] value) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm);
        signature.initVerify(key);
        signature.update(TEXT);
        return signature.verify(value) ? signature.getProvider().getName() : "wrong";
    }

    private interface Attempt {
        String run() throws GeneralSecurityException;
    }

    private static String on(EcdsaVerifier swift, Attempt attempt) {
        List<String> result = new ArrayList<>();
        swift.run(() -> {
            try {
                result.add(attempt.run());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        });
        return result.get(0);
    }

    private static boolean listed() {
        return Arrays.stream(Security.getProviders())
                .anyMatch(provider -> provider.getName().startsWith("MNEDC"));
    }

    @ParameterizedTest
    @CsvSource({"secp256r1,SHA256withECDSA", "secp384r1,SHA384withECDSA"})
    void signaturesAreCheckedByItWhereThatIsWantedAndNowhereElse(String curve, String algorithm) throws Exception {
        KeyPair key = key(curve);
        byte[] value = signed(algorithm, key.getPrivate());
        String own = checked(algorithm, key.getPublic(), value);
        try (EcdsaVerifier swift = EcdsaVerifier.install()) {
            assertThat(own).isNotEqualTo("wrong").doesNotStartWith("MNEDC");
            // twice: the runtime remembers what a provider had the first time
            for (int i = 0; i < 2; i++) {
                assertThat(checked(algorithm, key.getPublic(), value)).isEqualTo(own);
                assertThat(Signature.getInstance(algorithm).getProvider().getName())
                        .isEqualTo(own);
                assertThat(on(swift, () -> checked(algorithm, key.getPublic(), value)))
                        .startsWith("MNEDC");
            }
            byte[] flipped = value.clone();
            flipped[flipped.length - 1] ^= 1;
            assertThat(on(swift, () -> checked(algorithm, key.getPublic(), flipped)))
                    .isEqualTo("wrong");
            assertThat(on(swift, () -> checked(algorithm, key(curve).getPublic(), value)))
                    .isEqualTo("wrong");
        }
        assertThat(checked(algorithm, key.getPublic(), value)).isEqualTo(own);
    }

    @Test
    void whoSignsDoesSoAsBefore() throws Exception {
        KeyPair key = key("secp256r1");
        try (EcdsaVerifier swift = EcdsaVerifier.install()) {
            String by = on(swift, () -> {
                Signature signature = Signature.getInstance("SHA256withECDSA");
                signature.initSign(key.getPrivate());
                signature.update(TEXT);
                byte[] value = signature.sign();
                assertThat(checked("SHA256withECDSA", key.getPublic(), value)).startsWith("MNEDC");
                return signature.getProvider().getName();
            });
            assertThat(by).isEqualTo("SunEC");
        }
    }

    @Test
    void itIsTakenOutWhenTheLastOneNeedsItNoMore() {
        assertThat(listed()).isFalse();
        EcdsaVerifier one = EcdsaVerifier.install();
        EcdsaVerifier other = EcdsaVerifier.install();
        one.close();
        one.close();
        assertThat(listed()).isTrue();
        other.close();
        assertThat(listed()).isFalse();
    }
}
