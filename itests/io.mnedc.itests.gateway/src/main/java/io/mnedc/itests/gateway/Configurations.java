package io.mnedc.itests.gateway;

import java.io.IOException;
import java.util.Dictionary;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationListener;

/** Configures through Config Admin; each call returns when every component has seen the change. */
public final class Configurations {
    private static final String MARKER = "io.mnedc.itests.marker";

    private final BundleContext context;

    /** Configures in this framework. */
    public Configurations(BundleContext context) {
        this.context = context;
    }

    /** Replaces a configuration. */
    public void set(String pid, Map<String, ?> values) throws IOException, InterruptedException {
        set(pid, FrameworkUtil.asDictionary(values));
        settle();
    }

    /** Removes a configuration, if it is there. */
    public void remove(String pid) throws IOException, InterruptedException {
        with(admin -> admin.getConfiguration(pid, "?").delete());
        settle();
    }

    private void set(String pid, Dictionary<String, ?> values) throws IOException {
        with(admin -> admin.getConfiguration(pid, "?").update(values));
    }

    /**
     * Events reach all listeners in order, the component runtime's among them: when the one of a later change has come,
     * those of earlier changes have been dealt with.
     */
    private void settle() throws IOException, InterruptedException {
        var seen = new CountDownLatch(1);
        ServiceRegistration<ConfigurationListener> registration = context.registerService(
                ConfigurationListener.class,
                event -> {
                    if (event.getPid().equals(MARKER)) {
                        seen.countDown();
                    }
                },
                null);
        try {
            set(MARKER, FrameworkUtil.asDictionary(Map.of("time", System.nanoTime())));
            if (!seen.await(120, TimeUnit.SECONDS)) {
                throw new AssertionError("Config Admin delivers no events");
            }
        } finally {
            registration.unregister();
        }
        // the runtime may come after us in the row of listeners of the marker's event, but not of an earlier one
    }

    /** What is done with Config Admin. */
    @FunctionalInterface
    private interface Use {
        void apply(ConfigurationAdmin admin) throws IOException;
    }

    private void with(Use use) throws IOException {
        ServiceReference<ConfigurationAdmin> reference = context.getServiceReference(ConfigurationAdmin.class);
        ConfigurationAdmin admin = context.getService(reference);
        try {
            use.apply(admin);
        } finally {
            context.ungetService(reference);
        }
    }
}
