package io.mnedc.names;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.api.device.LocalService;
import io.mnedc.api.device.RelayLink;
import io.mnedc.api.notice.Notice;
import io.mnedc.api.peer.NameService;
import io.mnedc.api.peer.PeerDirectory;
import io.mnedc.api.text.PlainText;
import io.mnedc.settings.ConfigurationReader;
import io.mnedc.settings.NoticeBoard;
import io.mnedc.settings.RefusedSettingsException;
import java.util.List;
import java.util.Map;
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
 * are told, and those before go on.
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

    private final BundleContext context;
    private final NoticeBoard notices;
    private final Names names;

    @GuardedBy("this")
    private NamesSettings settings = NamesSettings.usual();

    @GuardedBy("this")
    private List<ServiceRegistration<?>> registrations = List.of();

    /** Made by the component runtime. */
    @Activate
    public NamesComponent(
            BundleContext context,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) PeerDirectory directory,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) RelayLink link) {
        this.context = context;
        this.notices = new NoticeBoard(NamesConfig.PID, notice -> {
            ServiceRegistration<Notice> said = context.registerService(Notice.class, notice, null);
            return () -> unregister(said);
        });
        this.names = new Names(directory, link, NamesSettings.usual().zone(), System::nanoTime);
    }

    @Activate
    @Modified
    void change(Map<String, Object> properties) {
        ConfigurationReader values = new ConfigurationReader(properties, NamesConfig.class);
        values.remarks().forEach(remark -> LOG.warn("{}: {}", NamesConfig.PID, remark));
        NamesSettings read = NamesSettings.of(values);
        NamesSettings before = before();
        String problem = "";
        try {
            values.check();
        } catch (RefusedSettingsException e) {
            problem = PlainText.of(e);
            read = before;
            LOG.error(
                    "Configuration {} refused, names go on with the zone {}: {}",
                    NamesConfig.PID,
                    before.zoneText(),
                    problem);
        }
        notices.show(problem.isEmpty() ? "" : "configuration refused: " + problem);
        names.apex(read.zone());
        become(read);
    }

    private synchronized NamesSettings before() {
        return settings;
    }

    private void become(NamesSettings now) {
        List<ServiceRegistration<?>> ending;
        boolean publish;
        synchronized (this) {
            settings = now;
            publish = now.enabled() && registrations.isEmpty();
            ending = now.enabled() ? List.of() : registrations;
            if (!now.enabled()) {
                registrations = List.of();
            }
        }
        ending.forEach(NamesComponent::unregister);
        if (publish) {
            // without a lock: listeners may call anything
            List<ServiceRegistration<?>> published = List.of(
                    context.registerService(NameService.class, names, null),
                    context.registerService(LocalService.class, names, null));
            synchronized (this) {
                registrations = published;
            }
            LOG.info("names of devices are answered in the zone {}", now.zoneText());
        }
    }

    @Deactivate
    void end() {
        List<ServiceRegistration<?>> ending;
        synchronized (this) {
            ending = registrations;
            registrations = List.of();
        }
        ending.forEach(NamesComponent::unregister);
        notices.show("");
    }

    private static void unregister(ServiceRegistration<?> ending) {
        try {
            ending.unregister();
        } catch (IllegalStateException e) {
            LOG.debug("the framework withdrew the service already: the bundle is being stopped, too", e);
        }
    }
}
