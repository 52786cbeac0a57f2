package io.mnedc.names;

import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.device.LocalService;
import io.mnedc.api.device.RelayLink;
import io.mnedc.api.peer.NameService;
import io.mnedc.api.peer.PeerDirectory;
import io.mnedc.api.text.PlainText;
import io.mnedc.names.system.Leftovers;
import io.mnedc.names.system.Place;
import io.mnedc.names.system.SystemNames;
import io.mnedc.settings.ConfigurationReader;
import io.mnedc.settings.NoticeBoard;
import io.mnedc.settings.RefusedSettingsException;
import io.mnedc.settings.Services;
import io.mnedc.settings.StorageArea;
import io.mnedc.work.TaskQueue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The names as a component: there while a device and its directory are. It works without a configuration. Settings that are wrong
 * are told, and those before go on. Services come and go under no lock.
 */
@Component(
        name = NamesConfig.PID,
        service = {},
        immediate = true,
        configurationPid = NamesConfig.PID,
        configurationPolicy = ConfigurationPolicy.OPTIONAL)
@Designate(ocd = NamesConfig.class)
@Capability(
        namespace = "osgi.service",
        attribute = "objectClass:List<String>=\"io.mnedc.api.peer.NameService,io.mnedc.api.device.LocalService\"",
        uses = {NameService.class, LocalService.class})
public final class NamesComponent {
    private static final Logger LOG = LoggerFactory.getLogger(NamesComponent.class);
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** Property of our launcher, which clears the framework's storage area when it starts. */
    private static final String LAUNCHER_DATA = "mnedc.data";

    private final BundleContext context;
    private final NoticeBoard notices;
    private final NoticeBoard systemNotices;
    private final DeviceStatus device;
    private final Names names;

    /**
     * What is to be done with the system's own names.
     *
     * @param owner the device ID, which names what is done
     */
    private record InSystem(Place place, Path hosts, String owner) {}

    private final TaskQueue tasks = new TaskQueue();
    // of the tasks
    private String owner;
    private NamesSettings settings = NamesSettings.usual();
    private List<ServiceRegistration<?>> registrations = List.of();
    private @Nullable InSystem inSystem;
    private @Nullable SystemNames system;
    /** Goes up with each {@link #system} that ends. */
    private int ended;

    private final Leftovers leftovers;

    /** Made by the component runtime. */
    @Activate
    public NamesComponent(
            BundleContext context,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) PeerDirectory directory,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) RelayLink link,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) DeviceStatus device) {
        this.context = context;
        this.device = device;
        this.owner = device.snapshot().deviceId();
        this.notices = new NoticeBoard(NamesConfig.PID, context);
        this.systemNotices = new NoticeBoard(NamesConfig.PID, context);
        this.leftovers = new Leftovers(area(context));
        this.names = new Names(
                link::registration,
                directory::snapshot,
                directory::own,
                NamesSettings.usual().zone(),
                System::nanoTime);
    }

    /** {@return a place that outlives restarts, as far as there is one} */
    private static @Nullable Path area(BundleContext context) {
        String launcher = context.getProperty(LAUNCHER_DATA);
        return launcher != null && !StorageArea.isKaraf(context)
                ? Path.of(launcher, "names").toAbsolutePath().normalize()
                : StorageArea.of(context, "mnedc/names", "names");
    }

    // before the component is active
    @Reference(service = DeviceStatus.class, policyOption = ReferencePolicyOption.GREEDY, updated = "renamed")
    void named(Map<String, Object> properties) {
        tasks.run(() -> owner = id(properties));
    }

    // called when the device's configuration changes
    void renamed(Map<String, Object> properties) {
        tasks.run(() -> {
            owner = id(properties);
            if (inSystem != null) {
                become(settings);
            }
        });
    }

    /** The device itself may tell its new ID only some time after it has changed its service. */
    private String id(Map<String, Object> properties) {
        return properties.get(DeviceStatus.DEVICE_ID) instanceof String id
                ? id
                : device.snapshot().deviceId();
    }

    @Activate
    @Modified
    void change(Map<String, Object> properties) {
        tasks.run(() -> take(properties), LIMIT);
    }

    private void take(Map<String, Object> properties) {
        ConfigurationReader values = new ConfigurationReader(properties, NamesConfig.class);
        values.remarks().forEach(remark -> LOG.warn("{}: {}", NamesConfig.PID, remark));
        NamesSettings read = NamesSettings.of(values);
        try {
            values.check();
        } catch (RefusedSettingsException e) {
            String problem = PlainText.of(e);
            LOG.error(
                    "Configuration {} refused, names go on with the zone {}: {}",
                    NamesConfig.PID,
                    settings.zoneText(),
                    problem);
            notices.show("configuration refused: " + problem);
            become(settings);
            return;
        }
        notices.show("");
        become(read);
    }

    private void become(NamesSettings now) {
        settings = now;
        names.apex(now.zone());
        if (!now.enabled()) {
            withdraw();
        } else if (registrations.isEmpty()) {
            registrations = List.of(
                    context.registerService(NameService.class, names, null),
                    context.registerService(LocalService.class, names, null));
            LOG.info("names of devices are answered in the zone {}", now.zoneText());
        }
        become(new InSystem(now.enabled() ? now.place() : Place.OFF, now.hosts(), owner));
    }

    /** After what answers: the system asks at once. */
    private void become(InSystem now) {
        if (now.equals(inSystem)) {
            return;
        }
        leaveSystem();
        inSystem = now;
        leftovers.remove(now.hosts(), now.owner());
        if (now.place() == Place.HOSTS) {
            leftovers.add(now.hosts(), now.owner());
        }
        if (now.place() != Place.OFF) {
            int its = ended;
            system = SystemNames.start(
                    now.place(),
                    now.hosts(),
                    now.owner(),
                    new SystemView(names, () -> device.snapshot().tun()),
                    problem -> tasks.run(() -> tell(its, problem)));
        }
    }

    /** A problem may come when what had it has ended, because a task was running. */
    private void tell(int its, String problem) {
        if (its == ended) {
            systemNotices.show(problem);
        }
    }

    private void leaveSystem() {
        SystemNames ending = system;
        system = null;
        ended++;
        if (ending != null) {
            ending.close();
        }
        leftovers.remove();
        systemNotices.show("");
    }

    private void withdraw() {
        registrations.forEach(Services::withdraw);
        registrations = List.of();
    }

    @Deactivate
    void end() {
        tasks.end(
                () -> {
                    // before nobody answers any more
                    leaveSystem();
                    withdraw();
                    notices.show("");
                },
                LIMIT);
    }
}
