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
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
    private static final int GOODBYE_MILLIS = 200;

    private final Counter.Set counters = new Counter.Set();
    private final Refusals refusals = new Refusals(counters);
    private final Sessions sessions = new Sessions(counters);
    private final Randomness random = new Randomness();
    private final Set<ControlSession> controls = ConcurrentHashMap.newKeySet();
    private final AtomicInteger nextLoop = new AtomicInteger();
    private final long epoch = random.id();
    private final Instant since = Instant.now();
    private final String software;
    private final EventLoopGroup group;
    private final List<DataLoop> loops;
    private volatile RelaySettings settings;
    private volatile @Nullable AddressAllocator allocator;
    private volatile Acceptor acceptor;

    private Relay(RelaySettings settings, String software, EventLoopGroup group, List<DataLoop> loops)
            throws IOException {
        this.settings = settings;
        this.software = software;
        this.group = group;
        this.loops = loops;
        this.acceptor = Acceptor.start(settings, this, counters, refusals);
    }

    static Relay start(RelaySettings settings, String software) throws IOException {
        EventLoopGroup group = new NioEventLoopGroup(1, new DefaultThreadFactory("mnedc-relay-control", true));
        List<DataLoop> loops = new ArrayList<>();
        try {
            ChunkPool pool = new ChunkPool(settings.queueMemory());
            for (int i = 0; i < settings.loops(); i++) {
                loops.add(new DataLoop("relay-data-" + i, pool));
            }
            Relay relay = new Relay(settings, software, group, loops);
            group.scheduleAtFixedRate(relay::renewLeases, RENEW_SECONDS, RENEW_SECONDS, TimeUnit.SECONDS);
            LOG.warn("security = none: nobody is authenticated and nothing is encrypted; for laboratories only");
            return relay;
        } catch (IOException e) {
            end(group, loops);
            throw e;
        }
    }

    /** Whether these settings can be taken on without losing a connection. */
    boolean canBecome(RelaySettings next) {
        return next.loops() == settings.loops() && next.queueMemory() == settings.queueMemory();
    }

    /** Takes on other settings; registered devices stay. */
    void become(RelaySettings next) throws IOException {
        if (!next.listen().equals(settings.listen())) {
            moveTo(next);
        }
        settings = next;
    }

    private void moveTo(RelaySettings next) throws IOException {
        Acceptor before = acceptor;
        // an address in both lists can be bound only after it is let go
        before.close();
        try {
            acceptor = Acceptor.start(next, this, counters, refusals);
        } catch (IOException e) {
            acceptor = Acceptor.start(settings, this, counters, refusals);
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
        for (Session session : sessions.all()) {
            boolean fits = now.network().isLeasable(session.node())
                    && now.network().ipv4(session.node()).equals(session.lease().ipv4());
            if (!fits) {
                session.dismiss(ErrorReport.fatal(
                        ErrorCode.READDRESSED,
                        "the pool is now " + now.network().cidr() + ": register again"));
            }
        }
    }

    private void tellReady() {
        AddressAllocator present = allocator;
        if (present != null) {
            LOG.info(
                    "relay ready: listening on {} pool {}",
                    String.join(" ", listening()),
                    present.network().cidr());
        }
    }

    List<String> listening() {
        List<String> texts = new ArrayList<>();
        for (InetSocketAddress address : acceptor.listening()) {
            texts.add(Acceptor.text(address));
        }
        return texts;
    }

    @Override
    public void control(SocketChannel socket, ByteBuffer begun) {
        ControlSession control = new ControlSession(this, settings);
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
        DataLoop loop = loops.get(Math.floorMod(nextLoop.getAndIncrement(), loops.size()));
        BindingHandler binding = new BindingHandler(loop, settings.handshake(), sessions, counters, refusals, random);
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
            sessions.all().forEach(session -> present.renew(session.deviceId()));
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
        acceptor.close();
        controls.forEach(control -> control.dismiss(ErrorReport.fatal(ErrorCode.STOPPING, "the relay stops")));
        end(group, loops);
        LOG.info("relay stopped");
    }

    private static void end(EventLoopGroup group, List<DataLoop> loops) {
        // the quiet period lets the farewells leave
        group.shutdownGracefully(GOODBYE_MILLIS, 2000, TimeUnit.MILLISECONDS).awaitUninterruptibly(3000);
        loops.forEach(DataLoop::close);
    }
}
