package io.mnedc.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which keys are good enough, and which are too much. */
class KeysTest {
    private static KeyPair ec(String curve) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    private static KeyPair pair(String algorithm) throws GeneralSecurityException {
        return KeyPairGenerator.getInstance(algorithm).generateKeyPair();
    }

    /** Nobody has the private part of such a number, and nobody needs it here. */
    private static PublicKey rsa(int bits, int exponentBits) throws GeneralSecurityException {
        BigInteger modulus = BigInteger.ONE.shiftLeft(bits - 1).setBit(0);
        BigInteger exponent = BigInteger.ONE.shiftLeft(exponentBits - 1).setBit(0);
        return KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent));
    }

    @ParameterizedTest
    @CsvSource({
        "2047, 17, false, true",
        "2048, 17, true, true",
        "8192, 17, true, true",
        "8193, 17, false, false",
        "2048, 64, true, true",
        "2048, 65, false, false",
    })
    void rsaHasABoundOnBothSides(int bits, int exponentBits, boolean good, boolean affordable) throws Exception {
        PublicKey key = rsa(bits, exponentBits);
        assertThat(Keys.complaint(key) == null).isEqualTo(good);
        assertThat(Keys.tooCostly(key) == null).isEqualTo(affordable);
        assertThat(Keys.tooCostly(key)).isNotEqualTo("");
    }

    @Test
    void othersAreNamed() throws Exception {
        assertThat(Keys.complaint(ec("secp256r1").getPublic())).isNull();
        assertThat(Keys.complaint(ec("secp384r1").getPublic())).isNull();
        assertThat(Keys.complaint(pair("Ed25519").getPublic())).isNull();
        assertThat(Keys.complaint(ec("secp521r1").getPublic())).contains("EC key of 521 bits");
        assertThat(Keys.complaint(pair("Ed448").getPublic())).contains("key", "use EC P-256");
        assertThat(Keys.complaint(pair("X25519").getPublic())).contains("key", "use EC P-256");
        assertThat(Keys.tooCostly(ec("secp521r1").getPublic())).isNull();
    }

    @Test
    void notEveryTlsCanShowEveryKey() throws Exception {
        assertThat(Keys.everybodyKnows(ec("secp256r1").getPublic())).isTrue();
        assertThat(Keys.everybodyKnows(ec("secp384r1").getPublic())).isTrue();
        assertThat(Keys.everybodyKnows(ec("secp521r1").getPublic())).isFalse();
        assertThat(Keys.everybodyKnows(rsa(2048, 17))).isTrue();
        assertThat(Keys.everybodyKnows(pair("RSASSA-PSS").getPublic())).isFalse();
        assertThat(Keys.everybodyKnows(pair("Ed25519").getPublic())).isFalse();
    }

    @Test
    void keysThatAreMadeAreOfTheCurveThatEverybodyKnows() throws Exception {
        ECPublicKey key = (ECPublicKey) Keys.generate().getPublic();
        assertThat(key.getParams().getOrder())
                .isEqualTo(
                        ((ECPublicKey) ec("secp256r1").getPublic()).getParams().getOrder());
    }

    @Test
    void onlyTheTwoOfAPairMatch() throws Exception {
        KeyPair key = Keys.generate();
        assertThat(Keys.match(key.getPrivate(), key.getPublic())).isTrue();
        assertThat(Keys.match(key.getPrivate(), Keys.generate().getPublic())).isFalse();
        assertThat(Keys.match(pair("Ed25519").getPrivate(), key.getPublic())).isFalse();
        assertThat(Keys.match(key.getPrivate(), rsa(2048, 17))).isFalse();
    }
}
