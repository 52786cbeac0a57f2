package io.mnedc.relay;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.address.OutsideAddresses;
import io.mnedc.api.identity.IdentityProvider;
import io.mnedc.api.notice.Notice;
import io.mnedc.api.relay.RelayAdministration;
import io.mnedc.api.relay.RelayStatus;
import io.mnedc.api.text.PlainText;
import io.mnedc.security.TlsChoice;
import io.mnedc.settings.ConfigurationReader;
import io.mnedc.settings.ConfigurationReader.Wish;
import io.mnedc.settings.Endings;
import io.mnedc.settings.LastSettings;
import io.mnedc.settings.NoticeBoard;
import io.mnedc.settings.RefusedSettingsException;
import io.mnedc.settings.Retry;
import io.mnedc.transport.Daemon;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.security.Provider;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
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
 * Runs the relay while it is enabled, and publishes {@link RelayStatus} and, if it is secured, {@link RelayAdministration}
 * meanwhile. The allocator may come and go:
 * registered devices stay, new ones are told to try again.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = RelayComponent.PID)
@Designate(ocd = RelayConfig.class)
public final class RelayComponent {
    static final String PID = "io.mnedc.relay";

    private static final String KARAF_DATA = "karaf.data";

    private static final Logger LOG = LoggerFactory.getLogger(RelayComponent.class);
    private static final long AGAIN_MILLIS = 5000;

    private final BundleContext context;
    private final Identities identities = new Identities();
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();
    private final Retry retry;
    private final NoticeBoard notices;

    /** When the settings in force were taken on. */
    private Instant since = Instant.EPOCH;

    /** The last configuration that was not refused when it was read. */
    private Map<String, Object> present = Map.of();

    /** Whether it is not in force, but what was before. */
    private boolean asBefore;

    private @Nullable Relay relay;
    /** Of the relay that runs, or of none. */
    private int generation;

    /** What cannot start yet. */
    private @Nullable RelaySettings waiting;

    /** A wish of the settings, for whichever relay can fulfil it. */
    private String wishedToken = "";

    private @Nullable AddressAllocator allocator;

    @Reference(
            target = "(" + TlsChoice.SERVICE_PROPERTY + "=*)",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable Provider tls;

    /** Made by the component runtime. */
    @Activate
    public RelayComponent(BundleContext context) {
        this(context, Duration.ofMillis(AGAIN_MILLIS));
    }

    /** The same with a pause of the test's. */
    RelayComponent(BundleContext context, Duration pause) {
        this.context = context;
        this.notices = new NoticeBoard(PID, notice -> {
            ServiceRegistration<Notice> registration = context.registerService(Notice.class, notice, null);
            return () -> unregister(registration);
        });
        this.retry = new Retry(
                "mnedc-relay-retry",
                pause,
                this::retryNow,
                problem -> LOG.error(
                        "{}: the relay cannot start, it is tried again every {} s: {}",
                        PID,
                        pause.toSeconds(),
                        problem));
    }

    @Activate
    void start(Map<String, Object> properties) {
        apply(properties);
    }

    @Modified
    void modified(Map<String, Object> properties) {
        apply(properties);
    }

    private synchronized void apply(Map<String, Object> properties) {
        ConfigurationReader reader = new ConfigurationReader(properties, RelayConfig.class);
        reader.remarks().forEach(remark -> LOG.warn("{}: {}", PID, remark));
        if (reader.wish() == Wish.OFF) {
            end(reader.whyOff());
            return;
        }
        RelaySettings settings;
        try {
            settings = RelaySettings.of(reader, storage());
        } catch (RefusedSettingsException e) {
            refused(properties, PlainText.of(e));
            return;
        }
        Map<String, Object> before = present;
        present = properties;
        asBefore = false;
        wishedToken = reader.text("token.request", "");
        Relay running = relay;
        if (running == null) {
            end("its settings have changed");
            beginFirst(settings);
        } else if (!(running.canBecome(settings) ? reconfigure(running, settings) : replace(running, settings))) {
            present = before;
        }
        requestToken();
    }

    /** A configuration cannot be used: what runs goes on; if nothing does, it starts with what was in force last. */
    private void refused(Map<String, Object> properties, String problem) {
        if (relay == null && waiting == null) {
            last(properties).ifPresent(old -> {
                since = old.time();
                asBefore = true;
                begin(old.settings());
            });
        }
        if (relay == null) {
            LOG.error("{}: {}; the relay does not run", PID, problem);
            notices.show("configuration refused: " + problem + "; the relay does not run");
        } else {
            LOG.error("{}: {}; the settings of {} stay in force", PID, problem, since);
            notices.show("configuration refused: " + problem + "; running with the settings of " + since);
        }
    }

    /** Others than the last ones that cannot start must not keep a relay off the air. */
    private void beginFirst(RelaySettings settings) {
        if (last(present).filter(old -> !old.settings().equals(settings)).isPresent()) {
            try {
                rehearse(settings);
            } catch (IOException e) {
                refused(present, PlainText.of(e));
                return;
            }
        }
        begin(settings);
        accepted();
    }

    private void rehearse(RelaySettings settings) throws IOException {
        Relay.rehearse(settings, identities, () -> tls, InstantSource.system());
    }

    private Optional<LastSettings.Old<RelaySettings>> last(Map<String, Object> properties) {
        return lastSettings().find(properties, values -> RelaySettings.of(values, storage()));
    }

    private LastSettings lastSettings() {
        return new LastSettings(PID, RelayConfig.class, LOG::warn, storage());
    }

    /** The present settings are in force, if a relay runs. */
    private void accepted() {
        if (relay != null && asBefore) {
            notices.show("configuration refused, see the log; running with the settings of " + since);
        } else if (relay != null) {
            since = Instant.now();
            notices.show("");
            lastSettings().keep(present);
        }
    }

    /** One relay ends and another begins, if that can; else the one before goes on. Whether it could. */
    private boolean replace(Relay running, RelaySettings next) {
        try {
            rehearse(next);
        } catch (IOException e) {
            LOG.debug("the cause", e);
            refused(present, PlainText.of(e));
            return false;
        }
        end("its settings have changed");
        begin(next);
        accepted();
        if (relay == null) {
            end("its settings were of no use");
            begin(running.settings());
            refused(present, "a relay with these settings does not start, see the log");
            return false;
        }
        return true;
    }

    private void requestToken() {
        Relay now = relay;
        if (now != null) {
            now.administration().ifPresent(service -> service.request(wishedToken));
        }
    }

    private synchronized void retryNow() {
        RelaySettings settings = waiting;
        if (settings == null) {
            retry.end();
            return;
        }
        begin(settings);
        accepted();
        requestToken();
    }

    private @Nullable Path storage() {
        String karaf = context.getProperty(KARAF_DATA);
        if (karaf != null) {
            return Path.of(karaf, "mnedc", "relay").toAbsolutePath().normalize();
        }
        File area = context.getDataFile("relay");
        return area == null ? null : area.toPath().toAbsolutePath().normalize();
    }

    private boolean reconfigure(Relay running, RelaySettings settings) {
        try {
            running.become(settings);
            accepted();
            return true;
        } catch (IOException e) {
            refused(present, PlainText.of(e));
            return false;
        }
    }

    private void begin(RelaySettings settings) {
        int mine = ++generation;
        try {
            warnOfStorage(settings);
            Relay started = Relay.start(
                    settings,
                    version(),
                    identities,
                    () -> tls,
                    InstantSource.system(),
                    what -> failed(settings, mine, what));
            relay = started;
            waiting = null;
            if (retry.end()) {
                LOG.info("the relay has found what it waited for, and starts");
            }
            AddressAllocator present = allocator;
            if (present != null) {
                started.allocator(present);
            }
            registrations.add(context.registerService(RelayStatus.class, started.status(), null));
            registrations.add(context.registerService(OutsideAddresses.class, started.outside(), null));
            started.administration()
                    .ifPresent(service ->
                            registrations.add(context.registerService(RelayAdministration.class, service, null)));
        } catch (IOException e) {
            LOG.debug("the cause", e);
            waiting = settings;
            String problem = PlainText.of(e);
            retry.failed(problem);
            notices.show("the relay waits and tries again: " + problem);
        } catch (RuntimeException e) {
            waiting = null;
            retry.end();
            LOG.error(
                    "{}: the relay cannot start because of a fault, see below; change what it complains about in the"
                            + " settings or in data.dir and save the configuration again",
                    PID,
                    e);
        }
    }

    /** A part of it has ended by itself. A relay that is half dead helps nobody: it ends, and starts again a little later. */
    private void failed(RelaySettings settings, int failed, String what) {
        LOG.error("{}: {} has ended because of a fault, see above: the relay stops and starts again", PID, what);
        Daemon.thread("mnedc-relay-again", () -> again(settings, failed)).start();
    }

    private synchronized void again(RelaySettings settings, int failed) {
        if (generation != failed) {
            return;
        }
        end("a part of it has failed");
        int mine = generation;
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(AGAIN_MILLIS);
        try {
            for (long left = AGAIN_MILLIS; generation == mine && left > 0; ) {
                wait(left);
                left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        if (generation == mine) {
            begin(settings);
        }
    }

    private void warnOfStorage(RelaySettings settings) {
        if (settings.security().tls()
                && settings.directory() != null
                && context.getProperty(KARAF_DATA) == null
                && settings.directory().equals(storage())) {
            LOG.warn(
                    "the overlay's keys are kept in the framework's storage area, which some gateways clear when they"
                            + " start: better set data.dir of {}",
                    PID);
        }
    }

    private String version() {
        return "mnedc/" + context.getBundle().getVersion();
    }

    // its callers hold the lock
    private synchronized void end(String why) {
        // a relay that failed and waits for its next start is given up, too
        generation++;
        notifyAll();
        waiting = null;
        retry.end();
        notices.show("");
        registrations.forEach(RelayComponent::unregister);
        registrations.clear();
        Relay running = relay;
        relay = null;
        if (running != null) {
            LOG.info("the relay stops: {}", why);
            running.close();
        }
    }

    private static void unregister(ServiceRegistration<?> registration) {
        try {
            registration.unregister();
        } catch (IllegalStateException e) {
            LOG.debug("the framework withdrew the service already: the bundle is being stopped, too", e);
        }
    }

    @Deactivate
    void stop(int reason) {
        end(Endings.why(reason));
        // without our lock, for which it may be waiting
        retry.close();
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            updated = "updatedAllocator")
    synchronized void setAllocator(AddressAllocator present) {
        allocator = present;
        Relay running = relay;
        if (running != null) {
            running.allocator(present);
        }
    }

    // called when the pool's configuration changes
    synchronized void updatedAllocator(AddressAllocator present, Map<String, Object> properties) {
        LOG.debug("the allocator's properties changed: {}", properties);
        Relay running = relay;
        if (running != null && present.equals(allocator)) {
            running.allocator(present);
        }
    }

    synchronized void unsetAllocator(AddressAllocator gone) {
        if (!gone.equals(allocator)) {
            return;
        }
        allocator = null;
        Relay running = relay;
        if (running != null) {
            running.allocator(null);
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addIdentity(ServiceReference<IdentityProvider> reference, IdentityProvider provider) {
        identities.add(reference, provider);
    }

    void removeIdentity(ServiceReference<IdentityProvider> reference) {
        identities.remove(reference);
    }
}
