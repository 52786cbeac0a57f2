package io.mnedc.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Random;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertificateRequestTest {
    private static KeyPair key(String algorithm, String parameter) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        if (algorithm.equals("EC")) {
            generator.initialize(new ECGenParameterSpec(parameter));
        } else if (algorithm.equals("RSA")) {
            generator.initialize(Integer.parseInt(parameter));
        }
        return generator.generateKeyPair();
    }

    private static byte[] request(PublicKey shown, KeyPair signer, String algorithm) throws Exception {
        return new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=whoever"), shown)
                .build(new JcaContentSignerBuilder(algorithm).build(signer.getPrivate()))
                .getEncoded();
    }

    @ParameterizedTest
    @CsvSource({
        "EC, secp256r1, SHA256withECDSA",
        "EC, secp384r1, SHA384withECDSA",
        "EC, secp256r1, SHA512withECDSA",
        "Ed25519, , Ed25519",
        "RSA, 2048, SHA256withRSA",
        "RSA, 3072, SHA512withRSA",
    })
    void goodKeysAreAccepted(String algorithm, String parameter, String signature) throws Exception {
        KeyPair key = key(algorithm, parameter);
        assertThat(CertificateRequest.provenKey(request(key.getPublic(), key, signature))
                        .getEncoded())
                .isEqualTo(key.getPublic().getEncoded());
    }

    @Test
    void anRsaKeyThatTakesLongToCheckIsRefused() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(
                new RSAKeyGenParameterSpec(2048, BigInteger.ONE.shiftLeft(64).add(BigInteger.valueOf(13))));
        KeyPair key = generator.generateKeyPair();
        assertThatThrownBy(() -> CertificateRequest.provenKey(request(key.getPublic(), key, "SHA256withRSA")))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("exponent of 65 bits");
    }

    @ParameterizedTest
    @CsvSource({
        "EC, secp521r1, SHA512withECDSA, 521 bits",
        "RSA, 1024, SHA256withRSA, 1024 bits",
        "RSA, 2048, SHA1withRSA, signature algorithm",
        "EC, secp256r1, SHA1withECDSA, signature algorithm",
        "DSA, , SHA256withDSA, key algorithm",
        "Ed448, , Ed448, key algorithm",
    })
    void othersAreRefusedWithWhatIsGood(String algorithm, String parameter, String signature, String why)
            throws Exception {
        KeyPair key = key(algorithm, parameter);
        byte[] request = request(key.getPublic(), key, signature);
        assertThatThrownBy(() -> CertificateRequest.provenKey(request))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining(why)
                .hasMessageContaining("use ");
    }

    @Test
    void aRequestForSomebodyElsesKeyIsRefused() throws Exception {
        byte[] request = request(Keys.generate().getPublic(), Keys.generate(), "SHA256withECDSA");
        assertThatThrownBy(() -> CertificateRequest.provenKey(request))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("not by the key in it");
    }

    @Test
    void damagedAndArbitraryBytesAreRefused() throws Exception {
        Random random = new Random(9);
        byte[] good = TestOverlay.request(Keys.generate());
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = good.clone();
            if (i % 2 == 0) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            } else {
                random.nextBytes(bytes);
                bytes[0] = 0x30;
            }
            assertThatThrownBy(() -> CertificateRequest.provenKey(bytes)).isInstanceOf(RefusedException.class);
        }
        assertThatThrownBy(() -> CertificateRequest.provenKey(new byte[4097])).hasMessageContaining("4097 bytes");
        assertThatThrownBy(() -> CertificateRequest.provenKey(new byte[4096])).hasMessageContaining("cannot be read");
        assertThatThrownBy(() -> CertificateRequest.provenKey(new byte[0])).isInstanceOf(RefusedException.class);
    }
}
