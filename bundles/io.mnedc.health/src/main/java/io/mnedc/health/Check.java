package io.mnedc.health;

import java.util.Hashtable;
import java.util.Map;
import org.apache.felix.hc.api.HealthCheck;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/**
 * A health check that is published while what it looks at shall run. The component itself publishes nothing, because its
 * configuration holds secrets, and would be shown as the service's properties.
 */
final class Check {
    private final BundleContext context;
    private final String name;
    private final String tag;
    private final HealthCheck check;
    private @Nullable ServiceRegistration<HealthCheck> registration;

    Check(BundleContext context, String name, String tag, HealthCheck check) {
        this.context = context;
        this.name = name;
        this.tag = tag;
        this.check = check;
    }

    @SuppressWarnings("JdkObsolete") // a service is registered with a Dictionary, and there is no other
    synchronized void publish(boolean wanted) {
        ServiceRegistration<HealthCheck> present = registration;
        if (wanted && present == null) {
            Map<String, Object> properties =
                    Map.of(HealthCheck.NAME, name, HealthCheck.TAGS, new String[] {"mnedc", tag});
            registration = context.registerService(HealthCheck.class, check, new Hashtable<>(properties));
        } else if (!wanted && present != null) {
            registration = null;
            present.unregister();
        }
    }
}
