package io.mnedc.device.dial;

import io.mnedc.api.tcp.TcpSockets;
import io.mnedc.api.tcp.TcpState;
import io.mnedc.device.settings.RelayAddress;
import io.mnedc.transport.SocketSetup;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How large segments may be on the paths to relays' addresses. The system decides, unless a path has turned out to drop
 * large packets without a word. Then segments are smaller there, for a time, in both directions. On the control loop.
 */
public final class Paths {
    private static final Logger LOG = LoggerFactory.getLogger(Paths.class);

    /** As large as the system finds right. */
    public static final int USUAL = 0;

    /** Every path of IPv6 takes the first (RFC 8200, section 5), every path of IPv4 the second (RFC 1122). */
    private static final int[] SIZES = {1220, 536};

    /** The path may be mended after that time, or be another one. */
    private static final long MEMORY = Duration.ofHours(1).toNanos();

    private static final int MOST = 64;

    private record Known(int segment, long since) {}

    private final Supplier<@Nullable TcpSockets> sockets;
    private final Supplier<String> deviceId;
    private final Map<InetSocketAddress, Known> known = new HashMap<>();
    private final Set<InetSocketAddress> suspected = new HashSet<>();

    /**
     * No path is known to be narrow yet.
     *
     * @param sockets who looks at sockets, now; null: nobody
     * @param deviceId for the log
     */
    public Paths(Supplier<@Nullable TcpSockets> sockets, Supplier<String> deviceId) {
        this.sockets = sockets;
        this.deviceId = deviceId;
    }

    /** {@return the most data in a segment to this address, or {@link #USUAL}} */
    public int segment(InetSocketAddress remote) {
        Known path = known.get(remote);
        if (path == null) {
            return USUAL;
        }
        if (System.nanoTime() - path.since() > MEMORY) {
            known.remove(remote);
            return USUAL;
        }
        return path.segment();
    }

    /** {@return what comes below; {@link #USUAL} if nothing does} */
    public static int below(int segment) {
        for (int size : SIZES) {
            if (segment == USUAL || size < segment) {
                return size;
            }
        }
        return USUAL;
    }

    /** {@return what to do with a socket that is to be connected; null: nothing} */
    @Nullable
    SocketSetup setup(int segment) {
        TcpSockets service = sockets.get();
        if (segment == USUAL || service == null) {
            return null;
        }
        return local -> {
            if (!service.limitSegments(local, segment)) {
                LOG.debug("segments of the socket at {} could not be limited to {} bytes", local, segment);
            }
        };
    }

    /** {@return how a connection is, if somebody can tell} */
    public Optional<TcpState> state(@Nullable InetSocketAddress local, @Nullable InetSocketAddress remote) {
        TcpSockets service = sockets.get();
        return service == null || local == null || remote == null ? Optional.empty() : service.state(local, remote);
    }

    /** {@return whether something was sent that does not arrive} */
    boolean stuck(@Nullable InetSocketAddress local, InetSocketAddress remote) {
        // a relay that is merely busy has sent nothing at all yet, and acknowledged what was sent to it
        return suspected.contains(remote)
                || state(local, remote)
                        .filter(now -> now.outOfOrder() > 0
                                || now.receivedBytes() > 0
                                || (now.unacknowledged() > 0 && now.retransmissions() > 1))
                        .isPresent();
    }

    /** A connection to this address was given up while TLS waited: next time, small segments are tried soon. */
    void suspect(InetSocketAddress remote) {
        if (suspected.size() < MOST && sockets.get() != null) {
            suspected.add(remote);
        }
    }

    /** A connection to this address is secured with segments of this size. */
    void secured(RelayAddress relay, InetSocketAddress remote, int segment) {
        suspected.remove(remote);
        narrow(relay, remote, segment);
    }

    /**
     * The path to this address drops large packets.
     *
     * @param segment what is right for it, or to be tried next
     */
    public void narrow(RelayAddress relay, InetSocketAddress remote, int segment) {
        int before = segment(remote);
        if (segment == USUAL || segment == before) {
            return;
        }
        if (known.size() >= MOST) {
            known.clear();
        }
        known.put(remote, new Known(segment, System.nanoTime()));
        LOG.warn(
                "device {}: large packets get lost on the way to relay {} ({}) while small ones pass, and no router says so"
                        + " (a path MTU black hole); TCP segments to and from it are limited to {} bytes for an hour."
                        + " Better find the router that drops them: have it let ICMP \"fragmentation needed\" and \"packet"
                        + " too big\" through, or clamp the MSS; or set a smaller MTU on this device's interface to it",
                deviceId.get(),
                relay,
                remote,
                segment);
    }
}
