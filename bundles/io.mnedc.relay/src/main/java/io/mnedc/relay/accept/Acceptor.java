package io.mnedc.relay.accept;

import io.mnedc.api.text.HostPort;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.ProtocolException;
import io.mnedc.relay.work.Counter;
import io.mnedc.transport.Daemon;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts connections, reads their first eight bytes to see what they are, and hands them on. How many may be here is
 * limited by {@link HalfOpen}.
 */
public final class Acceptor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);
    private static final int BACKLOG = 1024;
    private static final long SWEEP_MILLIS = 500;
    private static final long CLOSE_MILLIS = 3000;
    /** How long nothing is accepted when that has failed; those who are here already are served. */
    private static final long PAUSE_MILLIS = 100;
    /** How many are accepted before the others are looked after. */
    private static final int MOST_AT_ONCE = 64;
    /** The first byte of a TLS record that holds a ClientHello (RFC 8446, section 5.1). */
    private static final int TLS_HANDSHAKE = 0x16;

    /** Takes connections that have said what they are. */
    public interface Receiver {
        /** One that begins as TLS does. */
        void tls(HalfOpen.Entry entry, ByteBuffer begun);

        /** A control stream without TLS. */
        void control(HalfOpen.Entry entry, ByteBuffer begun);

        void data(HalfOpen.Entry entry, Preamble preamble);
    }

    /**
     * What it works with.
     *
     * @param limit how long a connection may take to prove who it is, now
     * @param receiver of connections that have said what they are
     * @param halfOpen the connections that have not proved yet who they are
     * @param counters of the relay
     * @param refusals of connections
     */
    public record Services(
            Supplier<Duration> limit, Receiver receiver, HalfOpen halfOpen, Counter.Set counters, Refusals refusals) {}

    private record Begun(ByteBuffer bytes, HalfOpen.Entry entry) {}

    private final Selector selector = Selector.open();
    private final List<ServerSocketChannel> servers = new ArrayList<>();
    private final List<InetSocketAddress> listening = new ArrayList<>();
    private final Services services;
    private final Runnable failed;
    private final Thread thread;
    private volatile boolean closing;
    private boolean pausing;
    private long pauseEnd;
    private int begun;

    private Acceptor(Services services, Runnable failed) throws IOException {
        this.services = services;
        this.failed = failed;
        this.thread = Daemon.thread("mnedc-relay-accept", this::run);
    }

    /**
     * Binds all addresses and starts; binds none if one fails.
     *
     * @param listen where to listen
     * @param services what it works with
     * @param failed run when it has ended by itself, and listens no more
     */
    public static Acceptor start(List<InetSocketAddress> listen, Services services, Runnable failed)
            throws IOException {
        Acceptor acceptor = new Acceptor(services, failed);
        try {
            for (InetSocketAddress address : listen) {
                acceptor.listen(address);
            }
        } catch (IOException | RuntimeException e) {
            acceptor.end();
            throw e;
        }
        acceptor.thread.start();
        return acceptor;
    }

    private void listen(InetSocketAddress address) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        try {
            server.configureBlocking(false);
            server.bind(address, BACKLOG);
            server.register(selector, SelectionKey.OP_ACCEPT);
            servers.add(server);
            listening.add((InetSocketAddress) server.getLocalAddress());
        } catch (IOException | RuntimeException e) {
            // also a runtime exception: for an IPv6 address where there is no IPv6
            server.close();
            throw new IOException(
                    "listen = " + text(address) + ": " + e.getMessage()
                            + "; choose another port or address, or stop what uses it",
                    e);
        }
    }

    public static String text(InetSocketAddress address) {
        String host = address.getAddress().isAnyLocalAddress()
                ? "*"
                : address.getAddress().getHostAddress();
        return HostPort.text(host, address.getPort());
    }

    /** Whether it has not ended. */
    boolean listens() {
        return selector.isOpen();
    }

    /** Where it listens, with the true ports. */
    public List<InetSocketAddress> listening() {
        return List.copyOf(listening);
    }

    private void run() {
        try {
            while (!closing) {
                selector.select(this::ready, patience());
                long now = System.nanoTime();
                if (pausing && now - pauseEnd >= 0) {
                    pause(false);
                }
                if (begun > 0) {
                    sweep(now);
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            LOG.error("the relay accepts no more connections for now: its selector failed", e);
        } finally {
            end();
            if (!closing) {
                failed.run();
            }
        }
    }

    /** Milliseconds for select: 0 waits for ever. */
    private long patience() {
        if (pausing) {
            return Math.max(1, Math.min(SWEEP_MILLIS, (pauseEnd - System.nanoTime()) / 1_000_000 + 1));
        }
        return begun == 0 ? 0 : SWEEP_MILLIS;
    }

    private void ready(SelectionKey key) {
        try {
            if (!key.isValid()) {
                return;
            }
            if (key.channel() instanceof ServerSocketChannel server) {
                accept(server);
            } else {
                read(key, (SocketChannel) key.channel(), (Begun) key.attachment());
            }
        } catch (RuntimeException | Error e) {
            // an Error too, such as no memory for one connection: the others go on
            LOG.error("a connection could not be served", e);
            if (key.attachment() instanceof Begun state) {
                if (key.isValid()) {
                    letGo(key);
                }
                state.entry().discard();
            } else {
                pause(true);
            }
        }
    }

    private void accept(ServerSocketChannel server) {
        for (int i = 0; i < MOST_AT_ONCE; i++) {
            SocketChannel socket;
            try {
                socket = server.accept();
            } catch (IOException e) {
                // out of descriptors, most likely: without a pause this would be a busy loop
                services.refusals().add(Counter.REFUSED_LIMIT, "a connection", "cannot accept: " + e.getMessage());
                pause(true);
                return;
            }
            if (socket == null) {
                return;
            }
            services.counters().add(Counter.CONNECTIONS, 1);
            try {
                begin(socket);
            } catch (IOException e) {
                LOG.debug("it has gone already", e);
            }
        }
    }

    /** Accepts nothing for a while, or again. */
    private void pause(boolean now) {
        pausing = now;
        pauseEnd = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS);
        for (SelectionKey key : selector.keys()) {
            if (key.isValid() && key.channel() instanceof ServerSocketChannel) {
                key.interestOps(now ? 0 : SelectionKey.OP_ACCEPT);
            }
        }
    }

    private void begin(SocketChannel socket) throws IOException {
        try {
            socket.configureBlocking(false);
        } catch (IOException | RuntimeException | Error e) {
            socket.close();
            throw e;
        }
        HalfOpen.Entry entry = enter(socket);
        if (entry == null) {
            return;
        }
        Begun state;
        SelectionKey key;
        try {
            state = new Begun(ByteBuffer.allocate(Preamble.SIZE), entry);
            key = socket.register(selector, SelectionKey.OP_READ, state);
        } catch (IOException | RuntimeException | Error e) {
            entry.discard();
            throw e;
        }
        begun++;
        // most peers' first bytes are here already
        ready(key);
    }

    private HalfOpen.@Nullable Entry enter(SocketChannel socket) throws IOException {
        try {
            return services.halfOpen()
                    .enter(socket, System.nanoTime() + services.limit().get().toNanos());
        } catch (IOException e) {
            // gone already
            socket.close();
            return null;
        } catch (RuntimeException | Error e) {
            socket.close();
            throw e;
        }
    }

    private void read(SelectionKey key, SocketChannel socket, Begun state) {
        try {
            int got = socket.read(state.bytes());
            if (got < 0) {
                drop(key, state);
            } else if (state.bytes().position() > 0 && state.bytes().get(0) == TLS_HANDSHAKE) {
                letGo(key);
                services.receiver().tls(state.entry(), state.bytes().flip());
            } else if (!state.bytes().hasRemaining()) {
                handOn(key, state.entry(), state.bytes().flip());
            }
        } catch (ProtocolException e) {
            state.entry().refuse(Counter.REFUSED_NOT_MNEDC, String.valueOf(e.getMessage()));
            drop(key, state);
        } catch (IOException e) {
            drop(key, state);
        }
    }

    private void handOn(SelectionKey key, HalfOpen.Entry entry, ByteBuffer bytes) throws ProtocolException {
        Preamble preamble = Preamble.decode(bytes.duplicate());
        letGo(key);
        if (preamble.kind() == Preamble.StreamKind.CONTROL) {
            services.receiver().control(entry, bytes);
        } else {
            services.receiver().data(entry, preamble);
        }
    }

    private void letGo(SelectionKey key) {
        key.cancel();
        begun--;
    }

    private void drop(SelectionKey key, Begun state) {
        letGo(key);
        state.entry().discard();
    }

    private static void close(ServerSocketChannel server) {
        try {
            server.close();
        } catch (IOException e) {
            LOG.debug("closing a socket failed", e);
        }
    }

    private void sweep(long now) {
        for (SelectionKey key : selector.keys()) {
            if (key.isValid()
                    && key.attachment() instanceof Begun state
                    && now - state.entry().deadline() >= 0) {
                state.entry().refuse(Counter.REFUSED_TIMEOUT, "it did not say what it is in time");
                drop(key, state);
            }
        }
    }

    private void end() {
        // also those that a failed selector no longer knows: their addresses must be free
        servers.forEach(Acceptor::close);
        if (!selector.isOpen()) {
            return;
        }
        for (SelectionKey key : List.copyOf(selector.keys())) {
            // handed-on sockets have no valid key here any more
            if (key.isValid() && key.attachment() instanceof Begun state) {
                state.entry().discard();
            }
        }
        try {
            selector.close();
        } catch (IOException e) {
            LOG.debug("closing the selector failed", e);
        }
    }

    /** Listens no more; connections that were handed on stay. */
    @Override
    public void close() {
        closing = true;
        selector.wakeup();
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
