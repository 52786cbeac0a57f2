package io.mnedc.cluster;

import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.text.PlainText;
import io.mnedc.cluster.ZooKeeperStore.Times;
import io.mnedc.cluster.server.Ensemble;
import io.mnedc.cluster.server.Joiner;
import io.mnedc.cluster.server.ServerSettings;
import io.mnedc.cluster.server.SharedNotes;
import io.mnedc.settings.ConfigurationReader;
import io.mnedc.settings.ConfigurationReader.Wish;
import io.mnedc.settings.LastSettings;
import io.mnedc.settings.NoticeBoard;
import io.mnedc.settings.RefusedSettingsException;
import io.mnedc.settings.Retry;
import io.mnedc.settings.Services;
import io.mnedc.settings.StorageArea;
import io.mnedc.work.TaskQueue;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the store that the settings name, and publishes it as soon as it has been read for the first time: what was never read must not
 * be taken for empty. From then on it stays published, also while the ensemble is out of reach. Another store takes its place only when
 * that has been read. Settings that are wrong change nothing.
 *
 * <p>Any thread may call. Everything happens in the {@link TaskQueue}, one task after the other, and services come and go under no lock.
 */
final class Operation {
    private static final Logger LOG = LoggerFactory.getLogger(Operation.class);
    private static final String PID = ClusterConfig.PID;
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final int IDLE_SECONDS = 5;

    /** A store that was begun; published or not yet. */
    private static final class Opened {
        private final ClusterSettings settings;
        private final Map<String, Object> properties;
        private @Nullable Ensemble ensemble;
        private @Nullable ZooKeeperStore store;
        private @Nullable ServiceRegistration<OverlayStore> registration;

        Opened(ClusterSettings settings, Map<String, Object> properties) {
            this.settings = settings;
            this.properties = properties;
        }

        void end() {
            if (registration != null) {
                Services.withdraw(registration);
            }
            if (store != null) {
                store.close();
            }
            if (ensemble != null) {
                ensemble.close();
            }
        }

        /** {@return whether both cannot run at the same time} */
        boolean excludes(Opened other) {
            return settings.server().isPresent() && other.settings.server().isPresent();
        }
    }

    private final BundleContext context;
    private final Joiner joiner;
    private final TaskQueue tasks = new TaskQueue();
    private final ThreadPoolExecutor thread;
    private final Retry retry;
    private final NoticeBoard refusals;
    private final NoticeBoard outages;
    private final NoticeBoard serverFailures;
    private @Nullable Opened running;
    /** What is to run instead of it, or at all. */
    private @Nullable Opened coming;

    /** The running one cannot reach its ensemble. */
    private boolean away;

    /** When the settings in force, or those that are coming, were good for the first time. */
    private Instant since = Instant.EPOCH;

    /** Opens nothing yet. */
    Operation(BundleContext context, Joiner joiner) {
        this.context = context;
        this.joiner = joiner;
        this.refusals = new NoticeBoard(PID, context);
        this.outages = new NoticeBoard(PID, context);
        this.serverFailures = new NoticeBoard(PID, context);
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Operation::thread,
                (late, ended) -> {});
        thread.allowCoreThreadTimeOut(true);
        this.retry = new Retry(
                "mnedc-cluster-again",
                PAUSE,
                () -> tasks.run(this::again),
                problem -> LOG.error("{}: {}; it is tried again every {} s", PID, problem, PAUSE.toSeconds()));
    }

    private static Thread thread(Runnable task) {
        var made = new Thread(task, "mnedc-cluster-change");
        made.setDaemon(true);
        made.setContextClassLoader(null);
        return made;
    }

    /** Takes a configuration. */
    void apply(Map<String, Object> properties) {
        tasks.run(() -> take(properties), LIMIT);
    }

    private void take(Map<String, Object> properties) {
        ConfigurationReader reader = new ConfigurationReader(properties, ClusterConfig.class);
        reader.remarks().forEach(remark -> LOG.warn("{}: {}", PID, remark));
        if (reader.wish() == Wish.OFF) {
            end(reader.whyOff());
            return;
        }
        try {
            ClusterSettings settings = read(reader);
            refusals.show("");
            since = Instant.now();
            become(settings, properties);
        } catch (RefusedSettingsException e) {
            refused(properties, PlainText.of(e));
        }
    }

    private static ClusterSettings read(ConfigurationReader reader) {
        ClusterSettings settings = ClusterSettings.of(reader);
        reader.check();
        return settings;
    }

    private void refused(Map<String, Object> properties, String problem) {
        if (running == null && coming == null) {
            lastSettings().find(properties, Operation::read).ifPresent(old -> {
                since = old.time();
                become(old.settings(), properties);
            });
        }
        String then = running == null && coming == null
                ? "there is no shared store"
                : "the settings of " + since + " stay in force";
        LOG.error("Configuration {} refused, {}: {}", PID, then, problem);
        refusals.show("configuration refused: " + problem + "; " + then);
    }

    private LastSettings lastSettings() {
        return new LastSettings(
                PID, ClusterConfig.class, LOG::warn, StorageArea.of(context, "mnedc/cluster", "cluster"));
    }

    private void become(ClusterSettings settings, Map<String, Object> properties) {
        Opened next = coming;
        if (next != null && next.settings.equals(settings)) {
            return;
        }
        giveUp();
        Opened now = running;
        if (now == null || now.settings.needsAnother(settings)) {
            begin(new Opened(settings, properties));
        }
    }

    private void begin(Opened next) {
        if (running != null && running.excludes(next)) {
            endRunning("its server is started with other settings");
        }
        coming = next;
        Optional<ServerSettings> server = next.settings.server();
        if (server.isEmpty()) {
            open(next, next.settings.overlay(), Access.open(String.join(",", next.settings.ensemble())));
        } else {
            next.ensemble = Ensemble.begin(
                    server.get(),
                    joiner,
                    new Ensemble.Events() {
                        @Override
                        public void begun(String overlay, String address) {
                            later(() -> open(next, overlay, Access.own(address)));
                        }

                        @Override
                        public void problem(String text) {
                            later(() -> serverProblem(next, text));
                        }
                    },
                    InstantSource.system());
        }
    }

    private void serverProblem(Opened one, String text) {
        if (one.equals(coming) || one.equals(running)) {
            serverFailures.show(text);
        }
    }

    private void open(Opened next, String overlay, Access access) {
        if (!next.equals(coming)) {
            return;
        }
        ZooKeeperStore store =
                ZooKeeperStore.begin(access, overlay, Times.USUAL, there -> later(() -> reached(next, there)));
        next.store = store;
        store.started()
                .whenComplete((done, failure) -> later(() -> {
                    if (failure == null) {
                        ready(next);
                    } else {
                        failed(next, failure);
                    }
                }));
    }

    /** Not on a thread of the store: services that come may wait for the store. */
    private void later(Runnable task) {
        thread.execute(() -> tasks.run(task));
    }

    private void ready(Opened next) {
        OverlayStore store = next.store;
        if (!next.equals(coming) || store == null) {
            return;
        }
        Opened before = running;
        coming = null;
        running = next;
        away = false;
        retry.end();
        outages.show("");
        // the new one first, so that nobody is without
        next.registration = context.registerService(OverlayStore.class, store, properties());
        if (before != null) {
            before.end();
        }
        if (next.ensemble != null) {
            next.ensemble.share(store);
        } else {
            SharedNotes.tellExternal(store, next.settings.overlay(), String.join(",", next.settings.ensemble()));
        }
        lastSettings().keep(next.properties);
        LOG.info("the overlay {} is shared in the ensemble {}", next.settings.overlay(), next.settings.servers());
    }

    @SuppressWarnings("JdkObsolete") // what makes a dictionary of a map in one call is missing in OSGi R7
    private static Dictionary<String, Object> properties() {
        return new Hashtable<>(Map.of(OverlayStore.KIND, OverlayStore.SHARED));
    }

    private void failed(Opened next, Throwable why) {
        if (next.equals(coming)) {
            LOG.debug("the cause", why);
            String problem =
                    "the store in the ensemble " + next.settings.servers() + " cannot be opened: " + PlainText.of(why);
            outages.show(problem + "; it is tried again");
            next.end();
            retry.failed(problem);
        }
    }

    private void again() {
        Opened next = coming;
        if (next != null) {
            begin(new Opened(next.settings, next.properties));
        }
    }

    private void reached(Opened one, boolean there) {
        String ensemble = one.settings.servers();
        String cure = "; check that most of its servers run and can be reached";
        if (one.equals(coming) && !there) {
            String until =
                    running == null ? "until then there is no shared store" : "until then the one before is used";
            String problem = "the ensemble " + ensemble + " was not reached yet, " + until + cure;
            LOG.warn("{}: {}", PID, problem);
            outages.show(problem);
        } else if (one.equals(running) && coming == null) {
            if (there && away) {
                LOG.info("the ensemble {} is reached again", ensemble);
                outages.show("");
            } else if (!there) {
                String problem = "the ensemble " + ensemble
                        + " is out of reach: what is known is still read, nothing can be changed" + cure;
                LOG.warn("{}: {}", PID, problem);
                outages.show(problem);
            }
            away = !there;
        }
    }

    private void giveUp() {
        Opened next = coming;
        coming = null;
        retry.end();
        outages.show("");
        if (next != null) {
            next.end();
            serverFailures.show("");
        }
    }

    private void end(String why) {
        giveUp();
        refusals.show("");
        endRunning(why);
    }

    private void endRunning(String why) {
        Opened now = running;
        running = null;
        if (now != null) {
            LOG.info("the shared store is closed: {}", why);
            now.end();
            serverFailures.show("");
        }
    }

    /** Withdraws the service, ends the store, and opens none any more. */
    void close(String why) {
        tasks.end(() -> end(why), LIMIT);
        retry.close();
        thread.shutdown();
        try {
            if (!thread.awaitTermination(IDLE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("the thread mnedc-cluster-change does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
