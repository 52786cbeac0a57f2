package io.mnedc.cluster.server;

import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.text.PlainText;
import io.mnedc.cluster.join.JoinException;
import io.mnedc.cluster.server.Membership.Step;
import io.mnedc.security.Fingerprints;
import io.mnedc.work.LogLimiter;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
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
    private static final long REFUSED_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final long PURGE_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final int END_SECONDS = 60;

    private final ServerSettings settings;
    private final Joiner joiner;
    private final Events events;
    private final InstantSource clock;
    private final EnsembleFiles files;
    private final GoingOnAlone alone;
    private final ScheduledThreadPoolExecutor thread;
    private final LogLimiter faults = new LogLimiter(Duration.ofMinutes(1));
    private volatile boolean closed;
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
    private boolean removedForGood;

    private Ensemble(ServerSettings settings, Joiner joiner, Events events, InstantSource clock) {
        this.settings = settings;
        this.joiner = joiner;
        this.events = events;
        this.clock = clock;
        this.files = new EnsembleFiles(settings.directory());
        this.alone = new GoingOnAlone(settings.alone(), files);
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
        if (closed || removedForGood) {
            return;
        }
        try {
            if (server != null && server.broken()) {
                failed("it has failed; the lines before this one in the log say more", PAUSE_NANOS);
            }
            if (server == null && System.nanoTime() - nextTry >= 0) {
                start();
            }
        } catch (JoinException e) {
            LOG.debug("the cause", e);
            failed(PlainText.of(e), e.isLasting() ? REFUSED_NANOS : PAUSE_NANOS);
        } catch (IOException | GeneralSecurityException e) {
            LOG.debug("the cause", e);
            failed(PlainText.of(e), PAUSE_NANOS);
        } catch (RuntimeException | Error e) {
            // an Error too, or nobody would look any more
            LOG.warn("The server of the ensemble has failed", e);
            failed("it has failed unexpectedly: " + PlainText.of(e), PAUSE_NANOS);
        }
        try {
            tend(System.nanoTime());
        } catch (InterruptedException e) {
            // by the end
            Thread.currentThread().interrupt();
        } catch (IOException | GeneralSecurityException | RuntimeException | Error e) {
            // a server that works is left alone
            if (faults.may(System.nanoTime())) {
                LOG.warn("The place in the ensemble cannot be looked after{}", faults.heldBack(), e);
            }
        }
    }

    private void failed(String why, long pause) {
        stop();
        if (closed) {
            return;
        }
        nextTry = System.nanoTime() + pause;
        tell(why + "; it is tried again every " + TimeUnit.NANOSECONDS.toSeconds(pause) + " s");
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

    private void start() throws IOException, GeneralSecurityException, JoinException {
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
        if (mine.removed().has(mine.authority().identity().chain().get(0))) {
            removedForGood = true;
            tell(removedText(mine));
            return;
        }
        files.ensure(mine.own());
        var tls = new ServerTls(mine.authority()::identity, mine.removed()::isOut, clock);
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
        if (alone.isDue(running.serves(), now)) {
            stop();
            alone.make(set.own());
            nextTry = now;
            return;
        }
        if (!running.serves()) {
            checkDisk();
        }
        set.authority().refresh();
        OverlayStore shared = store;
        set.removed().take(shared);
        running.cutRemoved();
        if (now - nextPurge >= 0) {
            nextPurge = now + PURGE_NANOS;
            running.purge();
        }
        try {
            X509Certificate own = set.authority().identity().chain().get(0);
            String key = Fingerprints.of(own.getPublicKey());
            boolean known =
                    shared != null && SharedNotes.isOwn(shared, set.own().number(), key);
            // what a file says may be long ago, and the number another relay's
            Set<Integer> removed = shared == null ? Set.of() : set.removed().numbers();
            Step step = list.step(removed, set.removed().has(own), known, now);
            if (step == Step.TAKEN) {
                tell("member = " + settings.member()
                        + " is another relay's of this overlay already: set it to an address"
                        + " and a port where the others reach this relay");
            } else if (step == Step.REMOVED) {
                tell(removedText(set));
                if (set.removed().isOut(own)) {
                    removedForGood = true;
                    stop();
                }
            } else if (step == Step.WELL && shared != null) {
                tell("");
                note(shared, set, key, running, list.servers());
            }
        } catch (KeeperException.NewConfigNoQuorum e) {
            tell(
                    "the list of servers cannot be changed now: too few of the servers that are to vote are there and up to date;"
                            + " start those that are away");
        } catch (KeeperException e) {
            // there is no leader now, or another change was faster
            LOG.debug("the list of servers is looked at again", e);
        }
    }

    /** ZooKeeper itself tries again and again, and says so in warnings that nobody sees. */
    private void checkDisk() {
        try {
            files.checkWritable();
        } catch (IOException e) {
            LOG.debug("the cause", e);
            tell(settings.directory() + " cannot be written, so it cannot serve: " + PlainText.of(e)
                    + "; make room, it goes on by itself");
        }
    }

    private String removedText(Place place) {
        return "this relay was removed from the overlay " + place.overlay() + "; to bring it back, remove "
                + settings.directory() + " and " + settings.identity()
                + "/relay.crt.pem and relay.key.pem, and join again with a new token";
    }

    private static void note(
            OverlayStore shared, Place set, String key, EnsembleServer running, List<ServerEntry> servers) {
        SharedNotes.number(shared, set.own().number(), key);
        if (!running.led().isEmpty()) {
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
        if (closed) {
            return;
        }
        closed = true;
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
