package io.mnedc.device.dial;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.device.settings.RelayAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Looks up the addresses of names, apart from the loops. Anybody may name hosts that no DNS answers for. So each search has
 * threads of its own for the hosts that it finds: they keep no configured name waiting, and none of another search.
 * Thread-safe.
 */
public final class Resolver implements AutoCloseable {
    /** All that were told share their threads. */
    private static final RelayAddress TOLD = RelayAddress.told("");

    private static final Pattern IPV4 = Pattern.compile("((25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(?!$)|$)){4}");

    /** What a name stands for. */
    @FunctionalInterface
    public interface Names {
        InetAddress[] lookUp(String host) throws UnknownHostException;
    }

    private final Names names;
    private final LookUps<List<InetAddress>> configured;

    /** Those of each entry of the list that finds hosts. */
    @GuardedBy("this")
    private final Map<RelayAddress, LookUps<List<InetAddress>>> found = new HashMap<>();

    @GuardedBy("this")
    private boolean closed;

    /** Asks the system, each time anew. */
    public Resolver() {
        this(new FreshNames(InetAddress::getAllByName));
    }

    public Resolver(Names names) {
        this.names = names;
        this.configured = lookUps("mnedc-device-resolve");
    }

    private LookUps<List<InetAddress>> lookUps(String thread) {
        return new LookUps<>(thread, this::lookUp, List.of());
    }

    /**
     * Looks up a host; an address needs no look-up. No name is looked up after the end.
     *
     * @param place what to look up
     * @param loop where to tell the result; it drops what comes after its end
     * @param result told all addresses; none if the name is not known
     */
    public void resolve(Place place, Executor loop, Consumer<List<InetSocketAddress>> result) {
        Consumer<List<InetAddress>> tell = found -> result.accept(found.stream()
                .map(address -> new InetSocketAddress(address, place.port()))
                .toList());
        String host = place.host();
        if (literal(host)) {
            List<InetAddress> address = lookUp(host);
            loop.execute(() -> tell.accept(address));
        } else {
            of(place.relay()).ask(host, loop, tell);
        }
    }

    private LookUps<List<InetAddress>> of(RelayAddress relay) {
        return relay.isFound() ? ofFound(relay) : configured;
    }

    private synchronized LookUps<List<InetAddress>> ofFound(RelayAddress relay) {
        // those that have ended drop what is asked
        RelayAddress key = relay.isTold() ? TOLD : relay;
        return closed ? configured : found.computeIfAbsent(key, each -> lookUps("mnedc-device-resolve-found"));
    }

    /** {@return whether a host is given by its address} */
    static boolean literal(String host) {
        return host.indexOf(':') >= 0 || IPV4.matcher(host).matches();
    }

    private List<InetAddress> lookUp(String host) {
        try {
            return List.of(literal(host) ? InetAddress.getAllByName(host) : names.lookUp(host));
        } catch (UnknownHostException e) {
            return List.of();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        configured.close();
        found.values().forEach(LookUps::close);
    }
}
