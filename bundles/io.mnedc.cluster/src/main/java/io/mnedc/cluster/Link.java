package io.mnedc.cluster;

import io.mnedc.cluster.server.Clients;
import io.mnedc.cluster.server.Superuser;
import io.mnedc.work.LogLimiter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to the ensemble: a session of ZooKeeper, and another one when that has expired. Used by the store's own thread; all
 * answers and events come there, in the order in which the server sent them.
 */
final class Link implements AutoCloseable {
    /** Told of the connection. */
    interface Events {
        /** There is a connection, the first or another one; what was to be told while there was none may never be told. */
        void connected();

        /** There is none now. */
        void lost();

        /** A node was created below the watched one. */
        void created(String path);
    }

    /** What the server says of a node and its data or children. */
    interface Answer<T> {
        void of(Code code, @Nullable T content, @Nullable Stat stat);
    }

    /** The data of a node that has none. */
    static final byte[] NOTHING = {};

    private static final Logger LOG = LoggerFactory.getLogger(Link.class);
    private static final int RETRY_MILLIS = 1_000;

    private final Access ensemble;
    private final int sessionMillis;
    private final ScheduledExecutorService thread;
    private final Events events;
    private final LogLimiter tellFailures = new LogLimiter(Duration.ofSeconds(60));
    private ZooKeeper keeper;
    private boolean closed;

    /**
     * Begins to connect.
     *
     * @param ensemble where it is
     * @param sessionMillis how long a session lives without a connection
     * @param thread the store's own; the caller is on it
     * @throws IOException if it cannot begin
     * @throws IllegalArgumentException if the addresses are none
     */
    Link(Access ensemble, int sessionMillis, ScheduledExecutorService thread, Events events) throws IOException {
        this.ensemble = ensemble;
        this.sessionMillis = sessionMillis;
        this.thread = thread;
        this.events = events;
        this.keeper = session();
    }

    private ZooKeeper session() throws IOException {
        var events = new SessionEvents();
        var made = new ZooKeeper(ensemble.servers(), sessionMillis, events, false, Clients.config());
        ensemble.proof().ifPresent(proof -> made.addAuthInfo(Superuser.SCHEME, proof.getBytes(StandardCharsets.UTF_8)));
        events.session = made;
        return made;
    }

    private final class SessionEvents implements Watcher {
        private volatile @Nullable ZooKeeper session;

        @Override
        public void process(WatchedEvent event) {
            thread.execute(() -> {
                // the first event may come before the constructor has returned, but is run after
                if (!closed && keeper.equals(session)) {
                    take(event);
                }
            });
        }
    }

    private void take(WatchedEvent event) {
        switch (event.getType()) {
            case None -> {
                LOG.debug("Connection to the ensemble: {}", event.getState());
                switch (event.getState()) {
                    case SyncConnected -> events.connected();
                    case Expired, Closed -> {
                        events.lost();
                        renew();
                    }
                    default -> events.lost();
                }
            }
            case NodeCreated -> events.created(String.valueOf(event.getPath()));
            default -> {
                // what changes or ends there is of no interest
            }
        }
    }

    private void renew() {
        LOG.info("The session with the ensemble {} has expired: another one begins", ensemble);
        end();
        try {
            keeper = session();
        } catch (IOException e) {
            LOG.error("No further session with the ensemble {}", ensemble, e);
            thread.schedule(() -> execute(this::renew), RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Does what is done after each connect once more. */
    void again() {
        execute(events::connected);
    }

    /** What must work with a connection has failed: begins again a little later, as after another connect. */
    void failed(String what, Code code) {
        if (tellFailures.may(System.nanoTime())) {
            LOG.warn("{}: {}{}", what, code, tellFailures.heldBack());
        }
        ZooKeeper now = keeper;
        thread.schedule(
                () -> execute(() -> {
                    if (keeper.equals(now) && now.getState().isConnected()) {
                        events.connected();
                    }
                }),
                RETRY_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    /** The same for an answer. If the connection was lost, the next connect begins again anyway. */
    void refused(String what, Code code) {
        if (!isLost(code)) {
            failed(what, code);
        }
    }

    /** Has {@link Events#created} told of all nodes below this one. */
    void follow(String path, Consumer<Code> answer) {
        keeper.addWatch(path, AddWatchMode.PERSISTENT_RECURSIVE, (rc, p, context) -> post(rc, answer), null);
    }

    /** Answers when all events of what was made before have been told. */
    void sync(String path, Consumer<Code> answer) {
        keeper.sync(path, (rc, p, context) -> post(rc, answer), null);
    }

    /** {@return a new node, as a part of {@link #multi}} */
    Op creation(String path, byte[] data) {
        return Op.create(path, data, ensemble.owners(), CreateMode.PERSISTENT);
    }

    void create(String path, byte[] data, CreateMode mode, Consumer<Code> answer) {
        keeper.create(path, data, ensemble.owners(), mode, (rc, p, context, name) -> post(rc, answer), null);
    }

    void setData(String path, byte[] data, Consumer<Code> answer) {
        keeper.setData(path, data, -1, (rc, p, context, stat) -> post(rc, answer), null);
    }

    /** Removes a node without children. Nobody hears whether that was refused, or done before. */
    void delete(String path) {
        keeper.delete(path, -1, (rc, p, context) -> {}, null);
    }

    void exists(String path, Answer<Stat> answer) {
        keeper.exists(path, false, (rc, p, context, stat) -> execute(() -> answer.of(code(rc), stat, stat)), null);
    }

    void getData(String path, Answer<byte[]> answer) {
        keeper.getData(
                path, false, (rc, p, context, data, stat) -> execute(() -> answer.of(code(rc), data, stat)), null);
    }

    void getChildren(String path, Answer<List<String>> answer) {
        keeper.getChildren(
                path, false, (rc, p, context, names, stat) -> execute(() -> answer.of(code(rc), names, stat)), null);
    }

    /** Makes all changes or none. */
    void multi(List<Op> changes, BiConsumer<Code, @Nullable List<OpResult>> answer) {
        keeper.multi(changes, (rc, p, context, results) -> execute(() -> answer.accept(code(rc), results)), null);
    }

    private void post(int rc, Consumer<Code> answer) {
        execute(() -> answer.accept(code(rc)));
    }

    private void execute(Runnable task) {
        thread.execute(() -> {
            try {
                if (!closed) {
                    task.run();
                }
            } catch (RuntimeException | Error e) {
                // the thread would keep it to itself
                LOG.error("An answer of the ensemble {} was not understood", ensemble, e);
            }
        });
    }

    private static Code code(int rc) {
        return Code.get(rc);
    }

    /** {@return whether nobody knows if the request was done} */
    static boolean isLost(Code code) {
        return switch (code) {
            case CONNECTIONLOSS, OPERATIONTIMEOUT, REQUESTTIMEOUT, SESSIONEXPIRED, SESSIONMOVED -> true;
            default -> false;
        };
    }

    @Override
    public void close() {
        closed = true;
        end();
    }

    private void end() {
        Clients.close(keeper);
    }
}
