package io.mnedc.device.dial;

import io.mnedc.api.finder.RelayFinder;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.ProtocolException;
import io.mnedc.device.common.Faults;
import io.mnedc.device.settings.RelayAddress;
import io.mnedc.transport.ControlLoop;
import io.mnedc.transport.ControlStream;
import io.mnedc.transport.ControlTls;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Runs races over the network. On the control loop. */
final class NetworkTrack implements RaceTrack {
    /** A TLS handshake that failed so late had no answer. */
    private static final long GIVEN_UP = Duration.ofSeconds(8).toNanos();

    private final ControlLoop loop;
    private final Resolver resolver;
    private final Finders finders;
    private final Function<RelayAddress, @Nullable ControlTls> tls;
    private final Paths paths;
    private final Carrier carrier;
    private final BiConsumer<Place, List<InetSocketAddress>> resolved;
    private final Function<RelayAddress, List<RelayFinder.Found>> told;

    /**
     * No attempt is made yet.
     *
     * @param tls how a stream to a relay is secured
     * @param paths how large segments may be
     * @param carrier connects an address
     * @param resolved told each host's addresses, before they are tried
     * @param told where a relay is that another one has told
     */
    NetworkTrack(
            ControlLoop loop,
            Resolver resolver,
            Finders finders,
            Function<RelayAddress, @Nullable ControlTls> tls,
            Paths paths,
            Carrier carrier,
            BiConsumer<Place, List<InetSocketAddress>> resolved,
            Function<RelayAddress, List<RelayFinder.Found>> told) {
        this.loop = loop;
        this.resolver = resolver;
        this.finders = finders;
        this.tls = tls;
        this.paths = paths;
        this.carrier = carrier;
        this.resolved = resolved;
        this.told = told;
    }

    @Override
    public RaceTrack.Runner start(Target target, RaceTrack.Progress progress) {
        Connection connection = new Connection(target, progress);
        connection.stream =
                carrier.control(target, tls.apply(target.relay()), connection).orElse(null);
        return connection;
    }

    @Override
    public int segment(InetSocketAddress address) {
        return paths.segment(address);
    }

    @Override
    public void lookUp(Place place, Consumer<List<InetSocketAddress>> found) {
        resolver.resolve(place, loop, addresses -> {
            resolved.accept(place, addresses);
            found.accept(addresses);
        });
    }

    @Override
    public void find(RelayAddress relay, Consumer<Finders.Finding> found) {
        if (relay.isTold()) {
            List<RelayFinder.Found> hosts = told.apply(relay);
            found.accept(new Finders.Finding(hosts, hosts.isEmpty() ? "it tells no address" : ""));
        } else {
            finders.find(relay, loop, found);
        }
    }

    @Override
    public Runnable later(long nanos, Runnable task) {
        return loop.schedule(Duration.ofNanos(nanos), task)::cancel;
    }

    @Override
    public long now() {
        return System.nanoTime();
    }

    /** A connection that is made and, should it win, handed on. */
    private final class Connection implements ControlStream.Handler, RaceTrack.Runner {
        private final Target target;
        private final RaceTrack.Progress progress;
        private @Nullable ControlStream stream;
        private @Nullable SSLSession session;
        private String protocol = "";
        private ControlStream.@Nullable Handler next;
        private long connectedAt;
        private boolean cut;

        Connection(Target target, RaceTrack.Progress progress) {
            this.target = target;
            this.progress = progress;
        }

        @Override
        public void cut() {
            cut = true;
            ControlStream begun = stream;
            if (begun != null) {
                begun.cut();
            }
        }

        @Override
        public boolean stuck() {
            ControlStream begun = stream;
            return begun != null && paths.stuck(begun.local(), target.address());
        }

        @Override
        public void hand(ControlStream.Handler to) {
            ControlStream ready = stream;
            SSLSession secure = session;
            if (ready == null) {
                throw new IllegalStateException("handed on before it was ready");
            }
            next = to;
            paths.secured(target.relay(), target.address(), target.segment());
            if (secure == null) {
                to.opened(ready);
            } else {
                to.secured(ready, secure, protocol);
            }
        }

        @Override
        public void connected(ControlStream connected) {
            connectedAt = System.nanoTime();
            if (!cut) {
                progress.connected();
            }
        }

        @Override
        public void secured(ControlStream secured, SSLSession tlsSession, String agreed) {
            stream = secured;
            session = tlsSession;
            protocol = agreed;
            ready(secured);
        }

        @Override
        public void opened(ControlStream opened) {
            stream = opened;
            ready(opened);
        }

        private void ready(ControlStream opened) {
            if (cut) {
                opened.cut();
            } else {
                progress.ready(this);
            }
        }

        // without TLS the stream knows no other handler

        @Override
        public void fault(Throwable cause) {
            Faults.ofStream(cause, loop);
        }

        @Override
        public void preamble(Preamble preamble) {
            ControlStream.Handler to = next;
            if (to != null) {
                to.preamble(preamble);
            }
        }

        @Override
        public void message(ControlMessage message) {
            ControlStream.Handler to = next;
            if (to != null) {
                to.message(message);
            }
        }

        @Override
        public void broken(ProtocolException broken) {
            ControlStream.Handler to = next;
            if (to != null) {
                to.broken(broken);
            }
        }

        @Override
        public void tick() {
            ControlStream.Handler to = next;
            if (to != null) {
                to.tick();
            }
        }

        @Override
        public void closed(@Nullable Throwable cause) {
            ControlStream.Handler to = next;
            if (to != null) {
                to.closed(cause);
            } else if (!cut) {
                if (connectedAt != 0 && System.nanoTime() - connectedAt >= GIVEN_UP) {
                    paths.suspect(target.address());
                }
                progress.failed(cause);
            }
        }
    }
}
