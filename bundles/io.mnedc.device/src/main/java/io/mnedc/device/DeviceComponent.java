package io.mnedc.device;

import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.device.RelayLink;
import io.mnedc.api.identity.IdentityProvider;
import io.mnedc.api.tcp.TcpSockets;
import io.mnedc.api.text.PlainText;
import io.mnedc.api.tun.TunDriver;
import io.mnedc.security.PrivateFiles;
import io.mnedc.security.TlsChoice;
import io.mnedc.settings.ConfigurationReader;
import io.mnedc.settings.ConfigurationReader.Wish;
import io.mnedc.settings.Endings;
import io.mnedc.settings.RefusedSettingsException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.security.Provider;
import java.time.InstantSource;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.Version;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a device while its configuration says so, and publishes its services while it runs. A wrong configuration is
 * refused: what ran before goes on.
 */
@Component(
        name = DeviceComponent.PID,
        service = {},
        immediate = true,
        configurationPid = DeviceComponent.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = DeviceConfig.class)
public final class DeviceComponent {
    static final String PID = "io.mnedc.device";

    /** Service property of both services: the device's ID. */
    static final String DEVICE_ID = "mnedc.device.id";

    private static final Logger LOG = LoggerFactory.getLogger(DeviceComponent.class);

    private record Running(
            Device device,
            DeviceSettings settings,
            ServiceRegistration<DeviceStatus> status,
            ServiceRegistration<RelayLink> link) {}

    private final BundleContext context;
    private final TunDriver driver;
    private final IdentityProviders providers = new IdentityProviders();
    private @Nullable Running running;

    @Reference(
            target = "(" + TlsChoice.SERVICE_PROPERTY + "=*)",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable Provider tls;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable TcpSockets sockets;

    /** Made by the component runtime. */
    @Activate
    public DeviceComponent(
            BundleContext context, @Reference(policyOption = ReferencePolicyOption.GREEDY) TunDriver driver) {
        this.context = context;
        this.driver = driver;
    }

    /** Those who supply identities are known by now. */
    @Activate
    void activate(Map<String, Object> properties) {
        apply(properties);
    }

    @Reference(
            service = IdentityProvider.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addIdentityProvider(ServiceReference<IdentityProvider> reference, IdentityProvider provider) {
        providers.add(reference, provider);
        providersChanged();
    }

    void updatedIdentityProvider(ServiceReference<IdentityProvider> reference, IdentityProvider provider) {
        addIdentityProvider(reference, provider);
    }

    void removeIdentityProvider(ServiceReference<IdentityProvider> reference) {
        providers.remove(reference);
        providersChanged();
    }

    private synchronized void providersChanged() {
        Running now = running;
        if (now != null) {
            now.device().providersChanged();
        }
    }

    @Modified
    void modified(Map<String, Object> properties) {
        apply(properties);
    }

    @Deactivate
    synchronized void deactivate(int reason) {
        stop(Endings.why(reason));
    }

    private synchronized void apply(Map<String, Object> properties) {
        Running now = running;
        DefaultId standIn = DefaultId.of(properties);
        ConfigurationReader reader = new ConfigurationReader(properties, DeviceConfig.class);
        reader.remarks().forEach(remark -> LOG.warn("Configuration {}: {}", PID, remark));
        if (reader.wish() == Wish.OFF) {
            stop(reader.whyOff());
            return;
        }
        try {
            DeviceSettings settings = new SettingsReader(reader).read(standIn.id(), this::storage);
            standIn.warnIfUsed(properties, settings.deviceId());
            if (now == null) {
                start(settings);
            } else {
                requireDirectory(now.settings(), settings);
                running = new Running(now.device(), settings, now.status(), now.link());
                now.device().reconfigure(settings);
                now.status().setProperties(properties(settings));
                now.link().setProperties(properties(settings));
            }
        } catch (RefusedSettingsException e) {
            LOG.error(
                    "Configuration {} refused, {}: {}",
                    PID,
                    now == null ? "no device is started" : "the device goes on as it was configured before",
                    PlainText.of(e));
        } catch (IOException e) {
            if (now == null) {
                LOG.error("The device cannot be started: {}", PlainText.of(e), e);
            } else {
                LOG.error(
                        "Configuration {} refused, the device goes on as it was configured before: {}",
                        PID,
                        PlainText.of(e));
                LOG.debug("the cause", e);
            }
        }
    }

    /** A device that runs must not lose its identity for a directory that cannot be used. */
    private static void requireDirectory(DeviceSettings before, DeviceSettings next) throws IOException {
        Path directory = next.security().directory();
        if (next.security().tls()
                && directory != null
                && !directory.equals(before.security().directory())) {
            PrivateFiles.directory(directory);
        }
    }

    private void start(DeviceSettings settings) throws IOException {
        Device device = Device.start(
                settings,
                new Surroundings(
                        driver,
                        "mnedc/" + version(),
                        providers::find,
                        () -> tls,
                        () -> sockets,
                        InstantSource.system(),
                        NameServers.ofThisHost()));
        running = new Running(
                device,
                settings,
                context.registerService(DeviceStatus.class, device, properties(settings)),
                context.registerService(RelayLink.class, device.link(), properties(settings)));
    }

    /** Where identity and virtual network are kept if no setting says so. */
    private Path storage() {
        String karaf = context.getProperty("karaf.data");
        if (karaf != null) {
            return Path.of(karaf, "mnedc", "identity").toAbsolutePath().normalize();
        }
        File area = context.getDataFile("identity");
        if (area == null) {
            throw new IllegalArgumentException(
                    "data.dir is empty and this framework has no storage area; set data.dir");
        }
        LOG.warn(
                "The device's identity and virtual network are kept in the framework's storage area, which some gateways"
                        + " clear when they start: then it has to join anew. Better set data.dir of {}",
                PID);
        return area.toPath().toAbsolutePath().normalize();
    }

    @SuppressWarnings("JdkObsolete") // what makes a dictionary of a map in one call is missing in OSGi R7
    private static Dictionary<String, Object> properties(DeviceSettings settings) {
        return new Hashtable<>(Map.of(DEVICE_ID, settings.deviceId()));
    }

    private String version() {
        Version version = context.getBundle().getVersion();
        return version.getMajor() + "." + version.getMinor() + "." + version.getMicro();
    }

    private void stop(String why) {
        Running now = running;
        running = null;
        if (now != null) {
            LOG.info("The device stops: {}", why);
            // first those who use it take leave
            unregister(now.link());
            unregister(now.status());
            now.device().close();
        }
    }

    private static void unregister(ServiceRegistration<?> registration) {
        try {
            registration.unregister();
        } catch (IllegalStateException e) {
            LOG.debug("the framework withdrew the service already: the bundle is being stopped, too", e);
        }
    }
}
