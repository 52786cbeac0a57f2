package io.mnedc.device.data;

import io.mnedc.api.device.LocalService;
import io.mnedc.api.text.PlainText;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.VirtioNetHeader;
import io.mnedc.device.common.Counters;
import io.mnedc.device.network.Membership;
import io.mnedc.device.packet.Datagrams;
import io.mnedc.device.packet.Packets;
import io.mnedc.work.LogLimiter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has datagrams for the relay's virtual address answered by services of this host. The uplink's thread takes and copies them, a
 * thread of its own asks the services, and the data loop, which alone writes to the interface, writes the answers.
 */
public final class LocalAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(LocalAnswers.class);
    private static final int MOST_WAITING = 64;
    private static final int LARGEST = VirtioNetHeader.SIZE + Packets.IPV6_HEADER + 8 + LocalService.MOST_BYTES;

    /** Where what is done. */
    public record Threads(Executor services, Executor writer) {}

    private final IntFunction<@Nullable LocalService> services;
    private final Threads threads;
    private final Supplier<@Nullable TunPort> tun;
    private final BiConsumer<TunPort, IOException> broke;
    private final Counters counters;
    private final AtomicInteger waiting = new AtomicInteger();
    private final LogLimiter failures = new LogLimiter(Duration.ofMinutes(1));
    // of the writer
    private @Nullable ByteBuffer scratch;
    private final int[] offset = new int[1];
    private final int[] length = new int[1];

    /**
     * Asks nobody yet.
     *
     * @param services who answers at a port; null: nobody
     * @param tun the interface, now
     * @param broke told by the writer that the interface has failed
     */
    public LocalAnswers(
            IntFunction<@Nullable LocalService> services,
            Threads threads,
            Supplier<@Nullable TunPort> tun,
            BiConsumer<TunPort, IOException> broke,
            Counters counters) {
        this.services = services;
        this.threads = threads;
        this.tun = tun;
        this.broke = broke;
        this.counters = counters;
    }

    /**
     * Takes a packet for the relay's address if a service wants it. The uplink's thread; copies what it takes.
     *
     * @param in the virtio-net header with the packet behind
     * @param vnet where the header begins
     * @param bytes of header and packet
     * @return whether it has been taken, or dropped: then it goes no further
     */
    boolean take(Membership self, ByteBuffer in, int vnet, int bytes) {
        int packet = vnet + VirtioNetHeader.SIZE;
        int size = bytes - VirtioNetHeader.SIZE;
        int udp = Datagrams.header(in, packet, size);
        LocalService service = udp < 0 ? null : services.apply(Datagrams.destination(in, udp));
        if (service == null) {
            return false;
        }
        boolean plain = VirtioNetHeader.gsoType(in, vnet) == VirtioNetHeader.GSO_NONE;
        boolean wanted = plain
                && Datagrams.length(in, udp) <= LocalService.MOST_BYTES
                && self.routes().isFromThisDevice(in, packet, size);
        if (!wanted || waiting.incrementAndGet() > MOST_WAITING) {
            if (wanted) {
                waiting.decrementAndGet();
            }
            counters.localDropped.increment();
            return true;
        }
        boolean v4 = in.get(packet) >> 4 == 4;
        InetAddress from =
                v4 ? self.network().ipv4(self.node()) : self.network().ipv6(self.node());
        InetAddress at =
                v4 ? self.network().ipv4(Protocol.RELAY_NODE) : self.network().ipv6(Protocol.RELAY_NODE);
        InetSocketAddress sender = new InetSocketAddress(from, Datagrams.source(in, udp));
        byte[] asked = Datagrams.payload(in, udp);
        threads.services().execute(() -> ask(service, sender, at, asked));
        return true;
    }

    private void ask(LocalService service, InetSocketAddress sender, InetAddress at, byte[] asked) {
        byte @Nullable [] answer = null;
        try {
            answer = service.answer(sender, asked);
        } catch (RuntimeException | Error e) {
            // an Error too: its bundle may have been updated under it
            if (failures.may(System.nanoTime())) {
                LOG.warn(
                        "The local service {} failed: {}{}",
                        service.getClass(),
                        PlainText.of(e),
                        failures.heldBack(),
                        e);
            }
        }
        if (answer == null || answer.length > LocalService.MOST_BYTES) {
            waiting.decrementAndGet();
            counters.localDropped.increment();
            return;
        }
        byte[] packet = Datagrams.packet(
                at.getAddress(), service.port(), sender.getAddress().getAddress(), sender.getPort(), answer);
        threads.writer().execute(() -> {
            waiting.decrementAndGet();
            write(packet);
        });
    }

    /** On the writer. */
    private void write(byte[] packet) {
        TunPort port = tun.get();
        if (port == null) {
            counters.localDropped.increment();
            return;
        }
        ByteBuffer out = scratch;
        if (out == null) {
            out = ByteBuffer.allocateDirect(LARGEST);
            scratch = out;
        }
        out.put(0, packet);
        length[0] = packet.length;
        try {
            port.device().write(out, offset, length, 1);
            counters.localAnswered.increment();
        } catch (ClosedChannelException e) {
            // being replaced or stopped
            counters.localDropped.increment();
        } catch (IOException e) {
            counters.localDropped.increment();
            broke.accept(port, e);
        }
    }
}
