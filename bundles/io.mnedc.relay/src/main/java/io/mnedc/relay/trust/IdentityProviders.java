package io.mnedc.relay.trust;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.identity.IdentityProvider;
import java.security.GeneralSecurityException;
import java.security.KeyStoreException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.ServiceReference;

/** Who supplies identities in this framework. Thread-safe. */
public final class IdentityProviders {
    private final Map<ServiceReference<IdentityProvider>, IdentityProvider> known = new ConcurrentHashMap<>();

    public void add(ServiceReference<IdentityProvider> reference, IdentityProvider provider) {
        known.put(reference, provider);
    }

    public void remove(ServiceReference<IdentityProvider> reference) {
        known.remove(reference);
    }

    /** A provider that asks the service that has this name at that time; of several, the one that the framework ranks highest. */
    IdentityProvider named(String name) {
        return new IdentityProvider() {
            @Override
            public Identity identity() throws GeneralSecurityException {
                IdentityProvider present = known.entrySet().stream()
                        .filter(each -> name.equals(each.getKey().getProperty(IdentityProvider.NAME)))
                        .max(Map.Entry.comparingByKey())
                        .map(Map.Entry::getValue)
                        .orElseThrow(() -> new KeyStoreException(
                                "identity.provider = \"" + name + "\": no such service now; there are " + names()));
                return present.identity();
            }
        };
    }

    private List<String> names() {
        return known.keySet().stream()
                .map(reference -> String.valueOf(reference.getProperty(IdentityProvider.NAME)))
                .sorted()
                .toList();
    }
}
