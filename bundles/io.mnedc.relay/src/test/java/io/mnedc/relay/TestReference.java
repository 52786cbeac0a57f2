package io.mnedc.relay;

import io.mnedc.api.identity.IdentityProvider;
import java.lang.reflect.Proxy;
import org.osgi.framework.ServiceReference;

/** What the framework says of a service: its name and its ranking. */
public final class TestReference {
    private TestReference() {}

    @SuppressWarnings("unchecked")
    public static ServiceReference<IdentityProvider> of(String name, int ranking) {
        return (ServiceReference<IdentityProvider>) Proxy.newProxyInstance(
                TestReference.class.getClassLoader(),
                new Class<?>[] {ServiceReference.class},
                (self, method, arguments) -> switch (method.getName()) {
                    case "getProperty" -> arguments[0].equals(IdentityProvider.NAME) ? name : ranking;
                    case "compareTo" ->
                        Integer.compare(ranking, (int) ((ServiceReference<?>) arguments[0]).getProperty("ranking"));
                    case "equals" -> self == arguments[0];
                    case "hashCode" -> System.identityHashCode(self);
                    default -> name;
                });
    }
}
