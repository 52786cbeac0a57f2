package io.mnedc.device;

import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.device.RelayLink;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.settings.NoticeBoard;
import io.mnedc.settings.Services;
import io.mnedc.settings.StorageArea;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.Version;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a device has in its framework: a place for files, its version, and its services. */
final class Framework {
    private static final Logger LOG = LoggerFactory.getLogger(Framework.class);

    private final BundleContext context;

    Framework(BundleContext context) {
        this.context = context;
    }

    /** The services of a device that runs. */
    static final class Published {
        private final ServiceRegistration<DeviceStatus> status;
        private final ServiceRegistration<RelayLink> link;

        private Published(ServiceRegistration<DeviceStatus> status, ServiceRegistration<RelayLink> link) {
            this.status = status;
            this.link = link;
        }

        void changed(DeviceSettings settings) {
            status.setProperties(properties(settings));
            link.setProperties(properties(settings));
        }

        void withdraw() {
            Services.withdraw(link);
            Services.withdraw(status);
        }
    }

    /** Registers the services of a device, both or neither. With no lock held: listeners may call anything. */
    Published publish(Device device, DeviceSettings settings) {
        ServiceRegistration<DeviceStatus> status =
                context.registerService(DeviceStatus.class, device, properties(settings));
        try {
            return new Published(status, context.registerService(RelayLink.class, device.link(), properties(settings)));
        } catch (RuntimeException | Error e) {
            Services.withdraw(status);
            throw e;
        }
    }

    /** {@return where the device's notices are shown} */
    NoticeBoard notices() {
        return new NoticeBoard(DeviceSettings.PID, context);
    }

    @SuppressWarnings("JdkObsolete") // what makes a dictionary of a map in one call is missing in OSGi R7
    private static Dictionary<String, Object> properties(DeviceSettings settings) {
        return new Hashtable<>(Map.of(DeviceStatus.DEVICE_ID, settings.deviceId()));
    }

    /** Where identity and virtual network are kept if no setting says so. */
    Path storage() {
        Path area = requiredArea();
        if (StorageArea.isKaraf(context)) {
            return area;
        }
        LOG.warn(
                "The device's identity and virtual network are kept in the framework's storage area, which some gateways"
                        + " clear when they start: then it has to join again. Better set data.dir of {}",
                DeviceSettings.PID);
        return area;
    }

    /**
     * As {@link #storage}, without a warning.
     *
     * @throws IllegalArgumentException if there is none, with the cure
     */
    Path requiredArea() {
        Path area = area();
        if (area == null) {
            throw new IllegalArgumentException(
                    "data.dir is empty and this framework has no storage area; set data.dir");
        }
        return area;
    }

    /** {@return a place that outlives restarts; null if the framework has none} */
    @Nullable
    Path area() {
        return StorageArea.of(context, "mnedc/identity", "identity");
    }

    /** {@return what this device says it runs, such as {@code mnedc/0.1.0}} */
    String software() {
        Version version = context.getBundle().getVersion();
        return "mnedc/" + version.getMajor() + "." + version.getMinor() + "." + version.getMicro();
    }
}
