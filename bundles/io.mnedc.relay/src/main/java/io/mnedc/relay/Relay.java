package io.mnedc.relay;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.relay.RelayStatus;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.ProtocolException;
import io.mnedc.transport.ChunkPool;
import io.mnedc.transport.ControlStream;
import io.mnedc.transport.DataLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running relay. Its public methods are called by one thread at a time; the rest is thread-safe. */
final class Relay implements Acceptor.Receiver, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    private static final int RENEW_SECONDS = 20;
    private static final int GOODBYE_MILLIS = 500;
    private static final int GOODBYE_POLL_MILLIS = 5;
    private static final int RETRY_SECONDS = 5;

    /** Connections of each kind that have said what they are but not yet proved it. */
    private static final int MOST_UNREGISTERED = 4096;

    private final Counter.Set counters = new Counter.Set();
    private final Randomness random = new Randomness();
    private final Set<ControlSession> controls = ConcurrentHashMap.newKeySet();
    private final AtomicInteger nextLoop = new AtomicInteger();
    private final AtomicInteger unbound = new AtomicInteger();
    private final long epoch = random.id();
    private final Instant since = Instant.now();
    private final String software;
    private final DataDirectory data;
    private final Events events;
    private final Refusals refusals;
    private final Sessions sessions;
    private final Guard guard;
    private final EventLoopGroup group;
    private final List<DataLoop> loops;
    private volatile RelaySettings settings;
    private volatile @Nullable AddressAllocator allocator;
    private volatile @Nullable Acceptor acceptor;
    private boolean closed;

    private Relay(
            RelaySettings settings, String software, DataDirectory data, EventLoopGroup group, List<DataLoop> loops) {
        this.settings = settings;
        this.software = software;
        this.group = group;
        this.loops = loops;
        this.data = data;
        this.events = data.events();
        this.refusals = new Refusals(counters, events);
        this.sessions =
                new Sessions(counters, events, () -> this.settings.policy().cloneSwapsPerMinute());
        this.guard = Guard.start(sessions, events, settings.policy().rules(), data.path(), data.revocations());
    }

    private static Thread controlThread(Runnable task) {
        Thread thread = new FastThreadLocalThread(task, "mnedc-relay-control");
        thread.setDaemon(true);
        // not the loader of whoever happens to start it, which would live on after its bundle
        thread.setContextClassLoader(Relay.class.getClassLoader());
        return thread;
    }

    /** Starts a relay. If it cannot listen yet, because an address is in use or not there yet, it keeps trying. */
    static Relay start(RelaySettings settings, String software) throws IOException {
        EventLoopGroup group = new NioEventLoopGroup(1, Relay::controlThread);
        List<DataLoop> loops = new ArrayList<>();
        DataDirectory data = DataDirectory.NONE;
        try {
            Path directory = settings.directory();
            data = directory == null ? data : DataDirectory.open(directory);
            ChunkPool pool = new ChunkPool(settings.queueMemory());
            for (int i = 0; i < settings.loops(); i++) {
                loops.add(new DataLoop("relay-data-" + i, pool));
            }
        } catch (IOException e) {
            end(group, loops);
            data.close();
            throw e;
        }
        Relay relay = new Relay(settings, software, data, group, loops);
        LOG.warn("security = none: nobody is authenticated and nothing is encrypted; for laboratories only");
        relay.events.record(Events.Kind.STARTED, "", "", software + " security=none");
        group.scheduleAtFixedRate(relay::renewLeases, RENEW_SECONDS, RENEW_SECONDS, TimeUnit.SECONDS);
        relay.listenOrRetry("");
        return relay;
    }

    private synchronized void listenOrRetry(String complaint) {
        if (closed || acceptor != null) {
            return;
        }
        String problem;
        try {
            acceptor = accept(settings.listen());
            tellReady();
            return;
        } catch (IOException e) {
            problem = String.valueOf(e.getMessage());
        }
        if (!problem.equals(complaint)) {
            LOG.error("the relay cannot listen and tries again every {} s: {}", RETRY_SECONDS, problem);
        }
        group.schedule(() -> listenOrRetry(problem), RETRY_SECONDS, TimeUnit.SECONDS);
    }

    private Acceptor accept(List<InetSocketAddress> listen) throws IOException {
        return Acceptor.start(listen, () -> settings.handshake(), this, counters, refusals);
    }

    /** Whether these settings can be taken on without losing a connection. */
    boolean canBecome(RelaySettings next) {
        return next.loops() == settings.loops()
                && next.queueMemory() == settings.queueMemory()
                && Objects.equals(next.directory(), settings.directory());
    }

    /** Takes on other settings; registered devices stay. If it cannot listen there, nothing changes. */
    synchronized void become(RelaySettings next) throws IOException {
        try {
            guard.rules(next.policy().rules());
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
        if (!next.listen().equals(settings.listen())) {
            moveTo(next.listen());
        }
        settings = next;
    }

    private void moveTo(List<InetSocketAddress> listen) throws IOException {
        Acceptor before = acceptor;
        if (before != null) {
            // an address in both lists can be bound only after it is let go
            before.close();
            acceptor = null;
        }
        try {
            acceptor = accept(listen);
        } catch (IOException e) {
            listenOrRetry("");
            throw e;
        }
        tellReady();
    }

    /** Tells who leases addresses now, or that nobody does, or that the pool has changed. */
    void allocator(@Nullable AddressAllocator now) {
        allocator = now;
        if (now == null) {
            LOG.warn("no address allocator: registered devices stay, new ones are told to try again");
            return;
        }
        tellReady();
        sessions.all().forEach(this::dismissIfReaddressed);
    }

    /** Has a device register again if it was told another address plan than the one that is in force now. */
    void dismissIfReaddressed(Session session) {
        AddressAllocator present = allocator;
        if (present != null && !session.network().equals(present.network())) {
            session.dismiss(ErrorReport.fatal(
                    ErrorCode.READDRESSED,
                    "the virtual network is now " + present.network().cidr() + " and "
                            + present.network().ulaPrefix().getHostAddress() + "/64: register again"));
        }
    }

    private void tellReady() {
        AddressAllocator present = allocator;
        if (present != null && acceptor != null) {
            LOG.info(
                    "relay ready: listening on {} pool {}",
                    String.join(" ", listening()),
                    present.network().cidr());
        }
    }

    List<String> listening() {
        List<String> texts = new ArrayList<>();
        Acceptor accepting = acceptor;
        if (accepting != null) {
            accepting.listening().forEach(address -> texts.add(Acceptor.text(address)));
        }
        return texts;
    }

    @Override
    public void control(SocketChannel socket, ByteBuffer begun) {
        if (controls.size() - sessions.count() >= MOST_UNREGISTERED) {
            refusals.add(Counter.REFUSED_LIMIT, "a connection", "too many devices are registering");
            closeQuietly(socket);
            return;
        }
        ControlSession control = new ControlSession(this, settings, Set.of());
        controls.add(control);
        ControlStream.adopt(group, socket, begun, control);
    }

    @Override
    public void data(SocketChannel socket, Preamble preamble) {
        try {
            preamble.negotiate();
        } catch (ProtocolException e) {
            // told by its control stream already
            refusals.add(Counter.REFUSED_VERSION, "data stream", String.valueOf(e.getMessage()));
            closeQuietly(socket);
            return;
        }
        if (unbound.incrementAndGet() > MOST_UNREGISTERED) {
            unbound.decrementAndGet();
            refusals.add(Counter.REFUSED_LIMIT, "data stream", "too many data streams are being bound");
            closeQuietly(socket);
            return;
        }
        DataLoop loop = loops.get(Math.floorMod(nextLoop.getAndIncrement(), loops.size()));
        BindingHandler binding = new BindingHandler(
                loop, settings.handshake(), sessions, counters, refusals, random, unbound::decrementAndGet);
        loop.attach(socket, settings.stream(), binding);
    }

    private static void closeQuietly(SocketChannel socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("closing a socket failed", e);
        }
    }

    private void renewLeases() {
        AddressAllocator present = allocator;
        if (present != null) {
            for (Session session : sessions.all()) {
                present.renew(session.deviceId());
                if (present.lease(session.deviceId()).stream().noneMatch(lease -> lease.node() == session.node())) {
                    session.dismiss(ErrorReport.fatal(ErrorCode.READDRESSED, "the lease has ended: register again"));
                }
            }
        }
    }

    void ended(ControlSession control) {
        controls.remove(control);
    }

    Sessions sessions() {
        return sessions;
    }

    Counter.Set counters() {
        return counters;
    }

    Events events() {
        return events;
    }

    Guard guard() {
        return guard;
    }

    /** What each device may send now. */
    Limits limits() {
        return settings.policy().limits();
    }

    Refusals refusals() {
        return refusals;
    }

    Randomness random() {
        return random;
    }

    long epoch() {
        return epoch;
    }

    String software() {
        return software;
    }

    @Nullable
    AddressAllocator allocator() {
        return allocator;
    }

    RelayStatus status() {
        return () -> {
            AddressAllocator present = allocator;
            List<Session> all = sessions.all();
            var values = counters.values();
            values.put(
                    Counter.DROP_QUEUE.label(),
                    values.getOrDefault(Counter.DROP_QUEUE.label(), 0L)
                            + all.stream().mapToLong(Session::dropped).sum());
            return new RelayStatus.Snapshot(
                    listening(),
                    present == null ? "" : present.network().cidr(),
                    "none",
                    since,
                    all.stream().map(Relay::line).collect(Collectors.toList()),
                    values);
        };
    }

    private static RelayStatus.Session line(Session session) {
        return new RelayStatus.Session(
                session.deviceId(),
                session.node(),
                List.of(
                        session.lease().ipv4().getHostAddress(),
                        session.lease().ipv6().getHostAddress()),
                session.remote(),
                session.software(),
                session.data() != null,
                session.since(),
                session.framesIn.sum(),
                session.bytesIn.sum(),
                session.framesOut.sum(),
                session.bytesOut.sum(),
                session.dropped());
    }

    /** Tells everybody, closes everything and ends all threads within a few seconds. */
    @Override
    public void close() {
        Acceptor accepting;
        synchronized (this) {
            closed = true;
            accepting = acceptor;
            acceptor = null;
        }
        if (accepting != null) {
            accepting.close();
        }
        controls.forEach(control -> control.dismiss(ErrorReport.fatal(ErrorCode.STOPPING, "the relay stops")));
        awaitGoodbyes();
        guard.close();
        end(group, loops);
        events.record(Events.Kind.STOPPED, "", "", "");
        data.close();
        LOG.info("relay stopped");
    }

    /** Netty closes what is open at once when it shuts down, so the devices are told before. */
    private void awaitGoodbyes() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GOODBYE_MILLIS);
        try {
            while (!controls.isEmpty() && System.nanoTime() < end) {
                TimeUnit.MILLISECONDS.sleep(GOODBYE_POLL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void end(EventLoopGroup group, List<DataLoop> loops) {
        group.shutdownGracefully(0, 2000, TimeUnit.MILLISECONDS).awaitUninterruptibly(3000);
        loops.forEach(DataLoop::close);
    }
}
