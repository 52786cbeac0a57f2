package io.mnedc.settings;

import io.mnedc.api.identity.IdentityProvider;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.ServiceReference;

/** Who supplies identities in this framework, by the names that a setting {@code identity.provider} may have. Thread-safe. */
public final class IdentityProviders {
    private final Map<ServiceReference<IdentityProvider>, IdentityProvider> known = new ConcurrentHashMap<>();

    public void add(ServiceReference<IdentityProvider> reference, IdentityProvider provider) {
        known.put(reference, provider);
    }

    public void remove(ServiceReference<IdentityProvider> reference) {
        known.remove(reference);
    }

    /** {@return the provider of this name; of several, the one that the framework ranks highest} */
    public Optional<IdentityProvider> find(String name) {
        return known.entrySet().stream()
                .filter(each -> name.equals(each.getKey().getProperty(IdentityProvider.NAME)))
                .max(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue);
    }

    /** {@return the names of those that are there} */
    public List<String> names() {
        return known.keySet().stream()
                .map(reference -> String.valueOf(reference.getProperty(IdentityProvider.NAME)))
                .sorted()
                .toList();
    }
}
