package io.mnedc.relay;

import io.mnedc.api.identity.IdentityProvider;
import io.mnedc.testing.TestRegistry;
import org.osgi.framework.ServiceReference;

/** What the framework says of a service: its name and its ranking. */
public final class TestReference {
    private TestReference() {}

    public static ServiceReference<IdentityProvider> of(String name, int ranking) {
        return TestRegistry.reference(IdentityProvider.class, IdentityProvider.NAME, name, ranking);
    }
}
