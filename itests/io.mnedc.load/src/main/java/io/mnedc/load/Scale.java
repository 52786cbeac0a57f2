package io.mnedc.load;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import io.mnedc.boringssl.BoringSslProvider;
import io.mnedc.lab.LabException;
import io.mnedc.lab.RelayProcess;
import io.mnedc.security.TlsChoice;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** {@code ./mnedc bench --scale}: a crowd of devices in this JVM at one relay or several, each in another, all on this machine's loopback. */
public final class Scale implements AutoCloseable {
    private static final PrintStream OUT = System.out;
    private static final PrintStream PROGRESS = System.err;
    private static final int WARM_UP = 200;
    /** How many may be on their way in at once while a level is filled. */
    private static final int AT_ONCE = 64;
    /** How often all leave and come again: the JIT compiler has done its work by the last time. */
    private static final int AGAIN = 4;
    /** Descriptors that a JVM needs for itself. */
    private static final int DESCRIPTORS = 400;
    /** Connections that have not proved yet whose they are, for which the relay has room (docs/SECURITY.md). */
    private static final int HALF_OPEN = 4096;
    /** Of a connection in TLS: BoringSSL by Conscrypt has a pipe for each. */
    private static final int DESCRIPTORS_OF_BORINGSSL = 3;

    private static final Duration BOUND = Duration.ofMinutes(15);
    private static final Duration COMEBACK = Duration.ofMinutes(3);
    private static final Duration SETTLE = Duration.ofSeconds(60);

    private final ScaleOptions options;
    private final Relays relays;
    private final Crowd crowd;

    private Scale(ScaleOptions options, Relays relays, Crowd crowd) {
        this.options = options;
        this.relays = relays;
        this.crowd = crowd;
    }

    /** Status 2 when the command line is wrong, 1 when something failed. */
    public static void main(String[] arguments) throws InterruptedException {
        Path home = Path.of(System.getProperty("mnedc.home", "."));
        try {
            ScaleOptions options = ScaleOptions.parse(home.resolve("target/scale"), arguments);
            ScaleResults results;
            try (Scale scale = Scale.begin(options)) {
                results = scale.run();
            }
            Path json = options.json();
            if (json != null) {
                Files.writeString(json, ScaleReport.json(results));
            }
            OUT.print("\n" + ScaleReport.markdown(results));
            System.exit(results.faults().isEmpty() ? 0 : 1);
        } catch (IllegalArgumentException e) {
            PROGRESS.println("bench --scale: " + e.getMessage());
            System.exit(2);
        } catch (IOException | GeneralSecurityException | LabException | IllegalStateException e) {
            PROGRESS.println("bench --scale: " + e.getMessage());
            System.exit(1);
        }
    }

    private static Scale begin(ScaleOptions options) throws IOException, GeneralSecurityException {
        Files.createDirectories(options.directory());
        boolean boring = options.tls() != TlsChoice.JAVA;
        int ofOne = boring ? DESCRIPTORS_OF_BORINGSSL : 1;
        int needed = DESCRIPTORS + ofOne * (Math.min(HALF_OPEN, options.most()) + options.most());
        int left = mostDescriptors() - needed;
        if (left < 0) {
            throw new IllegalArgumentException(options.most() + " devices need " + needed + " descriptors, there are "
                    + mostDescriptors() + ": raise the limit (ulimit -n), or say --devices with fewer, or --tls java");
        }
        Relays relays = Relays.start(options);
        try {
            progress("keys and certificates of %d devices, made once", options.most());
            Badges badges =
                    Badges.of(Relays.identity(options), options.directory().resolve("badges"), options.most());
            int streams = Math.min(options.most(), left);
            Crowd crowd = Crowd.of(
                    new Crowd.Settings(relays.addresses(), streams, boring ? new BoringSslProvider() : null, false),
                    badges,
                    options.most());
            return new Scale(options, relays, crowd);
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            relays.close();
            throw e;
        }
    }

    private static int mostDescriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? (int) Math.min(1 << 20, unix.getMaxFileDescriptorCount())
                : 1024;
    }

    private static void progress(String form, Object... values) {
        PROGRESS.println("bench --scale: " + String.format(Locale.ROOT, form, values));
    }

    private ScaleResults run() throws InterruptedException, IOException {
        crowd.join(Math.min(WARM_UP, options.most()), AT_ONCE, BOUND);
        crowd.awaitAcquainted(SETTLE);
        crowd.leave(SETTLE);
        List<Level> levels = new ArrayList<>();
        Gauge.Reading start;
        Gauge.Reading end;
        List<Again> again = new ArrayList<>();
        try (Gauges gauge = Gauges.on(relays.processes())) {
            start = settled(gauge);
            for (int devices : options.levels()) {
                levels.add(level(devices, gauge));
            }
            crowd.leave(SETTLE);
            end = left(gauge, start);
            again.add(comeAgain());
            while (again.size() < AGAIN) {
                crowd.leave(SETTLE);
                again.add(comeAgain());
            }
        }
        Comeback comeback = options.kill() ? comeback() : null;
        return new ScaleResults(
                LocalDate.now(ZoneOffset.UTC).toString(),
                machine() + ", TLS: " + options.tls().name().toLowerCase(Locale.ROOT)
                        + (options.relays() == 1 ? "" : ", " + options.relays() + " relays, all of them added up"),
                Relays.OPTIONS,
                start,
                levels,
                end,
                again,
                comeback,
                crowd.faults());
    }

    private Level level(int devices, Gauges gauge) throws InterruptedException, IOException {
        int before = crowd.present();
        crowd.clearFigures();
        crowd.exchange(true);
        double relayCpu = relays.cpuSeconds();
        double crowdCpu = ownCpuSeconds();
        long begun = System.nanoTime();
        crowd.join(devices, AT_ONCE, BOUND);
        double seconds = since(begun);
        crowd.awaitAcquainted(BOUND);
        double announced = since(begun) - seconds;
        relayCpu = relays.cpuSeconds() - relayCpu;
        crowdCpu = ownCpuSeconds() - crowdCpu;
        Level.Exchanges joining = Level.Exchanges.of(crowd);
        long messages = crowd.announcements.sum();
        long bytes = crowd.announcedBytes.sum();
        crowd.clearFigures();
        TimeUnit.SECONDS.sleep(options.seconds());
        Level.Exchanges steady = Level.Exchanges.of(crowd);
        crowd.exchange(false);
        Gauge.Reading used = gauge.read();
        Level level = new Level(
                devices,
                Math.min(devices, crowd.settings().data()),
                devices - before,
                seconds,
                announced,
                relayCpu,
                crowdCpu,
                messages,
                bytes,
                joining,
                used,
                steadyCpu(),
                steady);
        progress(
                "%d devices: %.0f joins/s, relay %.1f ms of processor each, %.1f %% of one when still",
                devices, level.joinsPerSecond(), level.relayCpuMillis(), level.steadyCpu() * 100);
        return level;
    }

    private double steadyCpu() throws InterruptedException {
        double before = relays.cpuSeconds();
        long begun = System.nanoTime();
        TimeUnit.SECONDS.sleep(options.seconds());
        return (relays.cpuSeconds() - before) / since(begun);
    }

    /** What is in use as soon as it is the same for a second. */
    private static Gauge.Reading settled(Gauges gauge) throws InterruptedException, IOException {
        Gauge.Reading before = gauge.read();
        for (long begun = System.nanoTime(); since(begun) < SETTLE.toSeconds(); ) {
            TimeUnit.SECONDS.sleep(1);
            Gauge.Reading now = gauge.read();
            if (now.descriptors() == before.descriptors() && now.threads() == before.threads()) {
                return now;
            }
            before = now;
        }
        throw new IllegalStateException("the relay does not come to rest: " + before);
    }

    /** What is in use when all have left, as soon as it is no more than at the start. */
    private static Gauge.Reading left(Gauges gauge, Gauge.Reading start) throws InterruptedException, IOException {
        Gauge.Reading now = gauge.read();
        for (long begun = System.nanoTime(); since(begun) < SETTLE.toSeconds(); ) {
            if (now.descriptors() <= start.descriptors()
                    && now.threads() <= start.threads()
                    && now.direct() <= start.direct() + Target.DIRECT_SLACK) {
                return now;
            }
            TimeUnit.SECONDS.sleep(1);
            now = gauge.read();
        }
        progress("all have left, but the relay still has %s; at the start %s", now, start);
        return now;
    }

    private Again comeAgain() throws InterruptedException {
        double relayCpu = relays.cpuSeconds();
        double crowdCpu = ownCpuSeconds();
        long begun = System.nanoTime();
        crowd.join(options.most(), AT_ONCE, BOUND);
        double seconds = since(begun);
        crowd.awaitAcquainted(BOUND);
        Again again = new Again(options.most(), seconds, relays.cpuSeconds() - relayCpu, ownCpuSeconds() - crowdCpu);
        // a session that lived for five seconds was a success, for the pauses of devices
        TimeUnit.SECONDS.sleep(6);
        progress(
                "all left and came again: %.0f joins/s, processor time per join: relay %.1f ms, crowd %.1f ms",
                again.joinsPerSecond(), again.relayCpuMillis(), again.crowdCpuMillis());
        return again;
    }

    private Comeback comeback() throws InterruptedException {
        crowd.clearFigures();
        crowd.exchange(true);
        long killed = System.nanoTime();
        RelayProcess relay = relays.first();
        relay.kill();
        relay.startAgain();
        relay.awaitReady();
        double down = since(killed);
        long up = System.nanoTime();
        List<Integer> curve = new ArrayList<>();
        while (crowd.present() < options.most() && since(up) < COMEBACK.toSeconds()) {
            TimeUnit.SECONDS.sleep(1);
            curve.add(crowd.present());
        }
        double seconds = since(up);
        crowd.awaitAcquainted(COMEBACK);
        double announced = since(up) - seconds;
        crowd.exchange(false);
        progress("the relay was killed, and back after %.1f s; all devices were back %.1f s later", down, seconds);
        return new Comeback(
                down,
                curve,
                seconds,
                announced,
                crowd.failedAttempts(),
                relays.cpuSeconds(),
                Level.Exchanges.of(crowd),
                crowd.pings.millis(0.99));
    }

    private static double since(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    private static double ownCpuSeconds() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getProcessCpuTime() / 1e9
                : 0;
    }

    private static String machine() {
        return Runtime.getRuntime().availableProcessors() + " processors, "
                + System.getProperty("os.name") + " " + System.getProperty("os.version") + ", Java "
                + System.getProperty("java.version") + ", at most " + mostDescriptors() + " descriptors per process";
    }

    @Override
    public void close() {
        crowd.close();
        relays.close();
    }
}
