package io.mnedc.cluster.server;

import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.text.PlainText;
import io.mnedc.cluster.server.Membership.Step;
import io.mnedc.security.Fingerprints;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.KeeperException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server of this relay: sets it up when it was never there, starts it, starts it again when it has failed, and keeps its place in the
 * ensemble. All by a thread of its own, every second.
 */
public final class Ensemble implements AutoCloseable {
    /** Told by the ensemble's thread; must not wait. */
    public interface Events {
        /** The server runs, with or without a leader. {@code address} is where a client of this process connects. */
        void begun(String overlay, String address);

        /** Something needs somebody; empty if nothing does any more. */
        void problem(String text);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Ensemble.class);
    private static final long LOOK_MILLIS = 1_000;
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long PURGE_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final int END_SECONDS = 60;

    private final ServerSettings settings;
    private final Joiner joiner;
    private final Events events;
    private final InstantSource clock;
    private final EnsembleFiles files;
    private final ScheduledThreadPoolExecutor thread;
    private volatile @Nullable OverlayStore store;
    /** While another relay is asked, for minutes perhaps. */
    private volatile @Nullable Thread joining;

    // of the thread
    private @Nullable Place place;
    private @Nullable EnsembleServer server;
    private @Nullable Membership membership;
    private String problem = "";
    private long nextTry = System.nanoTime();
    private long nextPurge = System.nanoTime() + PURGE_NANOS;
    private boolean told;

    private Ensemble(ServerSettings settings, Joiner joiner, Events events, InstantSource clock) {
        this.settings = settings;
        this.joiner = joiner;
        this.events = events;
        this.clock = clock;
        this.files = new EnsembleFiles(settings.directory());
        this.thread = new ScheduledThreadPoolExecutor(1, Ensemble::thread);
        thread.setRemoveOnCancelPolicy(true);
    }

    /** Begins; what goes wrong is told, and tried again. */
    public static Ensemble begin(ServerSettings settings, Joiner joiner, Events events, InstantSource clock) {
        // before any class of TLS is loaded
        Preparation.client();
        var made = new Ensemble(settings, joiner, events, clock);
        made.thread.scheduleWithFixedDelay(made::look, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        return made;
    }

    private static Thread thread(Runnable task) {
        var made = new Thread(task, "mnedc-cluster-server");
        made.setDaemon(true);
        // ZooKeeper looks up its own classes by it; its threads are started by this one and inherit it
        made.setContextClassLoader(Ensemble.class.getClassLoader());
        return made;
    }

    /** Takes the store that is in this ensemble, once that has been read. */
    public void share(OverlayStore shared) {
        store = shared;
    }

    private void look() {
        long now = System.nanoTime();
        try {
            if (server != null && server.broken()) {
                failed(now, "it has failed; the lines before this one in the log say more");
            }
            if (server == null && now - nextTry >= 0) {
                start();
            }
            tend(now);
        } catch (IOException | GeneralSecurityException e) {
            LOG.debug("the cause", e);
            failed(now, PlainText.of(e));
        } catch (RuntimeException | LinkageError e) {
            // the last one too: the classes of ZooKeeper may want what the framework lacks
            LOG.warn("The server of the ensemble has failed", e);
            failed(now, "it has failed unexpectedly: " + PlainText.of(e));
        } catch (InterruptedException e) {
            // by the end
            Thread.currentThread().interrupt();
        }
    }

    private void failed(long now, String why) {
        stop();
        nextTry = now + PAUSE_NANOS;
        tell(why + "; it is tried again every " + TimeUnit.NANOSECONDS.toSeconds(PAUSE_NANOS) + " s");
    }

    private void tell(String text) {
        if (!text.equals(problem)) {
            problem = text;
            if (!text.isEmpty()) {
                LOG.error("The server of the ensemble: {}", text);
            }
            events.problem(text);
        }
    }

    private void start() throws IOException, GeneralSecurityException {
        Place found = place;
        if (found == null) {
            joining = Thread.currentThread();
            try {
                found = new SettingUp(settings, files, joiner, clock).make();
            } finally {
                joining = null;
            }
            place = found;
        }
        Place mine = found;
        var tls = new ServerTls(mine.authority()::identity, mine.removed()::has, clock);
        EnsembleServer started = EnsembleServer.start(files, tls);
        server = started;
        membership = new Membership(mine.own(), started);
        tell("");
        if (!told) {
            told = true;
            events.begun(mine.overlay(), started.clientAddress());
        }
    }

    private void tend(long now) throws IOException, GeneralSecurityException, InterruptedException {
        Place set = place;
        EnsembleServer running = server;
        Membership list = membership;
        if (set == null || running == null || list == null) {
            return;
        }
        set.authority().refresh();
        OverlayStore shared = store;
        set.removed().take(shared);
        if (now - nextPurge >= 0) {
            nextPurge = now + PURGE_NANOS;
            running.purge();
        }
        try {
            boolean self = set.removed().has(set.authority().identity().chain().get(0));
            Step step = list.step(set.removed().numbers(), self, now);
            if (step == Step.REMOVED) {
                tell("this relay was removed from the overlay " + set.overlay()
                        + "; to bring it back, remove " + settings.directory() + " and its certificate "
                        + settings.identity() + "/relay.crt.pem and relay.key.pem, and join again with a new token");
            } else if (step == Step.WELL && shared != null) {
                note(shared, set, running, list);
            }
        } catch (KeeperException e) {
            // there is no leader now, or another change was faster
            LOG.debug("the list of servers is looked at again", e);
        }
    }

    private static void note(OverlayStore shared, Place set, EnsembleServer running, Membership list)
            throws KeeperException, InterruptedException, GeneralSecurityException {
        SharedNotes.number(shared, set.own().number(), Fingerprints.of(set.key()));
        if (!running.led().isEmpty()) {
            var servers = ServerEntry.all(list.list());
            SharedNotes.tell(shared, set.overlay(), servers);
            SharedNotes.tidy(shared, servers);
        }
    }

    private void stop() {
        Membership list = membership;
        EnsembleServer running = server;
        membership = null;
        server = null;
        if (list != null) {
            list.close();
        }
        if (running != null) {
            running.close();
        }
    }

    /** Ends the server and all threads. */
    @Override
    public void close() {
        thread.execute(this::stop);
        thread.shutdown();
        Thread asking = joining;
        if (asking != null) {
            asking.interrupt();
        }
        try {
            if (!thread.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("the thread mnedc-cluster-server does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
