package io.mnedc.load;

import io.mnedc.codec.ErrorCode;
import io.mnedc.security.OverlayTls;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/** Many devices in one JVM. Its methods may be called by any thread. */
final class Crowd implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration HANDSHAKE = Duration.ofSeconds(10);
    private static final int ASK_MILLIS = 5;
    private static final int TLS_THREADS = 2;
    private static final int MOST_FAULTS = 20;
    /** After which the device bundle does not take the longest pause. */
    private static final Set<ErrorCode> PASSING = EnumSet.of(
            ErrorCode.PROTOCOL_VIOLATION,
            ErrorCode.TOO_LARGE,
            ErrorCode.TIMED_OUT,
            ErrorCode.LEASE_UNAVAILABLE,
            ErrorCode.STOPPING,
            ErrorCode.LIMIT_EXCEEDED,
            ErrorCode.INTERNAL,
            ErrorCode.READDRESSED,
            ErrorCode.DISCONNECTED);

    /**
     * What a crowd is like.
     *
     * @param relays where it goes: one after the other, as its devices are numbered
     * @param data how many devices have a data stream too: descriptors may be short
     * @param tls who makes its TLS; null: the Java runtime
     * @param whole whether announcements are read by the whole decoder and device session, which takes ten times longer
     */
    record Settings(
            List<InetSocketAddress> relays,
            int data,
            @Nullable Provider tls,
            boolean whole) {
        Settings {
            relays = List.copyOf(relays);
        }

        InetSocketAddress relayOf(int index) {
            return relays.get(index % relays.size());
        }
    }

    final LongAdder announcements = new LongAdder();
    final LongAdder announcedBytes = new LongAdder();
    final Latencies pings = new Latencies();
    final Latencies answers = new Latencies();

    private final Settings settings;
    private final EventLoopGroup controls = new NioEventLoopGroup(1, new DefaultThreadFactory("crowd-control", true));
    private final EventLoopGroup streams = new NioEventLoopGroup(1, new DefaultThreadFactory("crowd-data", true));
    private final ExecutorService handshakes =
            Executors.newFixedThreadPool(TLS_THREADS, new DefaultThreadFactory("crowd-tls", true));
    private final List<LoadDevice> devices = new ArrayList<>();
    private final LongAdder acquaintances = new LongAdder();
    private final LongAdder asked = new LongAdder();
    private final AtomicInteger present = new AtomicInteger();
    private final AtomicInteger lostSessions = new AtomicInteger();
    private final AtomicInteger failedAttempts = new AtomicInteger();
    private final AtomicInteger lostStreams = new AtomicInteger();
    private final Map<String, AtomicInteger> reasons = new ConcurrentHashMap<>();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private volatile boolean asking;
    private volatile int invited;

    private Crowd(Settings settings) {
        this.settings = settings;
    }

    /**
     * Makes devices; none comes yet.
     *
     * @param badges of at least as many devices
     */
    static Crowd of(Settings settings, Badges badges, int count) throws GeneralSecurityException {
        Crowd crowd = new Crowd(settings);
        KnownRelay trust = new KnownRelay(badges.trusted());
        for (int i = 0; i < count; i++) {
            SSLContext tls = OverlayTls.context(settings.tls(), badges.of(i), trust);
            crowd.devices.add(new LoadDevice(crowd, crowd.controls.next(), tls, i, new Roll(crowd.acquaintances)));
        }
        crowd.controls.next().scheduleAtFixedRate(crowd::askSomebody, ASK_MILLIS, ASK_MILLIS, TimeUnit.MILLISECONDS);
        return crowd;
    }

    /** The same with keys of a relay's directory, kept in a file. */
    static Crowd of(Settings settings, Path identity, Path badges, int count)
            throws IOException, GeneralSecurityException {
        return of(settings, Badges.of(identity, badges, count), count);
    }

    Settings settings() {
        return settings;
    }

    boolean withData(int index) {
        return index < settings.data();
    }

    boolean passing(ErrorCode code) {
        return PASSING.contains(code);
    }

    /** Each device has an address of its own, so that the relay's limits per source do not count. */
    private static InetSocketAddress source(int index) {
        byte[] address = {127, 1, (byte) (index / 250), (byte) (1 + index % 250)};
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), 0);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    void connect(int index, SSLContext tls, ControlEnd end) {
        dial(controls, index, new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel made) {
                        SslHandler ssl = new SslHandler(OverlayTls.client(tls, OverlayTls.CONTROL), false, handshakes);
                        ssl.setHandshakeTimeoutMillis(HANDSHAKE.toMillis());
                        made.pipeline().addLast(ssl, end);
                        made.closeFuture().addListener(closed -> release(ssl.engine()));
                    }
                })
                .addListener((ChannelFutureListener) connecting -> {
                    if (!connecting.isSuccess()) {
                        end.failed(connecting.cause());
                    }
                });
    }

    /** As control streams of ours do: some engines hold descriptors. */
    private static void release(SSLEngine engine) throws Exception {
        if (engine instanceof AutoCloseable holding) {
            holding.close();
        }
    }

    void connect(int index, DataEnd end) {
        dial(streams, index, end).addListener((ChannelFutureListener) connecting -> {
            if (!connecting.isSuccess()) {
                end.ended();
            }
        });
    }

    private io.netty.channel.ChannelFuture dial(EventLoopGroup group, int index, ChannelHandler handler) {
        return new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT.toMillis())
                .handler(handler)
                .connect(settings.relayOf(index), source(index));
    }

    /**
     * Has the devices up to this number come, no more than some at once, and waits until all are in: registered, told who
     * else is there, data stream bound.
     */
    void join(int count, int atOnce, Duration bound) throws InterruptedException {
        long end = System.nanoTime() + bound.toNanos();
        while (invited < count) {
            int next = invited;
            if (next - present.get() < atOnce) {
                devices.get(next).come();
                invited = next + 1;
            } else {
                pause(end, () -> "only " + present.get() + " of " + invited + " devices came in" + state());
            }
        }
        awaitPresent(count, Duration.ofNanos(end - System.nanoTime()));
    }

    /** Waits until as many devices are in. */
    void awaitPresent(int count, Duration bound) throws InterruptedException {
        await(() -> present.get() == count, bound, () -> present.get() + " of " + count + " devices are in" + state());
    }

    /** Waits until each device that is in knows all others, and nobody else. */
    void awaitAcquainted(Duration bound) throws InterruptedException {
        long all = (long) present.get() * (present.get() - 1);
        await(
                () -> acquaintances.sum() == all,
                bound,
                () -> acquaintances.sum() + " of " + all + " acquaintances are made" + state());
    }

    /** All leave; waits until their connections are closed. */
    void leave(Duration bound) throws InterruptedException {
        invited = 0;
        devices.forEach(LoadDevice::leave);
        awaitPresent(0, bound);
    }

    static void await(BooleanSupplier condition, Duration bound, Supplier<String> complaint)
            throws InterruptedException {
        long end = System.nanoTime() + bound.toNanos();
        while (!condition.getAsBoolean()) {
            pause(end, complaint);
        }
    }

    private static void pause(long end, Supplier<String> complaint) throws InterruptedException {
        if (System.nanoTime() > end) {
            throw new IllegalStateException(complaint.get());
        }
        Thread.sleep(1);
    }

    private String state() {
        return "; lost " + lostSessions + " sessions and " + lostStreams + " data streams, failed " + failedAttempts
                + " attempts " + reasons + " " + faults;
    }

    /** Begins or ends to have random pairs exchange frames, one exchange every {@value #ASK_MILLIS} ms. */
    void exchange(boolean now) {
        asking = now;
    }

    private void askSomebody() {
        int most = Math.min(invited, settings.data());
        if (!asking || most < 2) {
            return;
        }
        LoadDevice one = devices.get(ThreadLocalRandom.current().nextInt(most));
        LoadDevice other = devices.get(ThreadLocalRandom.current().nextInt(most));
        @Nullable DataEnd from = one.data();
        if (from != null && other.data() != null && one != other) {
            asked.increment();
            from.ask(other.node());
        }
    }

    void answered(long nanos) {
        answers.add(nanos);
    }

    /** Exchanges that were begun and not completed, since the figures were cleared. */
    long unanswered() {
        return asked.sum() - answers.count();
    }

    void clearFigures() {
        announcements.reset();
        announcedBytes.reset();
        pings.clear();
        answers.clear();
        asked.reset();
        lostSessions.set(0);
        lostStreams.set(0);
        failedAttempts.set(0);
        reasons.clear();
    }

    int present() {
        return present.get();
    }

    int lostSessions() {
        return lostSessions.get();
    }

    int lostStreams() {
        return lostStreams.get();
    }

    int failedAttempts() {
        return failedAttempts.get();
    }

    /** Why sessions and attempts ended, and how often. */
    Map<String, AtomicInteger> reasons() {
        return reasons;
    }

    /** What must never happen: the relay broke the protocol, or this crowd has a fault. */
    List<String> faults() {
        return List.copyOf(faults);
    }

    void in() {
        present.incrementAndGet();
    }

    void out() {
        present.decrementAndGet();
    }

    void lost(boolean registered, String why) {
        (registered ? lostSessions : failedAttempts).incrementAndGet();
        reasons.computeIfAbsent(why.replaceAll("[0-9.:/]{5,}", "*"), text -> new AtomicInteger())
                .incrementAndGet();
    }

    void dataLost() {
        lostStreams.incrementAndGet();
    }

    void fault(String what) {
        if (faults.size() < MOST_FAULTS) {
            faults.add(what);
        }
    }

    @Override
    public void close() {
        devices.forEach(LoadDevice::leave);
        controls.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3000);
        streams.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3000);
        handshakes.shutdownNow();
    }
}
