package io.mnedc.itests.kura;

import java.util.Map;
import org.eclipse.kura.status.CloudConnectionStatusComponent;
import org.eclipse.kura.status.CloudConnectionStatusEnum;
import org.eclipse.kura.status.CloudConnectionStatusService;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;

/** The gateway's light; what it shows is a property of the service. */
final class Light implements CloudConnectionStatusService {
    /** The property. */
    static final String STATUS = "light";

    private @Nullable ServiceRegistration<?> registration;

    synchronized void publishedAs(ServiceRegistration<?> service) {
        registration = service;
    }

    @Override
    public void register(CloudConnectionStatusComponent component) {
        show(component.getNotificationStatus());
    }

    @Override
    public void unregister(CloudConnectionStatusComponent component) {
        show(CloudConnectionStatusEnum.OFF);
    }

    @Override
    public boolean updateStatus(CloudConnectionStatusComponent component, CloudConnectionStatusEnum status) {
        component.setNotificationStatus(status);
        show(status);
        return true;
    }

    private synchronized void show(CloudConnectionStatusEnum status) {
        if (registration != null) {
            registration.setProperties(FrameworkUtil.asDictionary(Map.of(STATUS, status.name())));
        }
    }
}
