package io.mnedc.device.dial;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Looks up the addresses of names, apart from the loops. */
public final class Resolver implements AutoCloseable {
    private static final Pattern IPV4 = Pattern.compile("((25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(?!$)|$)){4}");

    /** What a name stands for. */
    @FunctionalInterface
    public interface Names {
        InetAddress[] lookUp(String host) throws UnknownHostException;
    }

    private final Names names;
    private final LookUps<List<InetAddress>> lookUps;

    /** Asks the system, each time anew. */
    public Resolver() {
        this(new FreshNames(InetAddress::getAllByName));
    }

    public Resolver(Names names) {
        this.names = names;
        this.lookUps = new LookUps<>("mnedc-device-resolve", this::lookUp, List.of());
    }

    /**
     * Looks up a host; an address needs no look-up.
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
            lookUps.ask(host, loop, tell);
        }
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
    public void close() {
        lookUps.close();
    }
}
