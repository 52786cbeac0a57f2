package io.mnedc.device;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Bye;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ControlMessage.Publish;
import io.mnedc.codec.ControlMessage.SignedInfo;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.mnedc.device.info.BenchDevice;
import io.mnedc.security.OverlayTls;
import io.mnedc.security.OverlayTrust;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.transport.ControlLoop;
import io.mnedc.transport.ControlStream;
import io.mnedc.transport.ControlTls;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;

/**
 * How long it takes until listeners on ten devices hear that another one has joined, or has left: from the moment at which its first
 * message, or its last one, is written. All share one machine, so that a network's delay is not in it.
 */
public final class HearingTimes {
    static final String MEASURED = "measured-";
    private static final int HEARERS = 10;
    private static final int ROUNDS = 200;
    private static final int SILENT = 5;
    private static final int MOST_PAUSE_MILLIS = 200;
    private static final Duration BOUND = Duration.ofMinutes(3);

    private final ControlLoop loops = new ControlLoop("hearing", Throwable::printStackTrace);
    private final InetSocketAddress relay;
    private final OverlayAuthority authority;
    private final Path directory;

    private HearingTimes(InetSocketAddress relay, Path identity, Path directory) throws Exception {
        this.relay = relay;
        this.authority = OverlayAuthority.open(identity, Duration.ofDays(1), InstantSource.system());
        this.directory = directory;
    }

    /**
     * Runs it.
     *
     * @param args HOST PORT IDENTITY-DIRECTORY-OF-THE-RELAY EMPTY-DIRECTORY [OTHER-DEVICES]
     */
    public static void main(String[] args) throws Exception {
        int others = args.length > 4 ? Integer.parseInt(args[4]) : 0;
        HearingTimes times = new HearingTimes(
                new InetSocketAddress(args[0], Integer.parseInt(args[1])), Path.of(args[2]), Path.of(args[3]));
        times.run(args[0] + ":" + args[1], others);
        System.exit(0);
    }

    private void run(String address, int others) throws Exception {
        List<Member> crowd = new ArrayList<>();
        for (int i = 0; i < others; i++) {
            crowd.add(member("crowd-" + i, false));
        }
        List<Hearer> hearers = new ArrayList<>();
        for (int i = 0; i < HEARERS; i++) {
            BenchDevice.join(authority, directory, "hearer-" + i);
            hearers.add(new Hearer("hearer-" + i, address, directory.resolve("hearer-" + i)));
        }
        await(() -> hearers.stream().allMatch(Hearer::registered));
        await(() -> hearers.stream().allMatch(each -> each.joined.size() >= others + HEARERS - 1));
        Random pauses = new Random(1);
        List<Double> joined = new ArrayList<>();
        List<Double> left = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            String id = MEASURED + i;
            Member one = member(id, false);
            joined.addAll(millis(hearers, each -> each.joined.get(id), one.begun));
            TimeUnit.MILLISECONDS.sleep(pauses.nextInt(MOST_PAUSE_MILLIS));
            long begun = System.nanoTime();
            one.leave();
            left.addAll(millis(hearers, each -> each.left.get(id), begun));
            TimeUnit.MILLISECONDS.sleep(pauses.nextInt(MOST_PAUSE_MILLIS));
        }
        // the first tenth warms up
        report("join", joined.subList(joined.size() / 10, joined.size()), others);
        report("leave", left.subList(left.size() / 10, left.size()), others);
        List<Double> silent = new ArrayList<>();
        List<Member> quiet = new ArrayList<>();
        for (int i = 0; i < SILENT; i++) {
            quiet.add(member(MEASURED + "silent-" + i, true));
        }
        for (Member each : quiet) {
            silent.addAll(millis(hearers, hearer -> hearer.left.get(each.id), each.begun));
        }
        report("silent", silent, others);
        hearers.forEach(Hearer::close);
        crowd.forEach(Member::leave);
    }

    private static void report(String what, List<Double> times, int others) {
        Collections.sort(times);
        System.out.printf(
                "%s, %d listeners, %d other devices: p50 %.1f ms, p99 %.1f ms, most %.1f ms (%d times)%n",
                what,
                HEARERS,
                others,
                times.get(times.size() / 2),
                times.get(times.size() * 99 / 100),
                times.get(times.size() - 1),
                times.size());
    }

    private static List<Double> millis(List<Hearer> hearers, Function<Hearer, Long> when, long begun) throws Exception {
        await(() -> hearers.stream().allMatch(each -> when.apply(each) != null));
        return hearers.stream().map(each -> (when.apply(each) - begun) / 1e6).toList();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + BOUND.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("not heard within " + BOUND);
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    private Member member(String id, boolean silent) throws Exception {
        Files.createDirectories(directory);
        var identity = BenchDevice.join(authority, directory, id).identity();
        SignedInfo document = BenchDevice.document(identity, id, System.currentTimeMillis());
        SSLContext context = OverlayTls.context(identity, OverlayTrust.acceptAny());
        Member member = new Member(
                id,
                silent,
                new Hello(id, 1, "bench", 0, Protocol.SECURITY_TLS, NodeInfo.NONE)
                        .telling(new Publish(BenchDevice.INFO, document)));
        Executor direct = Runnable::run;
        SSLEngine engine = OverlayTls.client(context, OverlayTls.CONTROL);
        ControlTls tls = new ControlTls(() -> engine, Set.of(OverlayTls.CONTROL), direct, Duration.ofSeconds(30));
        ControlStream.connect(loops, relay, Duration.ofSeconds(30), tls, member);
        if (!member.welcomed.await(BOUND.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException(id + " is not welcomed");
        }
        return member;
    }

    /** A device without anything behind it. */
    private static final class Member implements ControlStream.Handler {
        final String id;
        final CountDownLatch welcomed = new CountDownLatch(1);
        private final boolean silent;
        private final Hello hello;
        volatile long begun;
        private volatile ControlStream stream;
        private int ticks;

        Member(String id, boolean silent, Hello hello) {
            this.id = id;
            this.silent = silent;
            this.hello = hello;
        }

        void leave() {
            stream.send(new Bye("bench"));
            stream.closeAfterSent();
        }

        @Override
        public void secured(ControlStream secured, SSLSession session, String protocol) {
            secured.authenticated(this);
        }

        @Override
        public void opened(ControlStream opened) {
            stream = opened;
            opened.tickEvery(Duration.ofSeconds(1));
            begun = System.nanoTime();
            opened.send(Preamble.of(Preamble.StreamKind.CONTROL));
            opened.send(hello);
        }

        @Override
        public void preamble(Preamble preamble) {}

        @Override
        public void message(ControlMessage message) {
            if (message instanceof Welcome) {
                stream.allowLargeMessages();
                welcomed.countDown();
            }
        }

        @Override
        public void broken(ProtocolException broken) {
            System.err.println(id + ": " + broken.getMessage());
        }

        @Override
        public void tick() {
            ControlStream open = stream;
            if (!silent && open != null && ticks++ % 4 == 0) {
                open.send(new Ping(ticks));
            }
        }

        @Override
        public void closed(Throwable cause) {
            welcomed.countDown();
        }
    }
}
