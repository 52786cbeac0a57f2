package io.mnedc.settings;

import org.osgi.framework.ServiceRegistration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a component does with services that it registers itself. */
public final class Services {
    private static final Logger LOG = LoggerFactory.getLogger(Services.class);

    private Services() {}

    /** Withdraws a service; one that the framework has withdrawn already, because the bundle stops, is no failure. */
    public static void withdraw(ServiceRegistration<?> registration) {
        try {
            registration.unregister();
        } catch (IllegalStateException e) {
            LOG.debug("the framework withdrew the service already: the bundle is being stopped, too", e);
        }
    }
}
