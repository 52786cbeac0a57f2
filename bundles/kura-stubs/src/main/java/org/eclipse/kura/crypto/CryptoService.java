package org.eclipse.kura.crypto;

import org.eclipse.kura.KuraException;

/** Encrypts what Kura stores. */
public interface CryptoService {
    /** {@return the plain value of what Kura has encrypted} */
    char[] decryptAes(char[] encryptedValue) throws KuraException;
}
