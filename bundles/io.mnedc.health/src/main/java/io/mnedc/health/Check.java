package io.mnedc.health;

import io.mnedc.settings.Services;
import io.mnedc.work.TaskQueue;
import java.time.Duration;
import java.util.Hashtable;
import java.util.Map;
import org.apache.felix.hc.api.HealthCheck;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/**
 * A health check that is published while what it looks at shall run. The component itself publishes nothing, because its
 * configuration holds secrets, and would be shown as the service's properties. Any thread may call; the service comes and
 * goes under no lock.
 */
final class Check {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final BundleContext context;
    private final String name;
    private final String tag;
    private final HealthCheck check;
    private final Duration limit;
    private final TaskQueue tasks = new TaskQueue();
    private @Nullable ServiceRegistration<HealthCheck> registration;

    Check(BundleContext context, String name, String tag, HealthCheck check) {
        this(context, name, tag, check, LIMIT);
    }

    /**
     * The same with a limit of the test's.
     *
     * @param limit how long a caller waits for tasks of other threads, which may themselves wait for the caller
     */
    Check(BundleContext context, String name, String tag, HealthCheck check, Duration limit) {
        this.context = context;
        this.name = name;
        this.tag = tag;
        this.check = check;
        this.limit = limit;
    }

    /** Publishes it, or withdraws it. */
    void publish(boolean wanted) {
        tasks.run(wanted ? this::register : this::withdraw, limit);
    }

    /** Withdraws it, and publishes it no more. */
    void end() {
        tasks.end(this::withdraw, limit);
    }

    @SuppressWarnings("JdkObsolete") // a service is registered with a Dictionary, and there is no other
    private void register() {
        if (registration == null) {
            Map<String, Object> properties =
                    Map.of(HealthCheck.NAME, name, HealthCheck.TAGS, new String[] {"mnedc", tag});
            registration = context.registerService(HealthCheck.class, check, new Hashtable<>(properties));
        }
    }

    private void withdraw() {
        ServiceRegistration<HealthCheck> present = registration;
        registration = null;
        if (present != null) {
            Services.withdraw(present);
        }
    }
}
