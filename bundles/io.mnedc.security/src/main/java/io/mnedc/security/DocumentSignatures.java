package io.mnedc.security;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Signs what a device tells its peers about itself, and checks it. What is signed is put together as in CertificateVerify of
 * TLS 1.3 (RFC 8446, section 4.4.3), with a context of its own: a signature made for a handshake is none for a document, and the
 * other way round. The schemes are those of section 4.2.3 that TLS has for keys of {@link Keys}. Stateless and thread-safe.
 */
public final class DocumentSignatures {
    private static final int PADDING = 64;
    private static final String PSS = "RSASSA-PSS";
    /** As long as the hash. */
    private static final int SALT = 32;

    private static final byte[] CONTEXT = "MNEDC orchestration information".getBytes(StandardCharsets.US_ASCII);

    /** How a key signs: there is one way for each kind of key. */
    private enum Scheme {
        ECDSA_P256(0x0403, "SHA256withECDSA"),
        ECDSA_P384(0x0503, "SHA384withECDSA"),
        ED25519(0x0807, "Ed25519"),
        RSA_PSS(0x0804, PSS),
        RSA_PSS_ONLY(0x0809, PSS);

        final int number;
        final String algorithm;

        Scheme(int number, String algorithm) {
            this.number = number;
            this.algorithm = algorithm;
        }

        /** {@return what TLS 1.3 says of RSASSA-PSS with SHA-256; null for the others} */
        @Nullable
        PSSParameterSpec parameters() {
            return algorithm.equals(PSS)
                    ? new PSSParameterSpec(
                            "SHA-256", "MGF1", MGF1ParameterSpec.SHA256, SALT, PSSParameterSpec.TRAILER_FIELD_BC)
                    : null;
        }

        static Scheme of(PublicKey key) throws GeneralSecurityException {
            String complaint = Keys.complaint(key);
            if (complaint != null) {
                throw new GeneralSecurityException(complaint);
            }
            if (key instanceof ECPublicKey ec) {
                return ec.getParams().getOrder().bitLength() == 256 ? ECDSA_P256 : ECDSA_P384;
            }
            if (key instanceof EdECPublicKey) {
                return ED25519;
            }
            return key instanceof RSAPublicKey && "RSA".equals(key.getAlgorithm()) ? RSA_PSS : RSA_PSS_ONLY;
        }
    }

    private DocumentSignatures() {}

    /** {@return the number of the scheme by which the owner of this key signs (RFC 8446, section 4.2.3)} */
    public static int scheme(PublicKey key) throws GeneralSecurityException {
        return Scheme.of(key).number;
    }

    /**
     * Signs a document. May block: the key may be in hardware.
     *
     * @param key of the certificate
     * @param certified the certificate's, by which the signature is checked at once: a provider may have mixed up two keys
     * @param body what is signed
     * @return the signature
     * @throws GeneralSecurityException if the key cannot sign, or is not the certificate's
     */
    public static byte[] sign(PrivateKey key, PublicKey certified, byte[] body) throws GeneralSecurityException {
        Scheme scheme = Scheme.of(certified);
        // the runtime looks for a provider that can use this key, which may not be able to leave its hardware
        Signature signature = Signature.getInstance(scheme.algorithm);
        PSSParameterSpec parameters = scheme.parameters();
        if (parameters != null) {
            signature.setParameter(parameters);
        }
        signature.initSign(key);
        signature.update(content(body));
        byte[] value = signature.sign();
        verify(certified, scheme.number, body, value);
        return value;
    }

    /**
     * Checks a signature.
     *
     * @param key of the signer's certificate, which has been checked
     * @param scheme by which it is said to be signed
     * @param body what is signed
     * @param value the signature
     * @throws GeneralSecurityException if it is not this key's signature of this body; the message is a sentence
     */
    public static void verify(PublicKey key, int scheme, byte[] body, byte[] value) throws GeneralSecurityException {
        Scheme expected = Scheme.of(key);
        if (expected.number != scheme) {
            throw new SignatureException(String.format(
                    "it is signed by scheme 0x%04x, but the certificate's key signs by 0x%04x",
                    scheme, expected.number));
        }
        Signature signature = EcdsaVerifier.of(expected.algorithm, key, expected.parameters());
        signature.update(content(body));
        boolean good;
        try {
            good = signature.verify(value);
        } catch (SignatureException e) {
            throw new SignatureException("the signature is malformed", e);
        }
        if (!good) {
            throw new SignatureException("the signature is not that of the certificate's key");
        }
    }

    private static byte[] content(byte[] body) {
        byte[] content = new byte[PADDING + CONTEXT.length + 1 + body.length];
        Arrays.fill(content, 0, PADDING, (byte) ' ');
        System.arraycopy(CONTEXT, 0, content, PADDING, CONTEXT.length);
        System.arraycopy(body, 0, content, PADDING + CONTEXT.length + 1, body.length);
        return content;
    }
}
