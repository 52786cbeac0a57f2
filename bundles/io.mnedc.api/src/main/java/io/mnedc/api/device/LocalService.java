package io.mnedc.api.device;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Whiteboard: a UDP service for programs on this host that a device answers by itself, at the overlay's service address: the
 * first address of the pool and of the IPv6 prefix, which is the relay's. It needs no port of the host. What programs send there
 * does not leave the host. Only datagrams from the device's own addresses are answered; fragments are not.
 */
@ConsumerType
public interface LocalService {
    /** The largest datagram that is taken, and the largest answer, in bytes. */
    int MOST_BYTES = 4_096;

    /** {@return the UDP port, 1 to 65,535; always the same. Of two services with one port the first is asked} */
    int port();

    /**
     * Answers a datagram. Called by one thread at a time. While it works others wait, and those for which there is no room
     * are dropped.
     *
     * @param from who has sent it
     * @param datagram what was sent: any bytes
     * @return the answer, at most {@value #MOST_BYTES} bytes; null for none
     */
    byte @Nullable [] answer(InetSocketAddress from, byte[] datagram);
}
