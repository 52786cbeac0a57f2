package io.mnedc.api.tcp;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Service: what Java does not tell of TCP sockets, and cannot set. Sockets are named by their addresses, and only those of
 * this process are found. All methods may be called by any thread and do not block; where something is not possible, they
 * say so by what they return.
 */
@ProviderType
public interface TcpSockets {
    /**
     * Has a connection that is still to be made carry small segments, in both directions: its request to connect tells the
     * other end, too.
     *
     * @param local where the socket is bound; it is not connected yet
     * @param bytes the most data in a segment
     * @return whether it will
     */
    boolean limitSegments(InetSocketAddress local, int bytes);

    /**
     * Tells how a connection is.
     *
     * @param local this end
     * @param remote the other end
     * @return what the system says now; empty if it says nothing, or there is no such connection
     */
    Optional<TcpState> state(InetSocketAddress local, InetSocketAddress remote);
}
