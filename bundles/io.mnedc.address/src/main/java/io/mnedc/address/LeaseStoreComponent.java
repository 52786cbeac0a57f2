package io.mnedc.address;

import io.mnedc.api.address.LeaseStore;
import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.text.PlainText;
import io.mnedc.settings.ConfigurationReader;
import io.mnedc.settings.ConfigurationReader.Wish;
import io.mnedc.settings.Endings;
import io.mnedc.settings.LastSettings;
import io.mnedc.settings.NoticeBoard;
import io.mnedc.settings.RefusedSettingsException;
import io.mnedc.settings.Retry;
import io.mnedc.settings.Services;
import io.mnedc.settings.StorageArea;
import io.mnedc.work.TaskQueue;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the {@link LeaseStore} while it is enabled: in a file, or in the store that the relays share, if that is there. It registers
 * the service itself, because a change of the other settings under the same PID must not close the file. A store that cannot be opened is
 * tried again. The file never takes the place of the shared store: two relays would give one address to two devices.
 *
 * <p>Any thread may call. Everything happens in the {@link TaskQueue}, one task after the other, and services come and go under no lock.
 */
@Component(
        configurationPid = Config.PID,
        service = {},
        immediate = true)
@Capability(
        namespace = "osgi.service",
        attribute = "objectClass:List<String>=\"io.mnedc.api.address.LeaseStore,io.mnedc.address.StoredLeases\"",
        uses = LeaseStore.class)
public final class LeaseStoreComponent {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseStoreComponent.class);
    private static final Duration PAUSE = Duration.ofSeconds(3);
    /** Until then nobody needs to do anything about the store of the relays. */
    private static final Duration AT_A_START = Duration.ofSeconds(30);

    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** The store while it is open, and the one below it if relays share that. Without properties it is the one before. */
    private record Running(
            LeasePlace place,
            @Nullable Map<String, Object> properties,
            StoredLeases store,
            @Nullable OverlayStore below,
            ServiceRegistration<?> registration) {}

    private record Waiting(LeasePlace place, Map<String, Object> properties) {}

    private final BundleContext context;
    private final Duration limit;
    private final TaskQueue tasks = new TaskQueue();
    private final Retry retry;
    private final NoticeBoard notices;
    private @Nullable Running running;

    /** The store that relays share, if it is there. */
    private @Nullable OverlayStore shared;

    /** What is configured, and cannot be opened yet. */
    private @Nullable Waiting waiting;

    /** What was in use last, if it is to be opened instead and cannot be, either. */
    private @Nullable LeasePlace fallback;

    /** Made by the component runtime. */
    @Activate
    public LeaseStoreComponent(BundleContext context) {
        this(context, PAUSE, LIMIT);
    }

    /**
     * The same with a pause of the test's; nothing is opened yet.
     *
     * @param limit how long a caller waits for tasks of other threads, which may themselves wait for the caller
     */
    LeaseStoreComponent(BundleContext context, Duration pause, Duration limit) {
        this.context = context;
        this.limit = limit;
        this.notices = new NoticeBoard(Config.PID, context);
        this.retry = new Retry(
                "mnedc-lease-again",
                pause,
                () -> tasks.run(this::again),
                problem -> LOG.error("{}: {}; it is tried again every {} s", Config.PID, problem, pause.toSeconds()));
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            target = "(" + OverlayStore.KIND + "=" + OverlayStore.SHARED + ")")
    void addShared(OverlayStore added) {
        tasks.run(
                () -> {
                    shared = added;
                    Running before = running;
                    if (before != null && before.place().shared()) {
                        lost(before, "another one has come");
                    }
                    again();
                },
                limit);
    }

    void removeShared(OverlayStore removed) {
        tasks.run(
                () -> {
                    if (removed.equals(shared)) {
                        shared = null;
                    }
                    Running before = running;
                    if (before != null && removed.equals(before.below())) {
                        lost(before, "the store that the relays share has gone");
                        again();
                    }
                },
                limit);
    }

    /** The store that relays share is known by now, if it is there already. */
    @Activate
    void start(Map<String, Object> properties) {
        change(properties);
    }

    /** Opens, closes or moves the store, if that is what changed. */
    @Modified
    void change(Map<String, Object> properties) {
        tasks.run(() -> take(properties), limit);
    }

    private void take(Map<String, Object> properties) {
        ConfigurationReader reader = new ConfigurationReader(properties, Config.class);
        if (reader.wish() == Wish.OFF) {
            end(reader.whyOff());
            return;
        }
        giveUp();
        try {
            LeasePlace configured = LeasePlace.of(reader);
            reader.check();
            LeasePlace place = inFull(configured);
            Running before = running;
            if (before != null && before.place().equals(place)) {
                lastSettings().keep(properties);
                return;
            }
            if (before != null && place.shared()) {
                // what the other relays lease is not in the file
                end("leases are shared with other relays from now on");
            }
            waiting = new Waiting(place, properties);
            if (!opened(waiting) && running == null && !place.shared()) {
                openLast(properties, place);
            }
        } catch (IOException | RefusedSettingsException e) {
            LOG.debug("the cause", e);
            String problem = PlainText.of(e);
            if (running == null) {
                openLast(properties, null);
            }
            if (running == null) {
                LOG.error("{}: {}; there is no lease store", Config.PID, problem);
                // without a store there is no allocator that would say it
                notices.show("configuration refused: " + problem + "; there is no lease store");
                return;
            }
            LOG.error("{}: {}; the lease store stays where it is", Config.PID, problem);
            // what is wrong with the settings, the allocator says
        }
    }

    /** Whether what is waited for could be opened; what is kept open till then stays so. */
    private boolean opened(Waiting next) {
        try {
            open(next.place(), next.properties());
            lastSettings().keep(next.properties());
            return true;
        } catch (IOException | RuntimeException | Error e) {
            LOG.debug("the cause", e);
            waiting = next;
            if (e instanceof NotYetException && running == null) {
                comes(PlainText.of(e));
            } else {
                waits(next.place(), PlainText.of(e));
            }
            return false;
        }
    }

    /** At a start the relays' store is reached a moment later. */
    private void comes(String problem) {
        notices.show("the lease store waits and tries again: " + problem);
        if (retry.awaits("there is no lease store: " + problem, AT_A_START)) {
            LOG.info("the lease store waits for the store that the relays share");
        }
    }

    private void waits(LeasePlace place, String problem) {
        Running now = running;
        if (now == null) {
            retry.failed("there is no lease store: " + problem);
            notices.show("the lease store waits and tries again: " + problem);
        } else {
            retry.failed("leases stay in " + now.place() + ", as before: " + problem);
            notices.show("configuration refused: data.dir = \"" + place + "\" cannot be used: " + problem
                    + "; leases are kept in " + now.place() + ", as before; it is tried again");
        }
    }

    /** What was in use last must not be lost for a directory that cannot be used. */
    private void openLast(Map<String, Object> properties, @Nullable LeasePlace instead) {
        Optional<LeasePlace> last = lastSettings()
                .find(properties, LeasePlace::of)
                .map(LastSettings.Old::settings)
                .filter(place -> place.shared() || place.directory() != null)
                .filter(place -> !place.equals(instead));
        if (last.isEmpty()) {
            return;
        }
        Waiting next = waiting;
        String problem = retry.problem().orElse("");
        try {
            open(last.get(), null);
        } catch (IOException | RuntimeException | Error e) {
            LOG.debug("the cause", e);
            fallback = last.get();
            waits(last.get(), PlainText.of(e));
            return;
        }
        if (next != null) {
            waiting = next;
            waits(next.place(), problem);
        }
    }

    private LastSettings lastSettings() {
        return new LastSettings(Config.PID + ".leases", Config.class, LOG::warn, Storage.of(context));
    }

    private void open(LeasePlace place, @Nullable Map<String, Object> properties) throws IOException {
        // the new one first: if it cannot be opened, the old one goes on
        OverlayStore below = place.shared() ? shared : null;
        StoredLeases store = opened(place, below);
        end("it is opened elsewhere");
        try {
            running = new Running(
                    place,
                    properties,
                    store,
                    below,
                    // the second one is for the allocator
                    context.registerService(
                            new String[] {LeaseStore.class.getName(), StoredLeases.class.getName()}, store, null));
        } catch (RuntimeException | Error e) {
            // or its lock would be in the way of the next attempt
            store.close();
            throw e;
        }
        LOG.info("leases are kept in {}", place);
    }

    private static StoredLeases opened(LeasePlace place, @Nullable OverlayStore below) throws IOException {
        @Nullable Path directory = place.directory();
        if (place.shared()) {
            if (below == null) {
                throw new NotYetException(
                        "store = \"shared\", but the store that the relays share is not there (a service"
                                + " OverlayStore with mnedc.store=shared): switch on io.mnedc.cluster and see that it reaches its"
                                + " ensemble; no addresses are leased until then");
            }
            return StoredLeases.shared(below, FormerLeases.in(directory), Clock.systemUTC(), System::nanoTime);
        }
        if (directory == null) {
            throw new IOException("this framework has no storage area: set data.dir of " + Config.PID);
        }
        return StoredLeases.in(directory);
    }

    /** The store of the relays is not there, and may come. */
    private static final class NotYetException extends IOException {
        private static final long serialVersionUID = 1L;

        NotYetException(String message) {
            super(message);
        }
    }

    /** It is waited for again. */
    private void lost(Running before, String why) {
        Map<String, Object> properties = before.properties();
        end(why);
        if (properties == null) {
            fallback = before.place();
        } else {
            waiting = new Waiting(before.place(), properties);
        }
    }

    private void again() {
        Waiting next = waiting;
        if (next != null && opened(next)) {
            return;
        }
        LeasePlace old = fallback;
        if (running == null && old != null) {
            openAsBefore(old, next);
        }
    }

    private void openAsBefore(LeasePlace old, @Nullable Waiting next) {
        try {
            open(old, null);
            if (next != null) {
                waiting = next;
                opened(next);
            }
        } catch (IOException | RuntimeException | Error e) {
            LOG.debug("the cause", e);
            waiting = next;
            fallback = old;
            waits(old, PlainText.of(e));
        }
    }

    private void giveUp() {
        waiting = null;
        fallback = null;
        notices.show("");
        retry.end();
    }

    private LeasePlace inFull(LeasePlace configured) throws IOException {
        if (configured.directory() != null) {
            return configured;
        }
        @Nullable Path storage = Storage.of(context);
        if (storage == null && !configured.shared()) {
            throw new IOException("this framework has no storage area: set data.dir of " + Config.PID);
        }
        if (running == null && !configured.shared() && !StorageArea.isKaraf(context)) {
            LOG.warn(
                    "leases are kept in the framework's storage area, which some gateways clear when they start:"
                            + " better set data.dir of {}",
                    Config.PID);
        }
        return configured.orIn(storage);
    }

    /** Withdraws the service, then closes the file. */
    @Deactivate
    void stop(int reason) {
        tasks.end(() -> end(Endings.why(reason)), limit);
        retry.close();
    }

    private void end(String why) {
        giveUp();
        Running ending = running;
        running = null;
        if (ending != null) {
            LOG.info("the lease store in {} is closed: {}", ending.place(), why);
            Services.withdraw(ending.registration());
            ending.store().close();
        }
    }
}
