package io.mnedc.kura;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.kura.KuraException;
import org.eclipse.kura.crypto.CryptoService;

/** Encrypts as Kura does, if with another key: AES, and base 64 around it. */
final class TestCrypto implements CryptoService {
    private static final class Refused extends KuraException {
        private static final long serialVersionUID = 1L;

        Refused(Exception cause) {
            super(String.valueOf(cause.getMessage()));
            initCause(cause);
        }
    }

    String encrypt(String plain) throws GeneralSecurityException {
        return Base64.getEncoder()
                .encodeToString(cipher(Cipher.ENCRYPT_MODE).doFinal(plain.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public char[] decryptAes(char[] encryptedValue) throws KuraException {
        try {
            byte[] sealed = Base64.getDecoder().decode(String.valueOf(encryptedValue));
            return new String(cipher(Cipher.DECRYPT_MODE).doFinal(sealed), StandardCharsets.UTF_8).toCharArray();
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new Refused(e);
        }
    }

    private static Cipher cipher(int mode) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(new byte[16], "AES"), new GCMParameterSpec(128, new byte[12]));
        return cipher;
    }
}
