package io.mnedc.discovery;

import io.mnedc.api.device.RelayLink;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.api.peer.Peer;
import io.mnedc.api.peer.PeerDirectory;
import io.mnedc.api.peer.PeerListener;
import io.mnedc.api.peer.PeerService;
import io.mnedc.api.peer.PeerSnapshot;
import io.mnedc.api.text.PlainText;
import io.mnedc.settings.NoticeBoard;
import io.mnedc.settings.Services;
import io.mnedc.settings.StorageArea;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
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
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The peer directory of a device: there while the device has a link to follow, and at work even while nobody asks it: it
 * also tells the peers about this device. It registers the service itself: the component runtime would publish the
 * whole configuration with it, join token and passwords too.
 */
@Component(
        immediate = true,
        service = {},
        configurationPid = PeerDirectoryComponent.PID,
        configurationPolicy = ConfigurationPolicy.OPTIONAL)
@Capability(
        namespace = "osgi.service",
        attribute = "objectClass:List<String>=\"io.mnedc.api.peer.PeerDirectory\"",
        uses = PeerDirectory.class)
public final class PeerDirectoryComponent implements PeerDirectory {
    /** The device's PID: a device has one configuration, whose metatype is in the device's bundle. */
    static final String PID = "io.mnedc.device";

    private static final Logger LOG = LoggerFactory.getLogger(PeerDirectoryComponent.class);
    private static final Duration STOP = Duration.ofSeconds(2);

    /** The keys of the device's configuration that are read here. */
    @interface Config {
        /** {@return what the device runs on; empty to find out} */
        String platform() default "";

        /** {@return how the device runs what is given to it} */
        String execution_type() default "osgi";

        /** {@return the services it offers, each NAME[:PROTOCOL[:PORT]][?KEY=VALUE...]} */
        String[] services() default {};

        /** {@return what else it tells, each KEY=VALUE} */
        String[] attributes() default {};
    }

    private final BundleContext context;
    private final Directory directory;
    private final ListenerDispatch dispatch;
    private final RelayLink link;
    private final ConfiguredInfo configured;
    private final LocalInfo info;
    private final OfferTracker offers;
    private final EventAdminTracker events;
    private final RelayLink.Subscription subscription;
    private @Nullable ServiceRegistration<PeerDirectory> registration;

    /** Made by the component runtime. */
    @Activate
    public PeerDirectoryComponent(
            BundleContext context,
            Map<String, Object> properties,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) RelayLink link) {
        this.context = context;
        this.link = link;
        this.dispatch = new ListenerDispatch(this::view);
        this.directory = new Directory(dispatch::put);
        // not in the device's data.dir, which may be the wrong setting
        this.configured =
                new ConfiguredInfo(StorageArea.of(context, "mnedc/peers", "peers"), new NoticeBoard(PID, context));
        this.info = new LocalInfo(configured.take(properties), link::publish);
        this.offers = new OfferTracker(context, info);
        offers.open();
        this.events = new EventAdminTracker(context, dispatch);
        events.open();
        this.subscription = link.subscribe(directory);
    }

    @Activate
    void publish() {
        registration = context.registerService(PeerDirectory.class, this, null);
    }

    private Directory.View view() {
        return directory.view();
    }

    @Modified
    void modified(Map<String, Object> properties) {
        info.configure(configured.take(properties));
    }

    @Deactivate
    void deactivate() {
        withdraw();
        subscription.close();
        offers.close();
        try {
            // nobody keeps it up to date any more
            link.publish(OrchestrationInfo.NONE);
        } catch (RuntimeException e) {
            LOG.debug("The link is already closed", e);
        }
        dispatch.close(STOP);
        events.close();
        configured.end();
    }

    private void withdraw() {
        ServiceRegistration<PeerDirectory> ending = registration;
        registration = null;
        if (ending != null) {
            Services.withdraw(ending);
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addListener(PeerListener listener, Map<String, Object> properties) {
        dispatch.add(Services.id(properties), listener, wanted(listener, properties));
    }

    void updatedListener(PeerListener listener, Map<String, Object> properties) {
        dispatch.update(Services.id(properties), wanted(listener, properties));
    }

    private static Predicate<Peer> wanted(PeerListener listener, Map<String, Object> properties) {
        Object filter = properties.get(PeerListener.FILTER);
        try {
            return filter == null ? peer -> true : PeerFilter.of(filter.toString())::matches;
        } catch (IllegalArgumentException e) {
            LOG.error(
                    "{} hears of no peer: {} = {}",
                    listener.getClass().getName(),
                    PeerListener.FILTER,
                    PlainText.of(e));
            return peer -> false;
        }
    }

    void removeListener(PeerListener listener, Map<String, Object> properties) {
        dispatch.remove(Services.id(properties));
    }

    @Override
    public PeerSnapshot snapshot() {
        return directory.view().all();
    }

    @Override
    public List<Peer> peers(String filter) {
        PeerFilter wanted = PeerFilter.of(filter);
        return peers().stream().filter(wanted::matches).toList();
    }

    @Override
    public List<PeerService> services(String filter) {
        PeerFilter wanted = PeerFilter.of(filter);
        return peers().stream()
                .flatMap(peer -> peer.info().services().stream()
                        .filter(service -> wanted.matches(peer, service))
                        .map(service -> new PeerService(peer, service)))
                .toList();
    }

    @Override
    public CompletionStage<Duration> roundTrip(String deviceId, Duration timeout) {
        return byDeviceId(deviceId)
                .map(peer -> link.ping(peer.node(), timeout))
                .orElseGet(() -> CompletableFuture.failedFuture(
                        new NoSuchElementException("no device " + deviceId + " is registered")));
    }

    @Override
    public Optional<Peer> byDeviceId(String deviceId) {
        return Optional.ofNullable(directory.view().byDeviceId().get(deviceId));
    }

    @Override
    public Optional<Peer> byName(String name) {
        return Optional.ofNullable(directory.view().byName().get(name.toLowerCase(Locale.ROOT)));
    }

    @Override
    public Optional<Peer> byAddress(InetAddress address) {
        return Optional.ofNullable(directory.view().byAddress().get(address));
    }

    @Override
    public OrchestrationInfo own() {
        return info.current();
    }
}
