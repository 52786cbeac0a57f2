package io.mnedc.tun.memory;

import io.mnedc.api.tun.TunDevice;
import io.mnedc.api.tun.TunException;
import io.mnedc.api.tun.TunException.Reason;
import io.mnedc.api.tun.TunObserver;
import io.mnedc.api.tun.TunOffload;
import io.mnedc.api.tun.TunSettings;
import io.mnedc.api.tun.TunState;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An interface in memory. Its owner reads and writes as on any {@link TunDevice}; a test plays the applications with
 * {@link #inject(byte[])} and {@link #take(Duration)}. Both directions hold {@value #QUEUE} packets and drop what comes
 * on top, as the kernel does. Thread-safe.
 */
public final class MemoryTunDevice implements TunDevice {
    /** Packets that each direction holds. */
    public static final int QUEUE = 1024;

    private static final int MOST_HEADROOM = 64;

    private final String requestedName;
    private final Set<TunOffload> offloads;
    private final Consumer<MemoryTunDevice> onClose;
    private final Deque<byte[]> toOwner = new ArrayDeque<>();
    private final Deque<byte[]> fromOwner = new ArrayDeque<>();
    private TunSettings settings;
    private Optional<String> fault = Optional.empty();
    private Optional<String> warning = Optional.empty();
    private @Nullable TunObserver observer;
    private int destinationChanges;
    private Set<InetAddress> groups = Set.of();
    private long refused;
    private boolean closed;

    MemoryTunDevice(
            TunSettings settings, String requestedName, Set<TunOffload> offloads, Consumer<MemoryTunDevice> onClose) {
        this.settings = settings;
        this.requestedName = requestedName;
        this.offloads = offloads;
        this.onClose = onClose;
    }

    /**
     * Sends a packet as an application would: the owner will read it.
     *
     * @param headerAndPacket a virtio-net header and an IP packet
     * @return false if it was dropped because {@value #QUEUE} packets wait or the interface is closed
     */
    public synchronized boolean inject(byte[] headerAndPacket) {
        if (headerAndPacket.length <= VNET_HEADER || headerAndPacket.length > VNET_HEADER + MAX_PACKET) {
            throw new IllegalArgumentException(
                    headerAndPacket.length + " bytes are not a virtio-net header with a packet of 1.." + MAX_PACKET);
        }
        if (closed || toOwner.size() == QUEUE) {
            return false;
        }
        toOwner.add(headerAndPacket.clone());
        notifyAll();
        return true;
    }

    /**
     * Sends an ordinary packet (complete checksums, one segment) as an application would.
     *
     * @param packet an IP packet
     * @return false if it was dropped because {@value #QUEUE} packets wait or the interface is closed
     */
    public boolean injectPacket(byte[] packet) {
        byte[] whole = new byte[VNET_HEADER + packet.length];
        System.arraycopy(packet, 0, whole, VNET_HEADER, packet.length);
        return inject(whole);
    }

    /**
     * Receives as an application would what the owner wrote.
     *
     * @param atMost how long to wait for it
     * @return a virtio-net header and an IP packet, or null if none came or the interface was closed
     * @throws InterruptedException if the thread was interrupted
     */
    public synchronized byte @Nullable [] take(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (fromOwner.isEmpty() && !closed) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return null;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return fromOwner.poll();
    }

    @Override
    public synchronized String name() {
        return settings.name();
    }

    @Override
    public synchronized TunSettings settings() {
        return settings;
    }

    @Override
    public synchronized TunState state() {
        return new TunState(settings.name(), settings.addresses(), fault, warning);
    }

    @Override
    public synchronized void observe(TunObserver now) {
        observer = now;
    }

    @Override
    public synchronized void destinationsChanged() {
        destinationChanges++;
    }

    /** {@return how often the owner has said that its destinations are others} */
    public synchronized int destinationChanges() {
        return destinationChanges;
    }

    /** {@return the destinations that the owner names now} */
    public List<InetAddress> destinations() {
        TunObserver asked;
        synchronized (this) {
            asked = observer;
        }
        List<InetAddress> all = new ArrayList<>();
        if (asked != null) {
            asked.destinations().forEachRemaining(all::add);
        }
        return all;
    }

    /**
     * Plays another program that does something to the interface.
     *
     * @param name the interface's name from now on
     * @param nowFault what is wrong then, if no packets go through it
     * @param nowWarning what else is wrong then
     */
    public void disturb(String name, Optional<String> nowFault, Optional<String> nowWarning) {
        TunObserver told;
        synchronized (this) {
            settings = settings.named(name);
            fault = nowFault;
            warning = nowWarning;
            told = observer;
        }
        if (told != null) {
            told.changed();
        }
    }

    /**
     * Plays programs that join and leave multicast groups.
     *
     * @param now the groups from now on
     */
    public synchronized void join(Set<InetAddress> now) {
        groups = Set.copyOf(now);
    }

    @Override
    public synchronized Set<InetAddress> groups() {
        return groups;
    }

    @Override
    public Set<TunOffload> offloads() {
        return offloads;
    }

    @Override
    public synchronized void configure(TunSettings wanted) throws TunException {
        boolean sameName =
                wanted.name().equals(settings.name()) || wanted.name().equals(requestedName);
        if (!sameName || wanted.offload() != settings.offload()) {
            throw new TunException(
                    Reason.FAILED,
                    "name and offload of the open interface " + settings.name()
                            + " cannot be changed; close it and open it again");
        }
        if (closed) {
            throw new TunException(
                    Reason.FAILED, "interface " + settings.name() + " is closed and cannot be changed; open it again");
        }
        settings = wanted.named(settings.name());
    }

    @Override
    public synchronized int read(ByteBuffer batch, int headroom, int[] lengths) throws IOException {
        int room = headroom + VNET_HEADER + MAX_PACKET;
        if (headroom < 0
                || headroom > MOST_HEADROOM
                || lengths.length == 0
                || !batch.isDirect()
                || batch.remaining() < room) {
            throw new IllegalArgumentException("a batch is a direct buffer with at least " + room
                    + " bytes remaining, headroom 0.." + MOST_HEADROOM + " and room for a length; given: " + batch
                    + ", headroom " + headroom + ", lengths " + lengths.length);
        }
        awaitPacket();
        int count = 0;
        while (count < lengths.length && batch.remaining() >= room && !toOwner.isEmpty()) {
            byte[] packet = toOwner.remove();
            batch.position(batch.position() + headroom).put(packet);
            lengths[count++] = packet.length;
        }
        return count;
    }

    @Override
    public synchronized int write(ByteBuffer batch, int[] offsets, int[] lengths, int count) throws IOException {
        if (!batch.isDirect()) {
            throw new IllegalArgumentException("a direct buffer is needed, not " + batch);
        }
        if (closed) {
            throw new ClosedChannelException();
        }
        int taken = 0;
        for (int i = 0; i < count; i++) {
            byte[] packet = new byte[lengths[i]];
            batch.duplicate().clear().position(offsets[i]).get(packet);
            if (fromOwner.size() < QUEUE && isPlausible(packet)) {
                fromOwner.add(packet);
                taken++;
            } else {
                refused++;
            }
        }
        notifyAll();
        return taken;
    }

    @Override
    public synchronized long refused() {
        return refused;
    }

    /** {@return whether it was closed} */
    public synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            notifyAll();
        }
        onClose.accept(this);
    }

    private void awaitPacket() throws IOException {
        boolean interrupted = false;
        while (toOwner.isEmpty() && !closed) {
            try {
                wait();
            } catch (InterruptedException e) {
                // as a read of the kernel's interface: only close() ends it
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    /** What the kernel looks at: is it an IP packet at all. */
    private static boolean isPlausible(byte[] packet) {
        if (packet.length <= VNET_HEADER || packet.length > VNET_HEADER + MAX_PACKET) {
            return false;
        }
        int version = packet[VNET_HEADER] >> 4 & 0xf;
        return version == 4 || version == 6;
    }
}
