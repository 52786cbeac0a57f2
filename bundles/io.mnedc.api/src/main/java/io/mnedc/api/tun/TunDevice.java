package io.mnedc.api.tun;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/**
 * An open TUN interface. Packets are read and written in batches on direct buffers; each is preceded by a
 * virtio-net header of {@value #VNET_HEADER} bytes (struct virtio_net_hdr of linux/virtio_net.h, its 16-bit fields
 * little-endian on every machine) and may be a GSO super-packet of up to {@value #MAX_PACKET} bytes.
 *
 * <p>One thread may read while another one writes; two threads must not read, or write, at once. {@link #close()} may
 * be called by any thread, any number of times.
 */
@ProviderType
public interface TunDevice extends AutoCloseable {
    /** Bytes of the virtio-net header before each packet. */
    int VNET_HEADER = 10;

    /** The largest IP packet, super-packets included, in bytes. */
    int MAX_PACKET = 65_535;

    /** The most multicast groups that are told. */
    int MOST_GROUPS = 1024;

    /** {@return the interface's name: the one the kernel gave, or another one if somebody has renamed it} */
    String name();

    /** {@return the settings in force, with the interface's name} */
    TunSettings settings();

    /** {@return how the interface is now; after {@link #configure} as that has left it} */
    TunState state();

    /**
     * Has changes of the state told. What somebody else takes from the interface is put back first; the state changes
     * only if that does not help.
     *
     * @param observer is told from now on, instead of the one before
     */
    void observe(TunObserver observer);

    /** Says that the observer's destinations are others now. Never waits. */
    void destinationsChanged();

    /** {@return what may be written without having been computed or cut by the caller} */
    Set<TunOffload> offloads();

    /**
     * Changes addresses, routes, MTU or multicast while packets flow; only what differs is touched. Name and offloads cannot be
     * changed.
     *
     * @param settings what it shall be like now
     * @throws TunException with a message that names the cure; what was in force before goes on
     */
    void configure(TunSettings settings) throws TunException;

    /**
     * Reads packets into a buffer, one after the other, each after a gap that the caller may fill: for each packet,
     * {@code headroom} untouched bytes, then the virtio-net header, then the packet. Waits for the first packet, then
     * takes what is there without waiting, while a packet of the largest size still fits and {@code lengths} has room.
     *
     * @param batch a direct buffer with at least {@code headroom + VNET_HEADER + MAX_PACKET} bytes remaining; its
     *     position is moved behind the last packet
     * @param headroom bytes to leave before each packet, 0 to 64
     * @param lengths receives for each packet the bytes of header and packet
     * @return the number of packets, at least 1
     * @throws java.nio.channels.ClosedChannelException if the device is or gets closed; a waiting reader is woken at once
     * @throws IOException if the interface failed
     */
    int read(ByteBuffer batch, int headroom, int[] lengths) throws IOException;

    /**
     * Writes packets. A packet that the kernel refuses (malformed, no buffer space, interface down) is counted and
     * left out; the others are not affected. Never waits for long.
     *
     * @param batch a direct buffer; position and limit are neither used nor changed
     * @param offsets where in the buffer the virtio-net header of each packet begins
     * @param lengths bytes of header and packet, for each packet
     * @param count the number of packets
     * @return how many were taken
     * @throws java.nio.channels.ClosedChannelException if the device is closed
     * @throws IOException if the interface failed
     */
    int write(ByteBuffer batch, int[] offsets, int[] lengths, int count) throws IOException;

    /**
     * {@return the multicast groups in which the host is on this interface, as programs or the system have joined them, at most
     *     {@value #MOST_GROUPS}; none from a driver that does not know}
     *
     * <p>It reads what the system tells and does not wait; whoever follows the groups asks again, but not more than once a second.
     *
     * @throws IOException if the system does not tell
     */
    default Collection<InetAddress> groups() throws IOException {
        return List.of();
    }

    /** {@return packets that the kernel refused since the device was opened} */
    long refused();

    /** Removes the interface and wakes a waiting reader. */
    @Override
    void close();
}
