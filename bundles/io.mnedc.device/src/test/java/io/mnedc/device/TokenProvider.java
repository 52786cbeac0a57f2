package io.mnedc.device;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.SignatureSpi;
import org.jspecify.annotations.Nullable;

/** Signs as a TPM or a smart card does: what others get of a key is a handle, and nothing can be read from it. */
public final class TokenProvider extends Provider {
    private static final long serialVersionUID = 1L;
    private static final String ALGORITHM = "SHA256withECDSA";

    public TokenProvider() {
        super("MnedcTestToken", "1", "keys that sign and stay where they are");
        put("Signature." + ALGORITHM, Signer.class.getName());
        put("Signature." + ALGORITHM + " SupportedKeyClasses", Handle.class.getName());
    }

    /** What the gateway gets of a key. */
    @SuppressWarnings("serial") // nobody writes it
    public static final class Handle implements PrivateKey {
        private static final long serialVersionUID = 1L;
        private final transient PrivateKey inside;

        public Handle(PrivateKey inside) {
            this.inside = inside;
        }

        @Override
        public String getAlgorithm() {
            return "EC";
        }

        @Override
        public @Nullable String getFormat() {
            return null;
        }

        @Override
        public byte @Nullable [] getEncoded() {
            return null;
        }
    }

    /** The inside of the token. */
    public static final class Signer extends SignatureSpi {
        private final Signature inside;

        /** Made by name. */
        public Signer() throws GeneralSecurityException {
            inside = Signature.getInstance(ALGORITHM, "SunEC");
        }

        @Override
        protected void engineInitVerify(PublicKey key) throws InvalidKeyException {
            throw new InvalidKeyException("this token only signs");
        }

        @Override
        protected void engineInitSign(PrivateKey key) throws InvalidKeyException {
            if (!(key instanceof Handle handle)) {
                throw new InvalidKeyException("not a key of this token");
            }
            inside.initSign(handle.inside);
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
