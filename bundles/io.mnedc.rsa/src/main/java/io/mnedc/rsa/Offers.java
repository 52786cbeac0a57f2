package io.mnedc.rsa;

import io.mnedc.api.peer.OfferedService;
import io.mnedc.settings.Services;
import java.util.Dictionary;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes endpoints as any bundle publishes what the device offers: by a service whose properties say it. */
final class Offers implements OwnEndpoints.Publisher {
    private static final Logger LOG = LoggerFactory.getLogger(Offers.class);
    /** Behind all others: where not all fits, endpoints are left out. */
    private static final int RANKING = -1_000;

    private final BundleContext context;

    Offers(BundleContext context) {
        this.context = context;
    }

    @Override
    public OwnEndpoints.Publication publish(OfferedService service) {
        ServiceRegistration<OwnEndpoints.Publisher> registration =
                context.registerService(OwnEndpoints.Publisher.class, this, properties(service));
        return new OwnEndpoints.Publication() {
            @Override
            public void change(OfferedService now) {
                try {
                    registration.setProperties(properties(now));
                } catch (IllegalStateException e) {
                    LOG.debug("the bundle is being stopped", e);
                }
            }

            @Override
            public void withdraw() {
                Services.withdraw(registration);
            }
        };
    }

    private static Dictionary<String, Object> properties(OfferedService service) {
        return Properties.of(Map.of(
                Constants.SERVICE_RANKING,
                RANKING,
                OfferedService.NAME_PROPERTY,
                service.name(),
                OfferedService.PROTOCOL_PROPERTY,
                service.protocol(),
                OfferedService.ATTRIBUTES_PROPERTY,
                service.attributes().entrySet().stream()
                        .map(each -> each.getKey() + "=" + each.getValue())
                        .toArray(String[]::new)));
    }
}
