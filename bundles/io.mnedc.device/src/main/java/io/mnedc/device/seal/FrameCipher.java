package io.mnedc.device.seal;

import io.mnedc.codec.DataFrame;
import io.mnedc.codec.SealMessage;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** One key with its cipher. The nonce is the iv XOR the frame's counter, as in TLS 1.3 (RFC 8446, section 5.3). */
final class FrameCipher {
    private static final int TAG_BITS = DataFrame.TAG * Byte.SIZE;

    private final SealCipher kind;
    private Cipher cipher;
    private final SecretKey key;
    private final byte[] iv;
    private final byte[] nonce = new byte[SealMessage.IV];

    FrameCipher(SealCipher kind, SealMessage.Keys keys) {
        this.kind = kind;
        this.cipher = kind.make();
        byte[] bytes = keys.key().bytes();
        this.key = new SecretKeySpec(bytes, 0, kind.keyBytes(), kind.keyAlgorithm());
        Arrays.fill(bytes, (byte) 0);
        this.iv = keys.iv().bytes();
    }

    /** Makes ready for a frame whose header is written. */
    Cipher ready(int mode, ByteBuffer frame, int at, SealBuffers lent) throws GeneralSecurityException {
        long counter = DataFrame.counter(frame, at);
        System.arraycopy(iv, 0, nonce, 0, nonce.length);
        for (int i = 0; i < Long.BYTES; i++) {
            nonce[nonce.length - 1 - i] ^= (byte) (counter >>> (i * Byte.SIZE));
        }
        init(mode);
        frame.get(at, lent.header);
        cipher.updateAAD(lent.header);
        return cipher;
    }

    private void init(int mode) throws GeneralSecurityException {
        try {
            cipher.init(mode, key, parameters());
        } catch (InvalidKeyException e) {
            if (mode != Cipher.DECRYPT_MODE) {
                throw e;
            }
            // the JDK's ChaCha20 takes no nonce twice in a row, also when opening: after a forged frame with the
            // counter
            // of the real one, the real one must still be opened
            cipher = kind.make();
            cipher.init(mode, key, parameters());
        }
    }

    private AlgorithmParameterSpec parameters() {
        return switch (kind) {
            case AES_128_GCM -> new GCMParameterSpec(TAG_BITS, nonce);
            case CHACHA20_POLY1305 -> new IvParameterSpec(nonce);
        };
    }
}
