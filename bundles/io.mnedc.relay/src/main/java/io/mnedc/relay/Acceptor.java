package io.mnedc.relay;

import io.mnedc.codec.Preamble;
import io.mnedc.codec.ProtocolException;
import io.mnedc.transport.Daemon;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts connections, reads their first eight bytes to see what they are, and hands them on. How many may be here is
 * limited by {@link HalfOpen}.
 */
final class Acceptor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);
    private static final int BACKLOG = 1024;
    private static final long SWEEP_MILLIS = 500;
    private static final long CLOSE_MILLIS = 3000;
    private static final long PAUSE_AFTER_FAILURE_MILLIS = 100;
    /** The first byte of a TLS record that holds a ClientHello (RFC 8446, section 5.1). */
    private static final int TLS_HANDSHAKE = 0x16;

    /** Takes connections that have said what they are. */
    interface Receiver {
        /** One that begins as TLS does. */
        void tls(HalfOpen.Entry entry, ByteBuffer begun);

        /** A control stream without TLS. */
        void control(HalfOpen.Entry entry, ByteBuffer begun);

        void data(HalfOpen.Entry entry, Preamble preamble);
    }

    private record Begun(ByteBuffer bytes, HalfOpen.Entry entry) {}

    private final Selector selector = Selector.open();
    private final List<InetSocketAddress> listening = new ArrayList<>();
    private final Supplier<Duration> limit;
    private final Receiver receiver;
    private final HalfOpen halfOpen;
    private final Counter.Set counters;
    private final Refusals refusals;
    private final Thread thread;
    private volatile boolean closing;
    private int begun;

    private Acceptor(
            Supplier<Duration> limit, Receiver receiver, HalfOpen halfOpen, Counter.Set counters, Refusals refusals)
            throws IOException {
        this.limit = limit;
        this.receiver = receiver;
        this.halfOpen = halfOpen;
        this.counters = counters;
        this.refusals = refusals;
        this.thread = Daemon.thread("mnedc-relay-accept", this::run);
    }

    /**
     * Binds all addresses and starts; binds none if one fails.
     *
     * @param listen where to listen
     * @param limit how long a connection may take to prove who it is, now
     */
    static Acceptor start(
            List<InetSocketAddress> listen,
            Supplier<Duration> limit,
            Receiver receiver,
            HalfOpen halfOpen,
            Counter.Set counters,
            Refusals refusals)
            throws IOException {
        Acceptor acceptor = new Acceptor(limit, receiver, halfOpen, counters, refusals);
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

    static String text(InetSocketAddress address) {
        String host = address.getAddress().isAnyLocalAddress()
                ? "*"
                : address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** Where it listens, with the true ports. */
    List<InetSocketAddress> listening() {
        return List.copyOf(listening);
    }

    private void run() {
        try {
            while (!closing) {
                selector.select(this::ready, begun == 0 ? 0 : SWEEP_MILLIS);
                if (begun > 0) {
                    sweep(System.nanoTime());
                }
            }
        } catch (IOException | ClosedSelectorException e) {
            LOG.error("the relay accepts no more connections: its selector failed", e);
        } finally {
            end();
        }
    }

    private void ready(SelectionKey key) {
        if (!key.isValid()) {
            return;
        }
        if (key.channel() instanceof ServerSocketChannel server) {
            accept(server);
        } else {
            read(key, (SocketChannel) key.channel(), (Begun) key.attachment());
        }
    }

    private void accept(ServerSocketChannel server) {
        try {
            SocketChannel socket = server.accept();
            if (socket == null) {
                return;
            }
            counters.add(Counter.CONNECTIONS, 1);
            begin(socket);
        } catch (IOException e) {
            // out of descriptors, most likely: without a pause this would be a busy loop
            refusals.add(Counter.REFUSED_LIMIT, "a connection", "cannot accept: " + e.getMessage());
            pause();
        }
    }

    private void begin(SocketChannel socket) throws IOException {
        try {
            socket.configureBlocking(false);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        HalfOpen.Entry entry = enter(socket);
        if (entry == null) {
            return;
        }
        Begun state = new Begun(ByteBuffer.allocate(Preamble.SIZE), entry);
        SelectionKey key;
        try {
            key = socket.register(selector, SelectionKey.OP_READ, state);
        } catch (IOException e) {
            entry.discard();
            throw e;
        }
        begun++;
        // most peers' first bytes are here already
        read(key, socket, state);
    }

    private HalfOpen.@Nullable Entry enter(SocketChannel socket) throws IOException {
        try {
            return halfOpen.enter(socket, System.nanoTime() + limit.get().toNanos());
        } catch (IOException e) {
            // gone already
            socket.close();
            return null;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_AFTER_FAILURE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(SelectionKey key, SocketChannel socket, Begun state) {
        try {
            int got = socket.read(state.bytes());
            if (got < 0) {
                drop(key);
            } else if (state.bytes().position() > 0 && state.bytes().get(0) == TLS_HANDSHAKE) {
                letGo(key);
                receiver.tls(state.entry(), state.bytes().flip());
            } else if (!state.bytes().hasRemaining()) {
                handOn(key, state.entry(), state.bytes().flip());
            }
        } catch (ProtocolException e) {
            state.entry().refuse(Counter.REFUSED_NOT_MNEDC, String.valueOf(e.getMessage()));
            drop(key);
        } catch (IOException e) {
            drop(key);
        }
    }

    private void handOn(SelectionKey key, HalfOpen.Entry entry, ByteBuffer bytes) throws ProtocolException {
        Preamble preamble = Preamble.decode(bytes.duplicate());
        letGo(key);
        if (preamble.kind() == Preamble.StreamKind.CONTROL) {
            receiver.control(entry, bytes);
        } else {
            receiver.data(entry, preamble);
        }
    }

    private void letGo(SelectionKey key) {
        key.cancel();
        begun--;
    }

    private void drop(SelectionKey key) {
        letGo(key);
        close(key);
    }

    private static void close(SelectionKey key) {
        if (key.attachment() instanceof Begun state) {
            state.entry().discard();
            return;
        }
        try {
            key.channel().close();
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
                drop(key);
            }
        }
    }

    private void end() {
        if (!selector.isOpen()) {
            return;
        }
        new ArrayList<>(selector.keys()).forEach(key -> {
            // handed-on sockets have no valid key here any more
            if (key.isValid()) {
                close(key);
            }
        });
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
