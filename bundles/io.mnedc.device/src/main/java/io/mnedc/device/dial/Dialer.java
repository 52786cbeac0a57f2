package io.mnedc.device.dial;

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
    private final Paths paths;
    private final Carrier carrier;

    Dialer(ControlLoop loop, Resolver resolver, Paths paths, Carrier carrier) {
        this.loop = loop;
        this.resolver = resolver;
        this.paths = paths;
        this.carrier = carrier;
    }

    /**
     * Dials by plain TCP.
     *
     * @param loop the control loop
     * @param data serves data streams
     * @param resolver looks up names
     * @param paths how large segments may be
     */
    public static Dialer tcp(ControlLoop loop, DataLoop data, Resolver resolver, Paths paths) {
        return new Dialer(loop, resolver, paths, new TcpCarrier(loop, data, paths));
    }

    /**
     * Prepares a control stream to one of several relays.
     *
     * @param relays in their order
     * @param good addresses that worked last
     * @param tls how a stream to a relay is secured; null without TLS
     * @param resolved told each relay's addresses, before they are tried
     * @return what finds one; {@link RelayRace#resume} begins
     */
    public RelayRace control(
            List<RelayAddress> relays,
            Map<RelayAddress, InetSocketAddress> good,
            Function<RelayAddress, @Nullable ControlTls> tls,
            BiConsumer<RelayAddress, List<InetSocketAddress>> resolved,
            RelayRace.Events events) {
        return new RelayRace(new NetworkTrack(loop, resolver, tls, paths, carrier, resolved), relays, good, events);
    }

    /**
     * Connects a data stream to the address that a control stream has reached.
     *
     * @param handler told, on the data loop, that it is opened, or closed if that fails
     */
    public void data(RelayAddress relay, InetSocketAddress address, StreamSettings settings, DataHandler handler) {
        carrier.data(new Target(relay, address, paths.segment(address)), settings, handler);
    }
}
