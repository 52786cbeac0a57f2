package io.mnedc.device;

import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.device.RelayLink;
import io.mnedc.api.identity.IdentityProvider;
import io.mnedc.api.notice.Notice;
import io.mnedc.api.tcp.TcpSockets;
import io.mnedc.api.text.PlainText;
import io.mnedc.api.tun.TunDriver;
import io.mnedc.device.dial.NameServers;
import io.mnedc.device.identity.IdentityProviders;
import io.mnedc.device.settings.DefaultId;
import io.mnedc.device.settings.DeviceConfig;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.device.settings.SettingsReader;
import io.mnedc.files.PrivateFiles;
import io.mnedc.security.TlsChoice;
import io.mnedc.settings.ConfigurationReader;
import io.mnedc.settings.ConfigurationReader.Wish;
import io.mnedc.settings.Endings;
import io.mnedc.settings.LastSettings;
import io.mnedc.settings.NoticeBoard;
import io.mnedc.settings.RefusedSettingsException;
import io.mnedc.settings.RestartPauses;
import io.mnedc.settings.Retry;
import io.mnedc.transport.Daemon;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.security.Provider;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import java.util.Optional;
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
        name = DeviceSettings.PID,
        service = {},
        immediate = true,
        configurationPid = DeviceSettings.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = DeviceConfig.class)
public final class DeviceComponent {
    /** Service property of both services: the device's ID. */
    static final String DEVICE_ID = "mnedc.device.id";

    private static final String KARAF_DATA = "karaf.data";

    private static final Logger LOG = LoggerFactory.getLogger(DeviceComponent.class);

    private static final Duration PAUSE = Duration.ofSeconds(5);

    private record Running(
            Device device,
            DeviceSettings settings,
            ServiceRegistration<DeviceStatus> status,
            ServiceRegistration<RelayLink> link) {}

    private final BundleContext context;
    private final TunDriver driver;
    private final IdentityProviders providers = new IdentityProviders();
    private final Retry retry;
    private final NoticeBoard notices;
    private final RestartPauses pauses;
    private @Nullable Running running;

    /** Of the device that runs, or of none. */
    private int generation;

    /** The last configuration, whether it could be used or not. */
    private Map<String, Object> present = Map.of();

    /** When the settings in force were taken on. */
    private Instant since = Instant.EPOCH;

    /**
     * What is not in force yet, but may be later.
     *
     * @param settings what it says; null if it has to be read anew
     */
    private record Waiting(
            Map<String, Object> properties, @Nullable DeviceSettings settings) {}

    private @Nullable Waiting waiting;

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
        this(context, driver, PAUSE);
    }

    /** The same with a pause of the test's. */
    DeviceComponent(BundleContext context, TunDriver driver, Duration pause) {
        this.context = context;
        this.pauses = new RestartPauses(pause);
        this.driver = driver;
        this.retry = new Retry(
                "mnedc-device-retry",
                pause,
                this::again,
                problem -> LOG.error("{}; it is tried again every {} s", problem, pause.toSeconds()));
        this.notices = new NoticeBoard(DeviceSettings.PID, notice -> {
            ServiceRegistration<Notice> registration = context.registerService(Notice.class, notice, null);
            return () -> unregister(registration);
        });
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
    void deactivate(int reason) {
        stop(Endings.why(reason));
        // without our lock, for which it may be waiting
        retry.close();
    }

    private synchronized void apply(Map<String, Object> properties) {
        present = properties;
        try {
            take(properties);
        } catch (RuntimeException | Error e) {
            // such as no memory for another thread: not for ever
            LOG.error("The device cannot be started or changed because of a fault", e);
            rest(properties, "the device could not be started or changed, see the log: " + e);
        }
    }

    private void take(Map<String, Object> properties) {
        Running now = running;
        DefaultId standIn = DefaultId.of(properties);
        ConfigurationReader reader = new ConfigurationReader(properties, DeviceConfig.class);
        reader.remarks().forEach(remark -> LOG.warn("Configuration {}: {}", DeviceSettings.PID, remark));
        if (reader.wish() == Wish.OFF) {
            stop(reader.whyOff());
            return;
        }
        DeviceSettings settings = null;
        try {
            settings = new SettingsReader(reader).read(standIn.id(), this::storage);
            standIn.warnIfUsed(properties, settings.deviceId());
            if (now != null) {
                requireDirectory(now.settings(), settings);
                running = new Running(now.device(), settings, now.status(), now.link());
                now.device().reconfigure(settings);
                now.status().setProperties(properties(settings));
                now.link().setProperties(properties(settings));
            } else {
                startFirst(properties, settings);
            }
            since = Instant.now();
            giveUp();
            lastSettings().keep(properties);
        } catch (RefusedSettingsException e) {
            LOG.debug("the cause", e);
            refused(properties, PlainText.of(e), "");
        } catch (UnusableException e) {
            LOG.debug("the cause", e);
            refused(properties, PlainText.of(e), "; it is tried again");
            waiting = new Waiting(properties, settings);
            retry.failed("These settings cannot be in force yet: " + PlainText.of(e));
        } catch (IOException e) {
            LOG.debug("the cause", e);
            String problem = PlainText.of(e);
            waiting = new Waiting(properties, null);
            retry.failed("The device cannot be started: " + problem);
            notices.show("the device waits and tries again: " + problem);
        }
    }

    /** Something that has failed by itself is tried again, later each time. */
    private void rest(Map<String, Object> properties, String problem) {
        Duration pause = pauses.failed(System.nanoTime());
        waiting = new Waiting(properties, null);
        retry.later(problem, pause);
        notices.show(problem + "; it is tried again in " + pause.toSeconds() + " s");
    }

    /** A part of the device has ended by itself. One that is half dead helps nobody: it ends, and starts again later. */
    private void failed(int failed, String part) {
        Daemon.thread("mnedc-device-again", () -> restart(failed, part)).start();
    }

    private synchronized void restart(int failed, String part) {
        if (running != null && generation == failed) {
            stop(part + " has failed");
            rest(present, "the device has stopped, because " + part + " has failed, see the log");
        }
    }

    private synchronized void again() {
        Waiting next = waiting;
        if (next == null) {
            return;
        }
        Running now = running;
        DeviceSettings settings = next.settings();
        if (now != null && settings != null) {
            try {
                requireDirectory(now.settings(), settings);
            } catch (UnusableException e) {
                retry.failed("These settings cannot be in force yet: " + PlainText.of(e));
                return;
            }
        }
        apply(next.properties());
    }

    private void giveUp() {
        waiting = null;
        retry.end();
        notices.show("");
    }

    /** A configuration cannot be used: what runs goes on; if nothing does, it starts with what was in force last. */
    private void refused(Map<String, Object> properties, String problem, String later) {
        giveUp();
        if (running == null) {
            last(properties).ifPresent(this::startLast);
        }
        String then = running == null ? "no device is started" : "running with the settings of " + since;
        LOG.error("Configuration {} refused, {}: {}", DeviceSettings.PID, then, problem);
        notices.show("configuration refused: " + problem + "; " + then + later);
    }

    private void startLast(LastSettings.Old<DeviceSettings> old) {
        try {
            start(old.settings());
            since = old.time();
        } catch (IOException e) {
            LOG.error("The device cannot be started with the settings of {}: {}", old.time(), PlainText.of(e));
        }
    }

    /** A directory that cannot be used is waited for, but not if there was another one before. */
    private void startFirst(Map<String, Object> properties, DeviceSettings settings) throws IOException {
        Optional<DeviceSettings> before = last(properties).map(LastSettings.Old::settings);
        try {
            requireDirectory(null, settings);
        } catch (UnusableException e) {
            if (before.filter(old -> !old.security().sameIdentity(settings.security()))
                    .isPresent()) {
                throw e;
            }
            LOG.debug("the device waits for its directory", e);
        }
        start(settings);
    }

    private Optional<LastSettings.Old<DeviceSettings>> last(Map<String, Object> properties) {
        return lastSettings()
                .find(
                        properties,
                        values -> new SettingsReader(values)
                                .read(DefaultId.of(properties).id(), this::requiredArea));
    }

    private LastSettings lastSettings() {
        return new LastSettings(DeviceSettings.PID, DeviceConfig.class, LOG::warn, area());
    }

    /** A directory cannot be used. */
    private static final class UnusableException extends IOException {
        private static final long serialVersionUID = 1L;

        UnusableException(IOException cause) {
            super("data.dir cannot be used: " + PlainText.of(cause), cause);
        }
    }

    /** A device that runs must not lose its identity for a directory that cannot be used. */
    private static void requireDirectory(@Nullable DeviceSettings before, DeviceSettings next)
            throws UnusableException {
        Path directory = next.security().directory();
        if (next.security().tls()
                && directory != null
                && (before == null || !directory.equals(before.security().directory()))) {
            try {
                PrivateFiles.directory(directory);
            } catch (IOException e) {
                throw new UnusableException(e);
            }
        }
    }

    private void start(DeviceSettings settings) throws IOException {
        int mine = ++generation;
        Device device = Device.start(
                settings,
                new DeviceEnvironment(
                        driver,
                        "mnedc/" + version(),
                        providers::find,
                        () -> tls,
                        () -> sockets,
                        InstantSource.system(),
                        NameServers.ofThisHost()),
                part -> failed(mine, part));
        running = new Running(
                device,
                settings,
                context.registerService(DeviceStatus.class, device, properties(settings)),
                context.registerService(RelayLink.class, device.link(), properties(settings)));
        pauses.started(System.nanoTime());
    }

    /** Where identity and virtual network are kept if no setting says so. */
    private Path storage() {
        Path area = requiredArea();
        if (context.getProperty(KARAF_DATA) != null) {
            return area;
        }
        LOG.warn(
                "The device's identity and virtual network are kept in the framework's storage area, which some gateways"
                        + " clear when they start: then it has to join anew. Better set data.dir of {}",
                DeviceSettings.PID);
        return area;
    }

    private Path requiredArea() {
        Path area = area();
        if (area == null) {
            throw new IllegalArgumentException(
                    "data.dir is empty and this framework has no storage area; set data.dir");
        }
        return area;
    }

    private @Nullable Path area() {
        String karaf = context.getProperty(KARAF_DATA);
        if (karaf != null) {
            return Path.of(karaf, "mnedc", "identity").toAbsolutePath().normalize();
        }
        File area = context.getDataFile("identity");
        return area == null ? null : area.toPath().toAbsolutePath().normalize();
    }

    @SuppressWarnings("JdkObsolete") // what makes a dictionary of a map in one call is missing in OSGi R7
    private static Dictionary<String, Object> properties(DeviceSettings settings) {
        return new Hashtable<>(Map.of(DEVICE_ID, settings.deviceId()));
    }

    private String version() {
        Version version = context.getBundle().getVersion();
        return version.getMajor() + "." + version.getMinor() + "." + version.getMicro();
    }

    private synchronized void stop(String why) {
        giveUp();
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
