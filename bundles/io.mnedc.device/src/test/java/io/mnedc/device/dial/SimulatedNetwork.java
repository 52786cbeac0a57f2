package io.mnedc.device.dial;

import io.mnedc.api.finder.RelayFinder.Found;
import io.mnedc.device.settings.RelayAddress;
import io.mnedc.transport.ControlStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A network without packets, in a time that the test moves. */
final class SimulatedNetwork implements RaceTrack {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    record Task(long due, Runnable run) {}

    /**
     * What an address does when it is dialled, in milliseconds from then.
     *
     * @param connects when it accepts the connection; negative: it does not
     * @param ends when the attempt ends
     * @param cause why it fails; null: it is a relay of the overlay
     */
    record Behaviour(long connects, long ends, @Nullable Throwable cause) {
        static Behaviour good(long roundTrip) {
            return new Behaviour(roundTrip, 3 * roundTrip, null);
        }

        /** Nothing comes back, until TCP gives up. */
        static Behaviour silent() {
            return new Behaviour(-1, 5_000, new ConnectException("connection timed out after 5000 ms"));
        }

        static Behaviour refusing(long after) {
            return new Behaviour(-1, after, new ConnectException("Connection refused"));
        }

        /** It accepts the connection and says nothing, until TLS gives up. */
        static Behaviour stalling(long connects) {
            return new Behaviour(connects, connects + 10_000, new IOException("the TLS handshake took too long"));
        }

        static Behaviour foreign(long after) {
            return new Behaviour(after / 2, after, new CertificateException("not of this overlay"));
        }
    }

    final List<RelayAddress> asked = new ArrayList<>();
    final List<String> started = new ArrayList<>();
    final Map<String, Throwable> failAtOnce = new HashMap<>();
    final Set<RelayAddress> answered = new HashSet<>();
    final Set<String> stuck = new HashSet<>();
    final List<Task> tasks = new ArrayList<>();
    private final Map<RelayAddress, Consumer<List<InetSocketAddress>>> lookUps = new HashMap<>();
    private final Map<RelayAddress, Consumer<Finders.Finding>> finds = new HashMap<>();
    private final Map<String, Attempt> attempts = new LinkedHashMap<>();
    private final Map<RelayAddress, Runnable> scripts = new HashMap<>();
    private final Map<String, Behaviour> behaviours = new HashMap<>();
    private Runnable watch = () -> {};
    private long now = Long.MAX_VALUE - 5; // it may wrap round

    private final class Attempt implements Runner {
        final String host;
        final Progress progress;

        Attempt(String host, Progress progress) {
            this.host = host;
            this.progress = progress;
        }

        @Override
        public void cut() {
            attempts.remove(host, this);
        }

        @Override
        public boolean stuck() {
            return stuck.contains(host);
        }

        @Override
        public void hand(ControlStream.Handler next) {
            throw new AssertionError("there is nothing to hand on");
        }
    }

    @Override
    public Runner start(Target target, Progress progress) {
        String host = name(target);
        started.add(host);
        Attempt attempt = new Attempt(host, progress);
        Throwable cause = failAtOnce.get(host);
        if (cause == null) {
            attempts.put(host, attempt);
            Behaviour behaviour = behaviours.get(host(target.address()));
            if (behaviour != null) {
                play(attempt, behaviour);
            }
        } else {
            progress.failed(cause);
        }
        return attempt;
    }

    private void play(Attempt attempt, Behaviour behaviour) {
        if (behaviour.connects() >= 0) {
            after(behaviour.connects(), () -> ifRunning(attempt, () -> attempt.progress.connected()));
        }
        after(
                behaviour.ends(),
                () -> ifRunning(attempt, () -> {
                    if (behaviour.cause() == null) {
                        secured(attempt.host);
                    } else {
                        fail(attempt.host, behaviour.cause());
                    }
                }));
    }

    private void ifRunning(Attempt attempt, Runnable task) {
        if (attempts.get(attempt.host) == attempt) {
            task.run();
        }
    }

    private void after(long millis, Runnable task) {
        later(Duration.ofMillis(millis).toNanos(), task);
    }

    /** From now on an address does this when it is dialled. */
    void behaves(String host, Behaviour behaviour) {
        behaviours.put(host, behaviour);
    }

    /** A name stands for these addresses; the answer takes so many milliseconds. */
    void knows(RelayAddress name, long millis, String... hosts) {
        scripts.put(name, () -> after(millis, () -> known(name, hosts)));
    }

    /** A search finds these hosts; that takes so many milliseconds. */
    void finds(RelayAddress relay, long millis, String... hosts) {
        scripts.put(relay, () -> after(millis, () -> found(relay, hosts)));
    }

    /** Runs a check after all that happens. */
    void watch(Runnable check) {
        watch = check;
    }

    static String name(Target target) {
        return host(target.address()) + (target.segment() == Paths.USUAL ? "" : "/" + target.segment());
    }

    @Override
    public int segment(InetSocketAddress address) {
        return Paths.USUAL;
    }

    @Override
    public void lookUp(Place place, Consumer<List<InetSocketAddress>> found) {
        RelayAddress host = new RelayAddress(place.host(), place.port());
        asked.add(host);
        lookUps.put(host, found);
        if (Place.literal(place.host()).isPresent()) {
            found.accept(addresses(place.host()));
        }
        scripts.getOrDefault(host, () -> {}).run();
    }

    @Override
    public void find(RelayAddress relay, Consumer<Finders.Finding> found) {
        asked.add(relay);
        finds.put(relay, found);
        scripts.getOrDefault(relay, () -> {}).run();
    }

    void found(RelayAddress relay, String... hosts) {
        Consumer<Finders.Finding> asking = finds.get(relay);
        if (asking == null) {
            throw new AssertionError("nobody has asked for " + relay);
        }
        asking.accept(new Finders.Finding(
                List.of(hosts).stream().map(host -> new Found(host, 3334)).toList(),
                hosts.length == 0 ? "none is there" : ""));
    }

    @Override
    public Runnable later(long nanos, Runnable task) {
        Task scheduled = new Task(now + nanos, task);
        tasks.add(scheduled);
        return () -> tasks.remove(scheduled);
    }

    @Override
    public long now() {
        return now;
    }

    void pass(long millis) {
        long end = now + Duration.ofMillis(millis).toNanos();
        for (Task next = due(end); next != null; next = due(end)) {
            run(next);
        }
        now = end;
    }

    /** Lets time pass until something is so. {@return how many milliseconds that took} */
    long passUntil(BooleanSupplier so) {
        long begun = now;
        long end = now + LIMIT.toNanos();
        while (!so.getAsBoolean()) {
            Task next = due(end);
            if (next == null) {
                throw new AssertionError("it is not so after " + LIMIT);
            }
            run(next);
        }
        return Duration.ofNanos(now - begun).toMillis();
    }

    private void run(Task next) {
        now = next.due();
        tasks.remove(next);
        next.run().run();
        watch.run();
    }

    private @Nullable Task due(long end) {
        return tasks.stream()
                .filter(task -> task.due() - end <= 0)
                .min((a, b) -> Long.compare(a.due() - b.due(), 0))
                .orElse(null);
    }

    void known(RelayAddress relay, String... hosts) {
        Consumer<List<InetSocketAddress>> asking = lookUps.get(relay);
        if (asking == null) {
            throw new AssertionError("nobody has asked for " + relay);
        }
        asking.accept(addresses(hosts));
    }

    List<String> running() {
        return List.copyOf(attempts.keySet());
    }

    private Attempt attempt(String host) {
        Attempt attempt = attempts.get(host);
        if (attempt == null) {
            throw new AssertionError(host + " is not tried, but " + attempts.keySet());
        }
        return attempt;
    }

    void connected(String host) {
        attempt(host).progress.connected();
    }

    void secured(String host) {
        Attempt attempt = attempt(host);
        attempt.progress.connected();
        attempt.progress.ready(attempt);
    }

    void fail(String host, Throwable cause) {
        Attempt attempt = attempt(host);
        attempts.remove(host);
        attempt.progress.failed(cause);
    }

    /** The winner's connection has ended. */
    void forget(String host) {
        attempts.remove(host);
    }

    static String host(InetSocketAddress address) {
        return address.getAddress().getHostAddress().replaceFirst("^fd00:0:0:0:0:0:0:", "fd00::");
    }

    static List<String> hosts(List<InetSocketAddress> addresses) {
        return addresses.stream().map(SimulatedNetwork::host).toList();
    }

    static InetSocketAddress address(String host) {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), 3334);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static List<InetSocketAddress> addresses(String... hosts) {
        return List.of(hosts).stream().map(SimulatedNetwork::address).toList();
    }
}
