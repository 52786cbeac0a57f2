package io.mnedc.device;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Part;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.mnedc.codec.session.Effect;
import io.mnedc.codec.session.RelaySession;
import io.mnedc.device.settings.RelayAddress;
import io.mnedc.testing.Await;
import io.mnedc.transport.ChunkPool;
import io.mnedc.transport.ControlLoop;
import io.mnedc.transport.ControlStream;
import io.mnedc.transport.DataLoop;
import io.mnedc.transport.DataStream;
import io.mnedc.transport.StreamSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A relay with the real protocol and streams and nothing else: leases by order, forwards, and can misbehave. */
public final class TestRelay implements AutoCloseable {
    public static final long ULA = 0xfd12_3456_789a_0001L;

    private final ServerSocketChannel server;
    private int port = -1;
    private final Thread acceptor;
    private final ControlLoop loop = new ControlLoop("test-relay-control", fault -> {});
    private final DataLoop data;
    private final AtomicLong sessionIds =
            new AtomicLong(ThreadLocalRandom.current().nextLong(1L << 40));
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();
    private final Map<Long, Session> byId = new ConcurrentHashMap<>();
    private final Map<Integer, DataStream> streams = new ConcurrentHashMap<>();
    private final Map<String, Integer> leases;
    private final @Nullable TestGate gate;
    final List<ControlMessage> heard = new CopyOnWriteArrayList<>();
    public final AtomicInteger connections = new AtomicInteger();
    public final AtomicInteger registrations = new AtomicInteger();
    final AtomicInteger bindings = new AtomicInteger();
    final AtomicInteger envelopes = new AtomicInteger();
    volatile int keepaliveMillis = 3000;
    public volatile int network = 0x0a000000;
    volatile int prefix = 24;
    volatile @Nullable ErrorReport refusal;
    volatile int major = Protocol.MAJOR;
    volatile boolean mute;
    volatile boolean forgetful;
    volatile boolean dataClosed;
    volatile boolean envelopesLost;

    /** Sees, and may change, each frame between two devices; returns whether it is passed on. */
    /** What it makes of what it is told of a device. */
    volatile UnaryOperator<NodeRecord> told = record -> record;

    volatile Frames frames = (in, at, size) -> true;

    /** What is done with frames. */
    interface Frames {
        boolean pass(ByteBuffer in, int at, int size);
    }

    TestRelay() throws IOException {
        this(null);
    }

    /** A relay with TLS, if there is a gate. */
    TestRelay(@Nullable TestGate gate) throws IOException {
        this(0, new ConcurrentHashMap<>(), gate);
    }

    private TestRelay(int port, Map<String, Integer> leases, @Nullable TestGate gate) throws IOException {
        this.leases = leases;
        this.gate = gate;
        this.data = new DataLoop("test-relay-data", new ChunkPool(16 << 20));
        this.server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        this.acceptor = new Thread(this::accept, "test-relay-accept");
        acceptor.setDaemon(true);
        acceptor.start();
    }

    /** Another start of this relay: same port, same leases, no sessions. */
    TestRelay restarted() throws IOException {
        return new TestRelay(port(), leases, gate);
    }

    public int port() throws IOException {
        if (port < 0) {
            port = ((InetSocketAddress) server.getLocalAddress()).getPort();
        }
        return port;
    }

    public RelayAddress address() throws IOException {
        return new RelayAddress("127.0.0.1", port());
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel socket = server.accept();
                ByteBuffer first = ByteBuffer.allocate(Preamble.SIZE);
                boolean whole = true;
                while (whole && first.hasRemaining()) {
                    whole = socket.read(first) >= 0;
                }
                if (!whole) {
                    socket.close();
                    continue;
                }
                first.flip();
                boolean control = first.get(0) != 'M'
                        || Preamble.decode(first.duplicate()).kind() == Preamble.StreamKind.CONTROL;
                if (control && (gate != null || first.get(0) != 'M')) {
                    connections.incrementAndGet();
                    guard(socket, first);
                } else if (control) {
                    connections.incrementAndGet();
                    socket.configureBlocking(false);
                    ControlStream.adopt(loop, socket, first, new Session(null));
                } else if (dataClosed) {
                    socket.close();
                } else {
                    data.attach(socket, StreamSettings.DEFAULT, new TestBinding(this));
                }
            }
        } catch (IOException e) {
            // closed
        }
    }

    /** TLS where there should be none, or the other way round, or as it should be. */
    private void guard(SocketChannel socket, ByteBuffer first) throws IOException {
        if (gate == null) {
            socket.close();
            return;
        }
        socket.configureBlocking(false);
        gate.adopt(loop, socket, first, Session::new);
    }

    /** One device's control stream. */
    private final class Session implements ControlStream.Handler {
        final @Nullable X509Certificate certificate;
        final RelaySession session = new RelaySession(
                gate == null ? Protocol.SECURITY_NONE : Protocol.SECURITY_TLS,
                5_000_000_000L,
                keepaliveMillis * 1_000_000L,
                System.nanoTime());
        final long id = sessionIds.incrementAndGet();
        final Opaque secret = TestBinding.random();

        @Nullable
        ControlStream stream;

        @Nullable
        Hello hello;

        int node;
        long sequence;

        Session(@Nullable X509Certificate certificate) {
            this.certificate = certificate;
        }

        @Override
        public void opened(ControlStream opened) {
            stream = opened;
        }

        @Override
        public void preamble(Preamble preamble) {
            if (!mute) {
                stream().send(new Preamble(Preamble.StreamKind.CONTROL, major, 0));
            }
        }

        ControlStream stream() {
            ControlStream open = stream;
            if (open == null) {
                throw new IllegalStateException("not open");
            }
            return open;
        }

        @Override
        public void message(ControlMessage message) {
            if (mute) {
                return;
            }
            heard.add(message);
            run(session.received(message, System.nanoTime()));
        }

        private void run(List<Effect> effects) {
            for (Effect effect : effects) {
                if (effect instanceof Effect.Send send) {
                    stream().send(send.message());
                } else if (effect instanceof Effect.Close) {
                    stream().closeAfterSent();
                } else if (effect instanceof Effect.Lease lease) {
                    lease(lease.hello());
                } else if (effect instanceof Effect.Forward forward) {
                    pass(forward.envelope());
                } else if (effect instanceof Effect.Renewal renewal && gate != null && certificate != null) {
                    stream().send(gate.renew(certificate, renewal.request()));
                } else if (effect instanceof Effect.Published published) {
                    Hello old = hello;
                    if (old != null) {
                        hello = old.telling(published.publication());
                        announceAll(new Change.Present(record()));
                    }
                }
            }
        }

        private void pass(Envelope envelope) {
            envelopes.incrementAndGet();
            if (!envelopesLost) {
                sessions.values().stream()
                        .filter(other -> other.node == envelope.destination())
                        .forEach(other -> other.stream()
                                .send(new Envelope(node, envelope.destination(), envelope.kind(), envelope.payload())));
            }
        }

        private void lease(Hello asking) {
            ErrorReport no = gate == null ? refusal : gate.refusal(certificate, asking.deviceId(), refusal);
            if (no != null) {
                run(session.refused(no));
                return;
            }
            hello = asking;
            node = leases.computeIfAbsent(asking.deviceId(), unused -> leases.size() + 2);
            byId.put(id, this);
            stream().allowLargeMessages();
            stream().tickEvery(Duration.ofMillis(50));
            run(session.leased(
                    new Welcome(0, id, secret, node, network, prefix, ULA, keepaliveMillis, 1, "test/1"),
                    System.nanoTime()));
            Session before = sessions.put(asking.deviceId(), this);
            if (before != null) {
                before.run(before.session.refused(ErrorReport.fatal(ErrorCode.REPLACED, "another one came")));
            }
            List<Change> all = new ArrayList<>();
            sessions.values().forEach(other -> all.add(new Change.Present(other.record())));
            stream().send(new Announce(++sequence, Part.SNAPSHOT_WHOLE, all));
            if (gate != null) {
                stream().send(gate.credentials(List.of()));
            }
            announceAll(new Change.Present(record()));
            registrations.incrementAndGet();
        }

        NodeRecord record() {
            Hello known = hello;
            if (known == null) {
                throw new IllegalStateException("no hello");
            }
            return told.apply(new NodeRecord(
                    known.deviceId(),
                    node,
                    known.software(),
                    known.capabilities(),
                    known.info(),
                    known.document(),
                    "",
                    known.listening()));
        }

        private void announceAll(Change change) {
            sessions.values().stream().filter(other -> other != this).forEach(other -> other.announce(change));
        }

        void announce(Change change) {
            announce(Part.DELTA, List.of(change));
        }

        void announce(Part part, List<Change> changes) {
            stream().send(new Announce(++sequence, part, changes));
        }

        @Override
        public void broken(ProtocolException broken) {
            run(session.broken(broken));
        }

        @Override
        public void tick() {
            if (!mute) {
                run(session.tick(System.nanoTime()));
            }
        }

        @Override
        public void closed(@Nullable Throwable cause) {
            byId.remove(id);
            Hello known = hello;
            if (known != null && sessions.remove(known.deviceId(), this)) {
                announceAll(new Change.Absent(known.deviceId()));
            }
        }
    }

    @Nullable
    Opaque secret(long sessionId) {
        Session session = byId.get(sessionId);
        return session == null || forgetful ? null : session.secret;
    }

    void bound(long sessionId, DataStream stream) {
        Session session = byId.get(sessionId);
        streams.put(session == null ? 0 : session.node, stream);
        bindings.incrementAndGet();
    }

    @Nullable
    DataStream stream(int node) {
        return streams.get(node);
    }

    int node(String deviceId) {
        Integer node = leases.get(deviceId);
        return node == null ? -1 : node;
    }

    /** Sends bytes as they are to a device's data stream, which may be ready there a moment before it is noted here. */
    void sendRaw(String deviceId, byte[] bytes) throws Exception {
        Await.until("data stream of " + deviceId, () -> streams.containsKey(node(deviceId)));
        DataStream stream = streams.get(node(deviceId));
        if (stream != null) {
            TestBinding.send(stream, ByteBuffer.wrap(bytes));
        }
    }

    void closeData(String deviceId) throws Exception {
        // the device may know sooner than this relay that it is bound
        Await.until("data stream of " + deviceId, () -> streams.containsKey(node(deviceId)));
        DataStream stream = streams.get(node(deviceId));
        if (stream != null) {
            stream.close();
        }
    }

    public void tell(String deviceId, ControlMessage message) {
        Session session = sessions.get(deviceId);
        if (session != null) {
            // behind what is to be announced already
            session.stream().execute(() -> session.stream().send(message));
        }
    }

    /** Tells one device that another one is gone, or there again, as after a change of rules; both stay connected. */
    void announce(String to, String about, boolean present) {
        Session hears = sessions.get(to);
        Session other = sessions.get(about);
        if (hears != null && other != null) {
            Change change = present ? new Change.Present(other.record()) : new Change.Absent(about);
            hears.stream().execute(() -> hears.announce(change));
        }
    }

    /** Announces whatever the test makes up. */
    void announce(String to, Part part, List<Change> changes) {
        Session hears = sessions.get(to);
        List<Change> all = List.copyOf(changes);
        if (hears != null) {
            hears.stream().execute(() -> hears.announce(part, all));
        }
    }

    boolean has(String deviceId) {
        return sessions.containsKey(deviceId);
    }

    /** As killed: sockets are closed without a word. */
    @Override
    public void close() throws IOException {
        port();
        server.close();
        data.close();
        sessions.values().forEach(session -> session.stream().close());
        loop.close();
        try {
            acceptor.join(2000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
