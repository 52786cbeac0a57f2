package io.mnedc.cluster;

import io.mnedc.api.store.Transaction;
import io.mnedc.cluster.ZooKeeperStore.Reach;
import io.mnedc.cluster.ZooKeeperStore.Times;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The parts of a store, and what happens at each connect. Used by the store's own thread. */
final class Engine implements Link.Events {
    private static final long LOOK_MILLIS = 1_000;
    private static final long OUTAGE_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** Servers that start at the same time need some seconds to find each other. */
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Link link;
    private final Setup setup;
    private final Register register;
    private final Follower follower;
    private final Committer committer;
    private final Sweep sweep;
    private final Duration dead;
    private final ScheduledExecutorService thread;
    private final CompletableFuture<Void> started;
    private final Reach reach;
    private long lastReady = System.nanoTime();
    private @Nullable Boolean told;

    /**
     * Begins to connect.
     *
     * @param started completed when the mirror has been filled for the first time
     * @throws IOException if it cannot begin
     * @throws IllegalArgumentException if the addresses are none
     */
    Engine(
            Access ensemble,
            Layout layout,
            Times times,
            Mirror mirror,
            Watches watches,
            ScheduledExecutorService thread,
            Executor teller,
            CompletableFuture<Void> started,
            Reach reach)
            throws IOException {
        this.started = started;
        this.reach = reach;
        this.thread = thread;
        this.dead = times.dead();
        this.link = new Link(ensemble, Math.toIntExact(times.session().toMillis()), thread, this);
        this.setup = new Setup(link, layout);
        this.register = new Register(link, layout);
        this.sweep = new Sweep(link, layout, register, dead);
        this.follower = new Follower(link, layout, mirror, watches::tell, this::progress);
        this.committer = new Committer(link, layout, mirror, follower, register, thread, teller, times.commit());
        thread.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Tells of an outage only when it lasts: another leader is elected in a second or two. */
    private void look() {
        long now = System.nanoTime();
        if (follower.ready()) {
            lastReady = now;
            tell(true);
        } else if (now - lastReady > (started.isDone() ? OUTAGE_NANOS : START_NANOS)) {
            tell(false);
        }
    }

    private void tell(boolean there) {
        if (told == null || told != there) {
            told = there;
            reach.now(there);
        }
    }

    @Override
    public void connected() {
        follower.lost();
        setup.make(() -> register.make(follower::connected));
    }

    @Override
    public void lost() {
        follower.lost();
    }

    @Override
    public void created(String path) {
        follower.created(path);
    }

    private void progress() {
        if (started.complete(null)) {
            thread.scheduleWithFixedDelay(sweep::begin, 0, dead.toMillis(), TimeUnit.MILLISECONDS);
        }
        look();
        committer.step();
    }

    void commit(Transaction transaction, CompletableFuture<Boolean> result, long asked) {
        committer.add(transaction, result, asked);
    }

    /** Fails what waits, removes what only this store object needs, and ends the session. */
    void close() {
        committer.close();
        register.remove();
        link.close();
    }
}
