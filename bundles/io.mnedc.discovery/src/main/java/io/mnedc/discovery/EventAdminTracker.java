package io.mnedc.discovery;

import io.mnedc.api.peer.PeerListener;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.event.EventAdmin;
import org.osgi.util.tracker.ServiceTracker;
import org.osgi.util.tracker.ServiceTrackerCustomizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has Event Admin told of the peers, where there is one. A reference of the component runtime would make it a requirement of
 * this bundle.
 */
final class EventAdminTracker implements ServiceTrackerCustomizer<Object, PeerListener> {
    /** Not by its class, which may not be there. */
    private static final String EVENT_ADMIN = "org.osgi.service.event.EventAdmin";

    private static final Logger LOG = LoggerFactory.getLogger(EventAdminTracker.class);

    private final BundleContext context;
    private final ListenerDispatch dispatch;
    private final ServiceTracker<Object, PeerListener> tracker;

    EventAdminTracker(BundleContext context, ListenerDispatch dispatch) {
        this.context = context;
        this.dispatch = dispatch;
        this.tracker = new ServiceTracker<>(context, EVENT_ADMIN, this);
    }

    void open() {
        tracker.open();
    }

    void close() {
        tracker.close();
    }

    @Override
    @Nullable
    public PeerListener addingService(ServiceReference<Object> reference) {
        Object service = context.getService(reference);
        if (service == null) {
            return null;
        }
        PeerListener listener;
        try {
            listener = new PeerEventPublisher((EventAdmin) service);
        } catch (LinkageError e) {
            LOG.debug("Event Admin came after this bundle was resolved; it is told of peers after a refresh", e);
            context.ungetService(reference);
            return null;
        }
        dispatch.add(reference, listener, peer -> true);
        return listener;
    }

    @Override
    public void modifiedService(ServiceReference<Object> reference, PeerListener listener) {}

    @Override
    public void removedService(ServiceReference<Object> reference, PeerListener listener) {
        dispatch.remove(reference);
        context.ungetService(reference);
    }
}
