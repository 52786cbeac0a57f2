package io.mnedc.rsa;

import io.mnedc.api.device.RelayLink;
import io.mnedc.api.peer.PeerListener;
import io.mnedc.api.text.PlainText;
import io.mnedc.settings.ConfigurationReader;
import io.mnedc.settings.NoticeBoard;
import io.mnedc.settings.RefusedSettingsException;
import io.mnedc.settings.Services;
import io.mnedc.work.TaskQueue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
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
import org.osgi.service.remoteserviceadmin.EndpointEventListener;
import org.osgi.service.remoteserviceadmin.RemoteConstants;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remote services as a component: there while a device is. It works without a configuration. Settings that are wrong are told, and
 * those before go on.
 */
@Component(
        name = RsaConfig.PID,
        service = {},
        immediate = true,
        configurationPid = RsaConfig.PID,
        configurationPolicy = ConfigurationPolicy.OPTIONAL)
@Designate(ocd = RsaConfig.class)
@Capability(
        namespace = "osgi.remoteserviceadmin.discovery",
        version = "1.1.0",
        attribute = "protocols:List<String>=\"mnedc\"")
@Capability(
        namespace = "osgi.remoteserviceadmin.distribution",
        version = "1.1.0",
        attribute = "configs:List<String>=\"aries.fastbin\"")
public final class RsaComponent {
    /** Property of this component's own listener, which is not told of peers' endpoints. */
    static final String OWN = "mnedc.rsa";

    private static final Logger LOG = LoggerFactory.getLogger(RsaComponent.class);
    private static final Duration STOP = Duration.ofSeconds(2);
    /** The provider waits for its own threads. */
    private static final Duration STOP_PROVIDER = Duration.ofSeconds(10);

    private final BundleContext context;
    private final ScheduledThreadPoolExecutor thread = Threads.one("mnedc-rsa-work");
    private final TaskQueue changes = new TaskQueue();
    private final Tellers tellers = new Tellers();
    private final NoticeBoard notices;
    private final NoticeBoard bindingNotices;
    private final Binding binding;
    private final OwnEndpoints own;
    private final PeerEndpoints peers;
    private final RelayLink.Subscription subscription;
    private final String framework;
    private RsaSettings settings = RsaSettings.usual();
    private List<ServiceRegistration<?>> registrations = List.of();

    /** Made by the component runtime. */
    @Activate
    public RsaComponent(
            BundleContext context,
            Map<String, Object> properties,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) RelayLink link) {
        this.context = context;
        this.framework = context.getProperty(Constants.FRAMEWORK_UUID);
        this.notices = new NoticeBoard(RsaConfig.PID, context);
        this.bindingNotices = new NoticeBoard(RsaConfig.PID, context);
        this.own = new OwnEndpoints(() -> Binding.place(link), new Offers(context), thread);
        this.peers = new PeerEndpoints(framework, settings.imported(), tellers::set);
        this.binding = new Binding(
                link,
                thread,
                () -> new Provider(context),
                settings.off(),
                own::refresh,
                problem -> changes.run(() -> bindingNotices.show(problem)));
        this.subscription = link.subscribe(binding);
        changes.run(() -> take(properties));
    }

    @Modified
    void modified(Map<String, Object> properties) {
        changes.run(() -> take(properties), STOP);
    }

    private void take(Map<String, Object> properties) {
        ConfigurationReader values = new ConfigurationReader(properties, RsaConfig.class);
        values.remarks().forEach(remark -> LOG.warn("{}: {}", RsaConfig.PID, remark));
        RsaSettings read = RsaSettings.of(values);
        try {
            values.check();
            notices.show("");
        } catch (RefusedSettingsException e) {
            LOG.error("Configuration {} refused, what was set before goes on: {}", RsaConfig.PID, PlainText.of(e));
            notices.show("configuration refused: " + PlainText.of(e));
            read = settings;
        }
        become(read);
    }

    /** One at a time, without a lock: listeners may call anything. */
    private void become(RsaSettings now) {
        settings = now;
        peers.want(now.imported());
        if (now.enabled() && registrations.isEmpty()) {
            String scope = "(&(" + Constants.OBJECTCLASS + "=*)(" + RemoteConstants.ENDPOINT_FRAMEWORK_UUID + "="
                    + framework + "))";
            registrations = List.of(
                    context.registerService(PeerListener.class, peers, null),
                    context.registerService(
                            EndpointEventListener.class,
                            own,
                            Properties.of(Map.of(OWN, true, EndpointEventListener.ENDPOINT_LISTENER_SCOPE, scope))));
        } else if (!now.enabled()) {
            withdraw();
            peers.forget();
            own.end();
        }
        binding.become(now);
    }

    private void withdraw() {
        List<ServiceRegistration<?>> ending = registrations;
        registrations = List.of();
        ending.forEach(Services::withdraw);
    }

    @Deactivate
    void end() {
        changes.end(
                () -> {
                    withdraw();
                    subscription.close();
                    tellers.set(Map.of());
                    tellers.end(STOP);
                    own.end();
                    binding.end();
                    notices.show("");
                    bindingNotices.show("");
                },
                STOP);
        Threads.end(thread, STOP_PROVIDER);
    }

    @Reference(
            target = "(!(" + OWN + "=true))",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addListener(EndpointEventListener listener, Map<String, Object> properties) {
        tellers.add(Services.id(properties), listener, properties.get(EndpointEventListener.ENDPOINT_LISTENER_SCOPE));
    }

    void updatedListener(EndpointEventListener listener, Map<String, Object> properties) {
        tellers.update(
                Services.id(properties), listener, properties.get(EndpointEventListener.ENDPOINT_LISTENER_SCOPE));
    }

    void removeListener(EndpointEventListener listener, Map<String, Object> properties) {
        tellers.remove(Services.id(properties));
    }
}
