package io.mnedc.testing;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.SignatureSpi;

/** Signs with a {@link HardwareKey}, as the provider of a TPM or a smart card does. */
public final class HardwareProvider extends Provider {
    private static final long serialVersionUID = 1L;
    private static final String ALGORITHM = "SHA256withECDSA";

    /** Knows the one algorithm that our TLS signs with. */
    public HardwareProvider() {
        super("MnedcTestToken", "1", "keys that sign and stay where they are");
        put("Signature." + ALGORITHM, Signer.class.getName());
        put("Signature." + ALGORITHM + " SupportedKeyClasses", HardwareKey.class.getName());
    }

    /** What signs inside the hardware. */
    public static final class Signer extends SignatureSpi {
        private final Signature inside;

        /** Called by name. */
        public Signer() throws GeneralSecurityException {
            inside = Signature.getInstance(ALGORITHM, "SunEC");
        }

        @Override
        protected void engineInitVerify(PublicKey key) throws InvalidKeyException {
            throw new InvalidKeyException("this token only signs");
        }

        @Override
        protected void engineInitSign(PrivateKey key) throws InvalidKeyException {
            if (!(key instanceof HardwareKey handle)) {
                throw new InvalidKeyException("not a key of this token");
            }
            inside.initSign(handle.inside());
        }

        @Override
        protected void engineUpdate(byte b) throws SignatureException {
            inside.update(b);
        }

        @Override
        protected void engineUpdate(byte[] bytes, int from, int length) throws SignatureException {
            inside.update(bytes, from, length);
        }

        @Override
        protected byte[] engineSign() throws SignatureException {
            return inside.sign();
        }

        @Override
        protected boolean engineVerify(byte[] signature) throws SignatureException {
            throw new SignatureException("this token only signs");
        }

        @Override
        @Deprecated
        protected void engineSetParameter(String name, Object value) {
            throw new UnsupportedOperationException(name);
        }

        @Override
        @Deprecated
        protected Object engineGetParameter(String name) {
            throw new UnsupportedOperationException(name);
        }
    }
}
