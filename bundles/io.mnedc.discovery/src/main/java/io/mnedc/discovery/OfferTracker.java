package io.mnedc.discovery;

import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.text.PlainText;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;
import org.osgi.util.tracker.ServiceTrackerCustomizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows OSGi services of any type that have the property {@value OfferedService#NAME_PROPERTY}. Looks only at their
 * properties: no service object is ever made for it.
 */
final class OfferTracker implements ServiceTrackerCustomizer<Object, Long> {
    private static final Logger LOG = LoggerFactory.getLogger(OfferTracker.class);

    private final LocalInfo info;
    private final ServiceTracker<Object, Long> tracker;

    OfferTracker(BundleContext context, LocalInfo info) {
        this.info = info;
        try {
            this.tracker = new ServiceTracker<>(
                    context, FrameworkUtil.createFilter("(" + OfferedService.NAME_PROPERTY + "=*)"), this);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("the filter is a constant", e);
        }
    }

    void open() {
        // all services: the offering bundle and this one need not see the same class
        tracker.open(true);
    }

    void close() {
        tracker.close();
    }

    @Override
    public Long addingService(ServiceReference<Object> reference) {
        long id = id(reference);
        take(reference, id);
        return id;
    }

    @Override
    public void modifiedService(ServiceReference<Object> reference, Long id) {
        take(reference, id);
    }

    @Override
    public void removedService(ServiceReference<Object> reference, Long id) {
        info.withdraw(id);
    }

    private static long id(ServiceReference<?> reference) {
        return (Long) reference.getProperty(Constants.SERVICE_ID);
    }

    private void take(ServiceReference<?> reference, long id) {
        try {
            Object ranking = reference.getProperty(Constants.SERVICE_RANKING);
            info.offer(
                    id,
                    ranking instanceof Integer number ? number : 0,
                    OfferProperties.read(
                            reference.getProperty(OfferedService.NAME_PROPERTY),
                            reference.getProperty(OfferedService.PROTOCOL_PROPERTY),
                            reference.getProperty(OfferedService.PORT_PROPERTY),
                            reference.getProperty(OfferedService.ATTRIBUTES_PROPERTY)));
        } catch (IllegalArgumentException e) {
            info.withdraw(id);
            LOG.warn("Service {} of {} is not offered to the peers: {}", id, reference.getBundle(), PlainText.of(e));
        }
    }
}
