package io.mnedc.address;

import io.mnedc.api.address.LeaseStore;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the embedded {@link LeaseStore} while it is enabled. It registers the service itself, because a change of
 * the other settings under the same PID must not close the file. A store that cannot be opened is tried again.
 *
 * <p>Any thread may call. Everything happens in the {@link TaskQueue}, one task after the other, and services come and go under no lock.
 */
@Component(
        configurationPid = Config.PID,
        service = {},
        immediate = true)
@Capability(
        namespace = "osgi.service",
        attribute = "objectClass:List<String>=\"io.mnedc.api.address.LeaseStore\"",
        uses = LeaseStore.class)
public final class LeaseStoreComponent {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseStoreComponent.class);
    private static final Duration PAUSE = Duration.ofSeconds(3);
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** The store while it is open. */
    private record Running(Path directory, StoredLeases store, ServiceRegistration<LeaseStore> registration) {}

    private record Waiting(Path directory, Map<String, Object> properties) {}

    private final BundleContext context;
    private final Duration limit;
    private final TaskQueue tasks = new TaskQueue();
    private final Retry retry;
    private final NoticeBoard notices;
    private @Nullable Running running;

    /** What is configured, and cannot be opened yet. */
    private @Nullable Waiting waiting;

    /** What was in use last, if it is to be opened instead and cannot be, either. */
    private @Nullable Path fallback;

    /** Made by the component runtime. */
    @Activate
    public LeaseStoreComponent(BundleContext context, Map<String, Object> properties) {
        this(context, PAUSE, LIMIT);
        change(properties);
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
            Path configured = reader.path("data.dir");
            reader.check();
            Path directory = directory(configured);
            Running before = running;
            if (before != null && before.directory().equals(directory)) {
                lastSettings().keep(properties);
                return;
            }
            waiting = new Waiting(directory, properties);
            if (!opened(waiting) && running == null) {
                openLast(properties, directory);
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
            open(next.directory());
            lastSettings().keep(next.properties());
            return true;
        } catch (IOException | RuntimeException | Error e) {
            LOG.debug("the cause", e);
            waiting = next;
            waits(next.directory(), PlainText.of(e));
            return false;
        }
    }

    private void waits(Path directory, String problem) {
        Running now = running;
        if (now == null) {
            retry.failed("there is no lease store: " + problem);
            notices.show("the lease store waits and tries again: " + problem);
        } else {
            retry.failed("leases stay in " + now.directory() + ", as before: " + problem);
            notices.show("configuration refused: data.dir = \"" + directory + "\" cannot be used: " + problem
                    + "; leases are kept in " + now.directory() + ", as before; it is tried again");
        }
    }

    /** What was in use last must not be lost for a directory that cannot be used. */
    private void openLast(Map<String, Object> properties, @Nullable Path instead) {
        Optional<Path> last = lastSettings()
                .find(properties, values -> Optional.ofNullable(values.path("data.dir")))
                .flatMap(LastSettings.Old::settings)
                .filter(path -> !path.equals(instead));
        if (last.isEmpty()) {
            return;
        }
        Waiting next = waiting;
        String problem = retry.problem().orElse("");
        try {
            open(last.get());
        } catch (IOException | RuntimeException | Error e) {
            LOG.debug("the cause", e);
            fallback = last.get();
            waits(last.get(), PlainText.of(e));
            return;
        }
        if (next != null) {
            waiting = next;
            waits(next.directory(), problem);
        }
    }

    private LastSettings lastSettings() {
        return new LastSettings(Config.PID + ".leases", Config.class, LOG::warn, Storage.of(context));
    }

    private void open(Path directory) throws IOException {
        // the new one first: if it cannot be opened, the old one goes on
        StoredLeases store = StoredLeases.in(directory);
        end("it is opened elsewhere");
        try {
            running = new Running(directory, store, context.registerService(LeaseStore.class, store, null));
        } catch (RuntimeException | Error e) {
            // or its lock would be in the way of the next attempt
            store.close();
            throw e;
        }
        LOG.info("leases are kept in {}", directory);
    }

    private void again() {
        Waiting next = waiting;
        if (next != null && opened(next)) {
            return;
        }
        Path old = fallback;
        if (running == null && old != null) {
            openAsBefore(old, next);
        }
    }

    private void openAsBefore(Path old, @Nullable Waiting next) {
        try {
            open(old);
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

    private Path directory(@Nullable Path configured) throws IOException {
        if (configured != null) {
            return configured;
        }
        @Nullable Path storage = Storage.of(context);
        if (storage == null) {
            throw new IOException("this framework has no storage area: set data.dir of " + Config.PID);
        }
        if (StorageArea.isKaraf(context)) {
            return storage;
        }
        if (running == null) {
            LOG.warn(
                    "leases are kept in the framework's storage area, which some gateways clear when they start:"
                            + " better set data.dir of {}",
                    Config.PID);
        }
        return storage;
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
            LOG.info("the lease store in {} is closed: {}", ending.directory(), why);
            Services.withdraw(ending.registration());
            ending.store().close();
        }
    }
}
