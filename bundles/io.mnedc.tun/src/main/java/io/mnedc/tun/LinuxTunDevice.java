package io.mnedc.tun;

import io.mnedc.api.tun.TunDevice;
import io.mnedc.api.tun.TunException;
import io.mnedc.api.tun.TunException.Reason;
import io.mnedc.api.tun.TunObserver;
import io.mnedc.api.tun.TunOffload;
import io.mnedc.api.tun.TunSettings;
import io.mnedc.api.tun.TunState;
import io.mnedc.libc.Errno;
import io.mnedc.libc.LibC;
import java.io.IOException;
import java.lang.ref.Reference;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TUN interface of the kernel. A reader waits in poll(2) on the interface and an eventfd, which {@link #close()}
 * signals; while packets come, there is no poll at all.
 */
final class LinuxTunDevice implements TunDevice {
    private static final Logger LOG = LoggerFactory.getLogger(LinuxTunDevice.class);
    private static final int MOST_HEADROOM = 64;

    /** The kernel takes a packet at once, unless memory is short: then it gets this long, once per batch. */
    private static final int WRITE_WAIT_MILLIS = 5;

    /** No call stays in the kernel for longer. */
    private static final int CLOSE_SECONDS = 3;

    // the layout of the poll memory: pollfd of the interface and of the eventfd for the reader, one for the writer,
    // and the number that is written to the eventfd
    private static final int READ_POLL = 0;
    private static final int WAKE_POLL = READ_POLL + LibC.POLLFD_BYTES;
    private static final int WRITE_POLL = WAKE_POLL + LibC.POLLFD_BYTES;
    private static final int ONE = WRITE_POLL + LibC.POLLFD_BYTES;

    private final TunFile file;
    private final int wakeFd;
    private final LinkGuard guard;
    private final LinkWatch watch;
    private final String requestedName;
    private final Consumer<LinuxTunDevice> onClose;
    private final InUse inUse = new InUse(this::release);
    private volatile @Nullable TunObserver observer;

    /** Why there is nothing more to read, although it is not closed. */
    private volatile @Nullable String lost;

    private final ByteBuffer polls = ByteBuffer.allocateDirect(ONE + Long.BYTES).order(ByteOrder.nativeOrder());
    private final long pollsAddress = LibC.address(polls);
    private final BufferAddress readAddress = new BufferAddress();
    private final BufferAddress writeAddress = new BufferAddress();
    /** Whether the last read found that there was no more: then one call tells what else would take two. */
    private boolean drained;

    private final AtomicLong refused = new AtomicLong();

    private LinuxTunDevice(
            TunFile file, int wakeFd, LinkConfiguration link, String requestedName, Consumer<LinuxTunDevice> onClose)
            throws TunException {
        this.file = file;
        this.wakeFd = wakeFd;
        this.requestedName = requestedName;
        this.onClose = onClose;
        this.guard = new LinkGuard(link, this::destinations, this::outside);
        boolean complete = false;
        try {
            this.watch = new LinkWatch(link.index(), new Watching());
            complete = true;
        } catch (KernelException e) {
            throw e.toTunException();
        } finally {
            if (!complete) {
                guard.close();
            }
        }
        polls.putInt(READ_POLL, file.fd()).putShort(READ_POLL + 4, LibC.POLLIN);
        polls.putInt(WAKE_POLL, wakeFd).putShort(WAKE_POLL + 4, LibC.POLLIN);
        polls.putInt(WRITE_POLL, file.fd()).putShort(WRITE_POLL + 4, LibC.POLLOUT);
        polls.putLong(ONE, 1);
    }

    /**
     * Makes an interface.
     *
     * @param settings what it shall be like
     * @param onClose is told when it is gone
     */
    static LinuxTunDevice open(TunSettings settings, Consumer<LinuxTunDevice> onClose) throws TunException {
        LinkConfiguration.refuseOverlap(settings);
        TunFile file = TunFile.open(settings.name(), settings.offload());
        int wakeFd = -1;
        boolean complete = false;
        try {
            wakeFd = LibC.eventfd(0, LibC.O_CLOEXEC | LibC.O_NONBLOCK);
            if (wakeFd < 0) {
                throw new KernelException("make an eventfd", LibC.errno()).toTunException();
            }
            LinkConfiguration link = LinkConfiguration.apply(settings, file);
            LinuxTunDevice device = new LinuxTunDevice(file, wakeFd, link, settings.name(), onClose);
            complete = true;
            device.begin();
            return device;
        } finally {
            if (!complete) {
                file.close();
                if (wakeFd >= 0) {
                    LibC.close(wakeFd);
                }
            }
        }
    }

    /** What the watch does with this interface. */
    private final class Watching implements LinkWatch.Watched {
        @Override
        public long look(long now) throws LinkGuard.Gone, KernelException {
            TunState before = guard.state();
            guard.look(now);
            TunObserver told = observer;
            if (told != null && !guard.state().equals(before)) {
                told.changed();
            }
            return guard.next();
        }

        @Override
        public void destinationsChanged() {
            guard.askForDestinations();
        }

        @Override
        public void lost(String why) {
            lost = why;
            LibC.write(wakeFd, pollsAddress + ONE, Long.BYTES);
        }

        @Override
        public void ended() {
            inUse.exit();
        }
    }

    /** Looks once before anybody is told that it is there, and begins to watch. */
    private void begin() throws TunException {
        boolean complete = false;
        try {
            // as long as the watch's thread runs
            inUse.enter();
            try {
                guard.look(System.nanoTime());
                watch.start();
                complete = true;
            } finally {
                if (!complete) {
                    inUse.exit();
                }
            }
        } catch (LinkGuard.Gone e) {
            TunException gone = new TunException(Reason.FAILED, String.valueOf(e.getMessage()));
            gone.initCause(e);
            throw gone;
        } catch (KernelException e) {
            throw e.toTunException();
        } catch (ClosedChannelException e) {
            throw new IllegalStateException("nobody knows it yet", e);
        } finally {
            if (!complete) {
                close();
            }
        }
    }

    private Collection<InetAddress> outside() {
        TunObserver asked = observer;
        return asked == null ? List.of() : asked.outside();
    }

    private Iterator<InetAddress> destinations() {
        TunObserver asked = observer;
        return asked == null ? Collections.emptyIterator() : asked.destinations();
    }

    @Override
    public String name() {
        return guard.state().name();
    }

    @Override
    public TunSettings settings() {
        return guard.settings();
    }

    @Override
    public TunState state() {
        return guard.state();
    }

    @Override
    public void observe(TunObserver now) {
        observer = now;
        destinationsChanged();
    }

    @Override
    public void destinationsChanged() {
        try {
            inUse.enter();
        } catch (ClosedChannelException e) {
            return;
        }
        try {
            watch.destinationsChanged();
        } finally {
            inUse.exit();
        }
    }

    @Override
    public Collection<InetAddress> groups() throws IOException {
        return JoinedGroups.of(name());
    }

    @Override
    public Set<TunOffload> offloads() {
        return file.offloads();
    }

    @Override
    public long refused() {
        return refused.get();
    }

    @Override
    public void configure(TunSettings wanted) throws TunException {
        boolean sameName = wanted.name().equals(name()) || wanted.name().equals(requestedName);
        if (!sameName || wanted.offload() != settings().offload()) {
            throw new TunException(
                    Reason.FAILED,
                    "name and offload of the open interface " + name() + " cannot become " + wanted.name() + " and "
                            + wanted.offload() + "; close it and open it again");
        }
        try {
            inUse.enter();
        } catch (ClosedChannelException e) {
            TunException closed = new TunException(
                    Reason.FAILED, "interface " + name() + " is closed and cannot be changed; open it again");
            closed.initCause(e);
            throw closed;
        }
        try {
            guard.configure(wanted);
        } finally {
            inUse.exit();
        }
    }

    @Override
    public int read(ByteBuffer batch, int headroom, int[] lengths) throws IOException {
        int room = headroom + VNET_HEADER + MAX_PACKET;
        if (headroom < 0 || headroom > MOST_HEADROOM || lengths.length == 0 || batch.remaining() < room) {
            throw new IllegalArgumentException("a batch needs headroom 0.." + MOST_HEADROOM + ", room for a length and "
                    + room + " bytes; given: headroom " + headroom + ", lengths " + lengths.length + ", bytes "
                    + batch.remaining());
        }
        inUse.enter();
        try {
            long address = readAddress.of(batch);
            int position = batch.position();
            int count = 0;
            requirePresent();
            if (drained) {
                awaitPacket(Errno.EAGAIN);
                drained = false;
            }
            while (count < lengths.length && batch.limit() - position >= room) {
                long read = LibC.read(file.fd(), address + position + headroom, VNET_HEADER + MAX_PACKET);
                if (read > 0) {
                    lengths[count++] = (int) read;
                    position += headroom + (int) read;
                } else if (count > 0) {
                    drained = LibC.errno() == Errno.EAGAIN;
                    break; // an error other than "nothing there" shows again at the next read
                } else {
                    awaitPacket(LibC.errno());
                }
            }
            batch.position(position);
            return count;
        } finally {
            inUse.exit();
        }
    }

    private void requirePresent() throws IOException {
        String why = lost;
        if (why != null) {
            throw new IOException(why);
        }
    }

    /** After a read that brought nothing: waits, or says why there is nothing to wait for. */
    private void awaitPacket(int errno) throws IOException {
        if (inUse.isClosed()) {
            throw new ClosedChannelException();
        }
        if (errno == Errno.EINTR) {
            return;
        }
        if (errno != Errno.EAGAIN) {
            throw broken("read from", errno);
        }
        LibC.poll(pollsAddress + READ_POLL, 2, -1);
        if (inUse.isClosed()) {
            throw new ClosedChannelException();
        }
        requirePresent();
        if ((polls.getShort(READ_POLL + 6) & ~LibC.POLLIN) != 0) {
            throw broken("read from", Errno.EBADFD);
        }
    }

    @Override
    public int write(ByteBuffer batch, int[] offsets, int[] lengths, int count) throws IOException {
        inUse.enter();
        try {
            long address = writeAddress.of(batch);
            int taken = 0;
            boolean mayWait = true;
            for (int i = 0; i < count; i++) {
                int offset = offsets[i];
                int length = lengths[i];
                if (offset < 0 || length < 0 || length > batch.capacity() - offset) {
                    throw new IndexOutOfBoundsException(
                            "packet " + i + " at " + offset + ", " + length + " bytes, of " + batch.capacity());
                }
                if (LibC.write(file.fd(), address + offset, length) >= 0) {
                    taken++;
                    continue;
                }
                int errno = LibC.errno();
                if (errno == Errno.EBADFD || errno == Errno.EBADF) {
                    throw broken("write to", errno);
                }
                if ((errno == Errno.EAGAIN || errno == Errno.EINTR) && mayWait) {
                    mayWait = false;
                    LibC.poll(pollsAddress + WRITE_POLL, 1, WRITE_WAIT_MILLIS);
                    i--;
                } else {
                    refused.incrementAndGet();
                }
            }
            return taken;
        } finally {
            Reference.reachabilityFence(batch);
            inUse.exit();
        }
    }

    private IOException broken(String action, int errno) {
        return new IOException("cannot " + action + " interface " + name() + ": " + LibC.strerror(errno)
                + (errno == Errno.EBADFD
                        ? "; somebody removed the interface, close it and open it again"
                        : " (errno " + errno + ")"));
    }

    @Override
    public void close() {
        inUse.close(() -> {
            LibC.write(wakeFd, pollsAddress + ONE, Long.BYTES);
            watch.end();
        });
        watch.awaitEnd(Duration.ofSeconds(CLOSE_SECONDS));
        if (!inUse.awaitRelease(CLOSE_SECONDS)) {
            LOG.error(
                    "interface {} is still in use {} s after it was closed; it goes with that use",
                    name(),
                    CLOSE_SECONDS);
        }
    }

    private void release() {
        file.close();
        LibC.close(wakeFd);
        watch.close();
        guard.close();
        onClose.accept(this);
    }
}
