package io.mnedc.security;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Which keys are good enough: EC P-256 and P-384, Ed25519, RSA of 2048 to 8192 bits with an exponent of 64 at most. Those
 * made here are EC P-256.
 */
public final class Keys {
    private static final int RSA_LEAST = 2048;
    /** Checking a larger one would cost this side more than the other. */
    private static final int RSA_MOST = 8192;
    /** So would one with a longer exponent, which nobody uses: nearly all keys have 17. */
    private static final int EXPONENT_MOST = 64;

    private static final String BETTER =
            ": use EC P-256 or P-384, Ed25519, or RSA of " + RSA_LEAST + " to " + RSA_MOST + " bits";

    private static final ECParameterSpec P256 = curve("secp256r1");
    private static final ECParameterSpec P384 = curve("secp384r1");

    private Keys() {}

    private static ECParameterSpec curve(String name) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(name));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks the curve " + name, e);
        }
    }

    /** A curve with another generator is another one, however alike they look. */
    private static boolean same(ECParameterSpec one, ECParameterSpec other) {
        return one.getCurve().equals(other.getCurve())
                && one.getGenerator().equals(other.getGenerator())
                && one.getOrder().equals(other.getOrder())
                && one.getCofactor() == other.getCofactor();
    }

    public static KeyPair generate() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    /** {@return what is wrong with a key; null: nothing} */
    static @Nullable String complaint(PublicKey key) {
        String what;
        if (key instanceof ECPublicKey ec) {
            if (same(ec.getParams(), P256) || same(ec.getParams(), P384)) {
                return null;
            }
            what = "EC key of " + ec.getParams().getOrder().bitLength() + " bits";
        } else if (key instanceof RSAPublicKey rsa) {
            if (rsa.getModulus().bitLength() >= RSA_LEAST) {
                return tooCostly(key);
            }
            what = "RSA key of " + rsa.getModulus().bitLength() + " bits";
        } else if (key instanceof EdECPublicKey ed && ed.getParams().getName().equals("Ed25519")) {
            return null;
        } else {
            what = Names.shown(key.getAlgorithm()) + " key";
        }
        return what + BETTER;
    }

    /** {@return why checking a signature of that key is too much to ask; null: it is not} */
    static @Nullable String tooCostly(PublicKey key) {
        if (!(key instanceof RSAPublicKey rsa)) {
            return null;
        }
        int bits = rsa.getModulus().bitLength();
        int exponent = rsa.getPublicExponent().bitLength();
        return bits <= RSA_MOST && exponent <= EXPONENT_MOST
                ? null
                : "RSA key of " + bits + " bits with an exponent of " + exponent + " bits" + BETTER;
    }

    /** {@return whether any TLS can show a certificate of it: EC P-256 or P-384, or RSA that is not for PSS alone} */
    static boolean everybodyKnows(PublicKey key) {
        return key instanceof ECPublicKey ec
                ? same(ec.getParams(), P256) || same(ec.getParams(), P384)
                : key instanceof RSAPublicKey && "RSA".equals(key.getAlgorithm());
    }

    /** {@return whether the two belong together, which only the private one can show} */
    public static boolean match(PrivateKey priv, PublicKey pub) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(priv);
            signature.update(pub.getEncoded());
            byte[] value = signature.sign();
            signature.initVerify(pub);
            signature.update(pub.getEncoded());
            return signature.verify(value);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
