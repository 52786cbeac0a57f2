package io.mnedc.settings;

import java.util.Map;
import java.util.Objects;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a component does with services that it registers itself, and with those that come and go. */
public final class Services {
    private static final Logger LOG = LoggerFactory.getLogger(Services.class);

    private Services() {}

    /**
     * {@return what tells a service from all others of this framework, {@code service.id}; an object that is registered twice is two
     *     services}
     *
     * @param properties those of the service
     */
    public static Object id(Map<String, Object> properties) {
        return Objects.requireNonNull(properties.get(Constants.SERVICE_ID));
    }

    /** Withdraws a service; one that the framework has withdrawn already, because the bundle stops, is no failure. */
    public static void withdraw(ServiceRegistration<?> registration) {
        try {
            registration.unregister();
        } catch (IllegalStateException e) {
            LOG.debug("the framework withdrew the service already: the bundle is being stopped, too", e);
        }
    }
}
