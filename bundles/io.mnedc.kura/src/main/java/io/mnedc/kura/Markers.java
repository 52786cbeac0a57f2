package io.mnedc.kura;

import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.eclipse.kura.configuration.ConfigurableComponent;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.util.tracker.BundleTracker;
import org.osgi.util.tracker.BundleTrackerCustomizer;

/**
 * Publishes an empty marker for each PID that an active bundle of ours describes. Kura lists and edits a PID while there
 * is a {@link ConfigurableComponent} with it in two properties; it never looks at the service itself.
 */
@Component(
        service = {},
        immediate = true)
public final class Markers implements BundleTrackerCustomizer<List<ServiceRegistration<?>>> {
    static final String KURA_PID = "kura.service.pid";

    /** Nothing to do: the configuration reaches our components by Config Admin. */
    private static final ConfigurableComponent MARKER = new ConfigurableComponent() {};

    private final BundleContext context;
    private final BundleTracker<List<ServiceRegistration<?>>> tracker;

    /** Made by the component runtime. */
    @Activate
    public Markers(BundleContext context) {
        this.context = context;
        this.tracker = new BundleTracker<>(context, Bundle.ACTIVE, this);
    }

    @Activate
    void open() {
        tracker.open();
    }

    @Deactivate
    void close() {
        tracker.close();
    }

    @Override
    @SuppressWarnings("JdkObsolete") // a service is registered with a Dictionary, and there is no other
    public @Nullable List<ServiceRegistration<?>> addingBundle(Bundle bundle, @Nullable BundleEvent event) {
        List<ServiceRegistration<?>> markers = new ArrayList<>();
        for (String pid : Metatype.pids(bundle)) {
            markers.add(context.registerService(
                    ConfigurableComponent.class,
                    MARKER,
                    new Hashtable<>(Map.of(Constants.SERVICE_PID, pid, KURA_PID, pid))));
        }
        return markers.isEmpty() ? null : markers;
    }

    @Override
    public void modifiedBundle(Bundle bundle, @Nullable BundleEvent event, List<ServiceRegistration<?>> markers) {
        // it is tracked in one state only
    }

    @Override
    public void removedBundle(Bundle bundle, @Nullable BundleEvent event, List<ServiceRegistration<?>> markers) {
        markers.forEach(ServiceRegistration::unregister);
    }
}
