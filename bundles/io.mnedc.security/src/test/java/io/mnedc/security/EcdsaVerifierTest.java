package io.mnedc.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.security.authority.Issuer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
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

    @ParameterizedTest
    @CsvSource({"secp256r1,SHA256withECDSA", "secp384r1,SHA384withECDSA"})
    void signaturesAreCheckedByBouncyCastle(String curve, String algorithm) throws Exception {
        KeyPair key = key(curve);
        byte[] value = signed(algorithm, key.getPrivate());
        byte[] flipped = value.clone();
        flipped[flipped.length - 1] ^= 1;

        Signature signature = EcdsaVerifier.of(algorithm, key.getPublic());
        assertThat(signature.getProvider().getName()).startsWith("MNEDC");
        signature.update(TEXT);
        assertThat(signature.verify(value)).isTrue();
        signature.update(TEXT);
        assertThat(signature.verify(flipped)).isFalse();
        Signature others = EcdsaVerifier.of(algorithm, key(curve).getPublic());
        others.update(TEXT);
        assertThat(others.verify(value)).isFalse();
    }

    @Test
    void otherKeysAreCheckedByTheRuntime() throws Exception {
        KeyPair key = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Signature signature = EcdsaVerifier.of("Ed25519", key.getPublic());
        assertThat(signature.getProvider().getName()).doesNotStartWith("MNEDC");
        signature.update(TEXT);
        assertThat(signature.verify(signed("Ed25519", key.getPrivate()))).isTrue();
    }

    @Test
    void aCertificateIsCheckedByTheKeyOfItsIssuerOnly() throws Exception {
        KeyPair key = key("secp256r1");
        X509Certificate ca = Issuer.selfSigned(key, Instant.now());
        X509Certificate checked = EcdsaVerifier.checking(List.of(ca)).get(0);

        assertThat(checked).isEqualTo(ca);
        checked.verify(key.getPublic());
        assertThatThrownBy(() -> checked.verify(key("secp256r1").getPublic())).isInstanceOf(SignatureException.class);
    }

    @Test
    void theListOfTheRuntimeStaysAsItIs() throws Exception {
        List<Provider> before = List.of(Security.getProviders());
        KeyPair key = key("secp256r1");
        EcdsaVerifier.of("SHA256withECDSA", key.getPublic());
        EcdsaVerifier.checking(List.of(Issuer.selfSigned(key, Instant.now())))
                .get(0)
                .verify(key.getPublic());
        assertThat(Security.getProviders()).containsExactlyElementsOf(before);
    }
}
