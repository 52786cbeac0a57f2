package io.mnedc.device.dial;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.api.text.PlainText;
import io.mnedc.device.settings.RelayAddress;
import io.mnedc.transport.Daemon;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks up names apart from the loops, because that may take seconds, or minutes: one name that hangs does not hold up
 * the others. Its threads live only while there is work.
 */
public final class Resolver implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Resolver.class);
    private static final int MOST_THREADS = 4;

    private static final Pattern IPV4 = Pattern.compile("((25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(?!$)|$)){4}");

    /** Those who wait for a name that hangs; more are only of rounds that are long over. */
    private static final int MOST_WAITING = 16;

    /** What a name stands for. */
    @FunctionalInterface
    public interface Names {
        InetAddress[] lookUp(String host) throws UnknownHostException;
    }

    private final Names names;
    private final ThreadPoolExecutor threads;

    @GuardedBy("this")
    private final Map<String, List<Consumer<List<InetAddress>>>> pending = new HashMap<>();

    public Resolver() {
        this(InetAddress::getAllByName);
    }

    public Resolver(Names names) {
        this.names = names;
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                MOST_THREADS,
                MOST_THREADS,
                1,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> Daemon.thread("mnedc-device-resolve-" + number.incrementAndGet(), task),
                (late, ended) -> LOG.debug("a look-up is dropped: the device is ending"));
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * Looks up a relay; an address needs no look-up. Nothing happens after the end.
     *
     * @param relay what to look up
     * @param loop where to tell the result; it drops what comes after its end
     * @param result told all addresses; none if the name is not known
     */
    public void resolve(RelayAddress relay, Executor loop, Consumer<List<InetSocketAddress>> result) {
        Consumer<List<InetAddress>> tell = found -> loop.execute(() -> result.accept(found.stream()
                .map(address -> new InetSocketAddress(address, relay.port()))
                .toList()));
        String host = relay.host();
        if (host.indexOf(':') >= 0 || IPV4.matcher(host).matches()) {
            tell.accept(lookUp(host));
        } else if (first(host, tell)) {
            threads.execute(() -> answer(host));
        }
    }

    /** {@return whether nobody has asked for this name yet} */
    private synchronized boolean first(String host, Consumer<List<InetAddress>> tell) {
        List<Consumer<List<InetAddress>>> waiting = pending.get(host);
        boolean first = waiting == null;
        if (waiting == null) {
            waiting = new ArrayList<>();
            pending.put(host, waiting);
        }
        if (waiting.size() == MOST_WAITING) {
            waiting.remove(0);
        }
        waiting.add(tell);
        return first;
    }

    private void answer(String host) {
        List<InetAddress> found = List.of();
        try {
            found = lookUp(host);
        } catch (RuntimeException | Error e) {
            // those who asked hear of no address, and ask again
            LOG.error("looking up {} has failed", PlainText.of(host), e);
        } finally {
            for (Consumer<List<InetAddress>> one : taken(host)) {
                one.accept(found);
            }
        }
    }

    /** {@return who waited for this name} */
    private synchronized List<Consumer<List<InetAddress>>> taken(String host) {
        List<Consumer<List<InetAddress>>> waiting = pending.remove(host);
        return waiting == null ? List.of() : waiting;
    }

    private List<InetAddress> lookUp(String host) {
        try {
            return List.of(names.lookUp(host));
        } catch (UnknownHostException e) {
            return List.of();
        }
    }

    /** Nobody waits for the threads' end: a look-up cannot be interrupted. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
