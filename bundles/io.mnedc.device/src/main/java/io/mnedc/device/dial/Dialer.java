package io.mnedc.device.dial;

import io.mnedc.api.finder.RelayFinder;
import io.mnedc.device.settings.RelayAddress;
import io.mnedc.transport.ControlLoop;
import io.mnedc.transport.ControlTls;
import io.mnedc.transport.DataHandler;
import io.mnedc.transport.DataLoop;
import io.mnedc.transport.StreamSettings;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Connects to relays: a list of relays becomes addresses in their order, and these become one connection. Control stream,
 * enrolment and data stream all use it, so that a {@link Carrier} serves them alike. On the control loop.
 */
public final class Dialer {
    private final ControlLoop loop;
    private final Resolver resolver;
    private final Finders finders;
    private final Tries tries;
    private final Paths paths;
    private final Carrier carrier;

    Dialer(ControlLoop loop, Resolver resolver, Finders finders, Tries tries, Paths paths, Carrier carrier) {
        this.loop = loop;
        this.resolver = resolver;
        this.finders = finders;
        this.tries = tries;
        this.paths = paths;
        this.carrier = carrier;
    }

    /**
     * Dials by plain TCP.
     *
     * @param loop the control loop
     * @param data serves data streams
     * @param resolver looks up names
     * @param finders find relays that are not given by their names
     * @param tries told each try
     * @param paths how large segments may be
     */
    public static Dialer tcp(
            ControlLoop loop, DataLoop data, Resolver resolver, Finders finders, Tries tries, Paths paths) {
        return new Dialer(loop, resolver, finders, tries, paths, new TcpCarrier(loop, data, paths));
    }

    /**
     * Prepares a control stream to one of several relays.
     *
     * @param relays in their order
     * @param good what worked last
     * @param tls how a stream to a relay is secured; null without TLS
     * @param resolved told each host's addresses, before they are tried
     * @param told where a relay is that another one has told
     * @return what finds one; {@link RelayRace#resume} begins
     */
    public RelayRace control(
            List<RelayAddress> relays,
            Map<RelayAddress, Target> good,
            Function<RelayAddress, @Nullable ControlTls> tls,
            BiConsumer<Place, List<InetSocketAddress>> resolved,
            Function<RelayAddress, List<RelayFinder.Found>> told,
            RelayRace.Events events) {
        return new RelayRace(
                new NetworkTrack(loop, resolver, finders, tls, paths, carrier, resolved, told),
                relays,
                good,
                tries,
                events);
    }

    /** {@return what has been tried} */
    public Tries tries() {
        return tries;
    }

    /**
     * Connects a data stream to the address that a control stream has reached.
     *
     * @param reached by the control stream
     * @param handler told, on the data loop, that it is opened, or closed if that fails
     */
    public void data(Target reached, StreamSettings settings, DataHandler handler) {
        InetSocketAddress address = reached.address();
        carrier.data(new Target(reached.place(), address, paths.segment(address)), settings, handler);
    }
}
