package org.eclipse.kura.security.keystore;

import java.security.KeyStore;
import java.util.Map;
import org.eclipse.kura.KuraException;

/** One of the gateway's key stores. */
public interface KeystoreService {
    /** {@return all entries by their aliases} */
    Map<String, KeyStore.Entry> getEntries() throws KuraException;
}
