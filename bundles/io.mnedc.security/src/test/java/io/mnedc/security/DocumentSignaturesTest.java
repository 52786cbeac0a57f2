package io.mnedc.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DocumentSignaturesTest {
    private static final byte[] BODY = "what I tell".getBytes(StandardCharsets.US_ASCII);

    private static KeyPair key(String algorithm) throws GeneralSecurityException {
        if (algorithm.startsWith("secp")) {
            KeyPairGenerator curve = KeyPairGenerator.getInstance("EC");
            curve.initialize(new ECGenParameterSpec(algorithm));
            return curve.generateKeyPair();
        }
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        if (algorithm.startsWith("RSA")) {
            generator.initialize(2048);
        }
        return generator.generateKeyPair();
    }

    @ParameterizedTest
    @CsvSource({"secp256r1, 0x0403", "secp384r1, 0x0503", "Ed25519, 0x0807", "RSA, 0x0804", "RSASSA-PSS, 0x0809"})
    void eachKindOfKeySignsByItsSchemeOfTlsAndNothingElseIsItsSignature(String algorithm, String number)
            throws GeneralSecurityException {
        KeyPair pair = key(algorithm);
        KeyPair other = key(algorithm);
        int scheme = Integer.decode(number);
        assertThat(DocumentSignatures.scheme(pair.getPublic())).isEqualTo(scheme);
        byte[] signature = DocumentSignatures.sign(pair.getPrivate(), pair.getPublic(), BODY);
        DocumentSignatures.verify(pair.getPublic(), scheme, BODY, signature);

        byte[] otherBody = "what I tel1".getBytes(StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> DocumentSignatures.verify(pair.getPublic(), scheme, otherBody, signature))
                .isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> DocumentSignatures.verify(other.getPublic(), scheme, BODY, signature))
                .isInstanceOf(GeneralSecurityException.class);
        for (int at = 0; at < signature.length; at += 7) {
            byte[] damaged = signature.clone();
            damaged[at] ^= 4;
            assertThatThrownBy(() -> DocumentSignatures.verify(pair.getPublic(), scheme, BODY, damaged))
                    .isInstanceOf(GeneralSecurityException.class);
        }
        assertThatThrownBy(() -> DocumentSignatures.verify(pair.getPublic(), 0x0401, BODY, signature))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageContaining("0x0401")
                .hasMessageContaining(String.format("0x%04x", scheme));
        assertThatThrownBy(() -> DocumentSignatures.verify(pair.getPublic(), scheme, BODY, new byte[0]))
                .isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void aSignatureOfTheBareBodyIsNoneOfADocument() throws GeneralSecurityException {
        KeyPair pair = key("secp256r1");
        Signature bare = Signature.getInstance("SHA256withECDSA");
        bare.initSign(pair.getPrivate());
        bare.update(BODY);
        byte[] signature = bare.sign();
        assertThatThrownBy(() -> DocumentSignatures.verify(pair.getPublic(), 0x0403, BODY, signature))
                .isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void whoHasMixedUpTwoKeysHearsOfItWhenItSigns() throws GeneralSecurityException {
        KeyPair one = key("secp256r1");
        KeyPair other = key("secp256r1");
        assertThatThrownBy(() -> DocumentSignatures.sign(one.getPrivate(), other.getPublic(), BODY))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageContaining("not that of the certificate's key");
    }

    @Test
    void aWeakKeyIsRefused() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        KeyPair weak = generator.generateKeyPair();
        assertThatThrownBy(() -> DocumentSignatures.sign(weak.getPrivate(), weak.getPublic(), BODY))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageContaining("1024 bits");
    }
}
