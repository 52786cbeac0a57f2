package io.mnedc.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that serves data streams: it reads into large buffers that its streams share, so that an idle stream holds
 * no memory, and lets the handlers take whole frames from there.
 */
public final class DataLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataLoop.class);

    /** How often a stream that has more to read is read again before the others come. */
    private static final int READS = 2;

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);

    private static final Comparator<Timer> BY_TIME = (one, other) -> {
        int order = Long.compare(one.due - other.due, 0);
        return order != 0 ? order : Long.compare(one.number, other.number);
    };

    /** A task for later. */
    public final class Timer {
        private final long due;
        private final long number;
        private final Runnable task;

        private Timer(long due, Runnable task) {
            this.due = due;
            this.number = nextTimer.getAndIncrement();
            this.task = task;
        }

        /** Leaves it out, and forgets it; nothing happens if it was run or is being run. */
        public void cancel() {
            execute(() -> timers.remove(this));
        }
    }

    private final Selector selector;
    private final ChunkPool pool;
    private final ReadBuffers buffers = new ReadBuffers();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final NavigableSet<Timer> timers = new TreeSet<>(BY_TIME);
    private final AtomicLong nextTimer = new AtomicLong();
    private final Thread thread;
    private final Runnable failed;
    private volatile boolean closing;
    private volatile boolean ended;

    /**
     * Starts the loop's thread.
     *
     * @param name the thread is called {@code mnedc-<name>}
     * @param pool memory for what waits to be sent
     * @throws IOException if there is no selector
     */
    public DataLoop(String name, ChunkPool pool) throws IOException {
        this(name, pool, () -> {});
    }

    /**
     * Starts the loop's thread.
     *
     * @param name the thread is called {@code mnedc-<name>}
     * @param pool memory for what waits to be sent
     * @param failed run when the loop has ended by itself; must not block
     * @throws IOException if there is no selector
     */
    public DataLoop(String name, ChunkPool pool, Runnable failed) throws IOException {
        this.failed = failed;
        this.selector = Selector.open();
        this.pool = pool;
        this.thread = Daemon.thread("mnedc-" + name, this::run);
        thread.start();
    }

    /**
     * Runs a task on the loop's thread; once the loop has ended, on the caller's.
     *
     * @param task must not block
     */
    public void execute(Runnable task) {
        tasks.add(task);
        if (ended) {
            runLeftTasks();
        } else {
            wakeup();
        }
    }

    /**
     * Runs a task on the loop's thread, later; dropped if the loop is closed before.
     *
     * @param delay how much later
     * @param task must not block
     * @return to have it left out
     */
    public Timer schedule(Duration delay, Runnable task) {
        Timer timer = new Timer(System.nanoTime() + delay.toNanos(), task);
        execute(() -> timers.add(timer));
        return timer;
    }

    void wakeup() {
        if (Thread.currentThread() != thread) {
            selector.wakeup();
        }
    }

    /**
     * Serves a connected socket. Any thread.
     *
     * @param socket owned by the stream from now on
     * @param settings how to buffer
     * @param handler told that it is opened, or closed if that fails
     */
    public void attach(SocketChannel socket, StreamSettings settings, DataHandler handler) {
        execute(() -> {
            DataStream stream = stream(socket, settings, handler);
            try {
                configure(stream);
                register(stream, SelectionKey.OP_READ);
                handler.opened(stream);
            } catch (IOException | RuntimeException | Error e) {
                close(stream, e);
            }
        });
    }

    /** Connects a socket as it is, and serves the connection. Any thread. */
    void connect(InetSocketAddress remote, Duration timeout, StreamSettings settings, DataHandler handler) {
        connect(remote, timeout, settings, null, handler);
    }

    /**
     * Connects and serves the connection. Any thread.
     *
     * @param remote where to; resolved already
     * @param timeout how long to try
     * @param settings how to buffer
     * @param setup prepares the socket; null: nothing is to be prepared
     * @param handler told that it is opened, or closed if that fails
     */
    public void connect(
            InetSocketAddress remote,
            Duration timeout,
            StreamSettings settings,
            @Nullable SocketSetup setup,
            DataHandler handler) {
        execute(() -> {
            SocketChannel socket;
            try {
                socket = SocketChannel.open();
            } catch (IOException | RuntimeException | Error e) {
                handler.closed(e);
                return;
            }
            DataStream stream = stream(socket, settings, handler);
            try {
                configure(stream);
                if (setup != null) {
                    SocketSetup.apply(setup, socket);
                }
                boolean connected = socket.connect(remote);
                register(stream, connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT);
                if (connected) {
                    handler.opened(stream);
                } else {
                    timers.add(new Timer(System.nanoTime() + timeout.toNanos(), () -> giveUp(stream, remote, timeout)));
                }
            } catch (IOException | RuntimeException | Error e) {
                // an Error too, or nobody would hear that there is no stream
                close(stream, e);
            }
        });
    }

    private void giveUp(DataStream stream, InetSocketAddress remote, Duration timeout) {
        if (!stream.socket().isConnected()) {
            close(
                    stream,
                    new SocketTimeoutException("no connection to " + remote + " within " + timeout.toMillis() + " ms"));
        }
    }

    private DataStream stream(SocketChannel socket, StreamSettings settings, DataHandler handler) {
        SendBuffer buffer = new SendBuffer(
                settings.sendBufferBytes(), bytes -> socket.setOption(StandardSocketOptions.SO_SNDBUF, bytes));
        return new DataStream(this, socket, new SendQueue(socket, buffer, pool, settings), handler, System.nanoTime());
    }

    private static void configure(DataStream stream) throws IOException {
        SocketChannel socket = stream.socket();
        socket.configureBlocking(false);
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        stream.queue().open();
    }

    private void register(DataStream stream, int interest) throws IOException {
        stream.registered(stream.socket().register(selector, interest, stream));
    }

    private void run() {
        try {
            while (!closing) {
                runTasks();
                selector.select(this::ready, untilNextTimer());
            }
        } catch (Throwable e) {
            LOG.error("{} ends: its selector failed", thread.getName(), e);
        } finally {
            try {
                end();
            } finally {
                // whatever could not be ended
                if (!closing) {
                    failed.run();
                }
            }
        }
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            runOne(task);
        }
        long now = System.nanoTime();
        while (!timers.isEmpty() && timers.first().due - now <= 0) {
            runOne(timers.pollFirst().task);
        }
    }

    private static void runOne(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            // an Error too, such as no memory for one stream: the others go on
            LOG.error("a task failed", e);
        }
    }

    /** Milliseconds for select: 0 waits for ever. */
    private long untilNextTimer() {
        if (!tasks.isEmpty()) {
            return 1;
        }
        return timers.isEmpty() ? 0 : Math.max(1, (timers.first().due - System.nanoTime()) / 1_000_000 + 1);
    }

    private void ready(SelectionKey key) {
        DataStream stream = (DataStream) key.attachment();
        try {
            if (key.isConnectable()) {
                connected(stream, key);
            }
            if (key.isWritable() && !stream.queue().drain(System.nanoTime())) {
                drained(stream, key);
            }
            if (key.isReadable()) {
                read(stream);
            }
        } catch (CancelledKeyException e) {
            close(stream, null);
        } catch (IOException | RuntimeException | Error e) {
            if (!(e instanceof IOException)) {
                LOG.error("{} failed on a stream", thread.getName(), e);
            }
            close(stream, e);
        }
    }

    private static void connected(DataStream stream, SelectionKey key) throws IOException {
        stream.socket().finishConnect();
        stream.roundTrip(System.nanoTime());
        key.interestOps(SelectionKey.OP_READ);
        stream.handler().opened(stream);
    }

    private static void drained(DataStream stream, SelectionKey key) throws IOException {
        key.interestOpsAnd(~SelectionKey.OP_WRITE);
        // a sender may have queued something between the drain and the line above
        if (stream.queue().drain(System.nanoTime())) {
            key.interestOpsOr(SelectionKey.OP_WRITE);
        }
    }

    private void read(DataStream stream) throws IOException {
        boolean more = true;
        for (int i = 0; more && i < READS && !stream.closed; i++) {
            more = readOnce(stream);
        }
    }

    /** {@return whether there may be more to read} */
    private boolean readOnce(DataStream stream) throws IOException {
        ByteBuffer in = buffers.forReading(stream.rest);
        int begin = ReadBuffers.begin(stream.rest);
        int used = begin;
        int end = in.position();
        int room = in.remaining();
        int got;
        try {
            got = stream.socket().read(in);
            if (got > 0) {
                end += got;
                stream.heard(System.nanoTime());
                used = stream.handler().received(stream, in, begin, end);
            }
        } finally {
            buffers.keep(stream.rest, in, used, end);
        }
        if (got < 0) {
            close(stream, null);
        }
        return got == room;
    }

    /** Closes a stream; on the loop's thread. */
    void close(DataStream stream, @Nullable Throwable cause) {
        if (stream.closed) {
            return;
        }
        stream.closed = true;
        stream.queue().release();
        buffers.forget(stream.rest);
        try {
            stream.socket().close();
        } catch (IOException e) {
            LOG.debug("closing a socket failed", e);
        }
        runOne(() -> stream.handler().closed(cause));
    }

    private void end() {
        if (selector.isOpen()) {
            List<SelectionKey> keys = new ArrayList<>(selector.keys());
            keys.forEach(key -> close((DataStream) key.attachment(), null));
        }
        try {
            selector.close();
        } catch (IOException e) {
            LOG.debug("closing the selector failed", e);
        }
        ended = true;
        runLeftTasks();
    }

    /** Streams that were attached or closed while the loop ended are ended too: nothing can be registered any more. */
    private synchronized void runLeftTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            runOne(task);
        }
    }

    /** Closes all streams and ends the thread, within three seconds. */
    @Override
    public void close() {
        closing = true;
        selector.wakeup();
        if (Thread.currentThread() == thread) {
            return;
        }
        try {
            thread.join(CLOSE_LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOG.warn("{} did not end within {} ms", thread.getName(), CLOSE_LIMIT.toMillis());
        }
    }
}
