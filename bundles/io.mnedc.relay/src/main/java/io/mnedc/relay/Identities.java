package io.mnedc.relay;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.identity.IdentityProvider;
import java.security.GeneralSecurityException;
import java.security.KeyStoreException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The identity providers that are there now, by name. Thread-safe. */
final class Identities {
    private final Map<String, IdentityProvider> byName = new ConcurrentHashMap<>();

    void add(String name, IdentityProvider provider) {
        byName.put(name, provider);
    }

    void remove(IdentityProvider provider) {
        byName.values().removeIf(provider::equals);
    }

    /** A provider that asks whoever has the name at that time. */
    IdentityProvider named(String name) {
        return new IdentityProvider() {
            @Override
            public Identity identity() throws GeneralSecurityException {
                IdentityProvider present = byName.get(name);
                if (present == null) {
                    throw new KeyStoreException(
                            "identity.provider = \"" + name + "\": no such service now; there are " + byName.keySet());
                }
                return present.identity();
            }
        };
    }
}
