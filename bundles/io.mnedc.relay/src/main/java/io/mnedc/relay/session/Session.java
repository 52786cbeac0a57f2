package io.mnedc.relay.session;

import io.mnedc.api.address.Lease;
import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.relay.RelayEvent.Kind;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Bye;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Fence;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ControlMessage.Pong;
import io.mnedc.codec.ControlMessage.Publish;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.relay.accept.Acceptor;
import io.mnedc.relay.announce.AnnouncementDelta;
import io.mnedc.relay.announce.AnnouncementFeed;
import io.mnedc.relay.announce.Announcer;
import io.mnedc.relay.announce.PeerRecord;
import io.mnedc.relay.events.Events;
import io.mnedc.relay.forward.Allowance;
import io.mnedc.relay.forward.Destination;
import io.mnedc.relay.forward.StreamOwner;
import io.mnedc.transport.ControlStream;
import io.mnedc.transport.DataStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A registered device: its lease, its control stream and, once bound, its data stream. Thread-safe. */
public final class Session implements Destination, StreamOwner {
    private static final int FLOOD_RETRY_MILLIS = 60_000;

    private final Hello hello;
    private final Set<String> groups;
    private final Lease lease;
    private final String label;
    private final VirtualNetwork network;
    private final long id;
    private final Opaque secret;
    private final ControlStream control;
    private final Consumer<ErrorReport> dismissal;
    private final Allowance allowance;
    private final Events events;
    private final BooleanSupplier scarce;
    private final Instant since = Instant.now();
    private final long begun = System.nanoTime();
    private final AtomicReference<@Nullable DataStream> data = new AtomicReference<>();
    private volatile PeerRecord told;
    private volatile Fence fence = Fence.NONE;
    private volatile @Nullable AnnouncementFeed feed;

    private final LongAdder framesIn = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder framesOut = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();
    private final LongAdder droppedBefore = new LongAdder();

    /**
     * Makes a session.
     *
     * @param groups what the device belongs to in the access rules
     * @param label the device's name in the overlay
     * @param dismissal ends the control stream with a report
     * @param allowance what the device may send
     * @param events hears when it sends more
     * @param scarce whether the memory of what waits for all devices is scarce now
     */
    Session(
            Hello hello,
            Set<String> groups,
            Lease lease,
            String label,
            VirtualNetwork network,
            long id,
            Opaque secret,
            ControlStream control,
            Consumer<ErrorReport> dismissal,
            Allowance allowance,
            Events events,
            BooleanSupplier scarce) {
        // what it tells the others is in the record of it
        this.hello = hello.telling(new Publish(NodeInfo.NONE));
        this.groups = Set.copyOf(groups);
        this.allowance = allowance;
        this.events = events;
        this.scarce = scarce;
        this.lease = lease;
        this.label = label;
        this.network = network;
        this.id = id;
        this.secret = secret;
        this.control = control;
        this.dismissal = dismissal;
        this.told = record(hello.told());
    }

    @Override
    public String deviceId() {
        return hello.deviceId();
    }

    @Override
    public Set<String> groups() {
        return groups;
    }

    @Override
    public Allowance allowance() {
        return allowance;
    }

    /** {@return a random number of the device's start} */
    public long instance() {
        return hello.instance();
    }

    public String software() {
        return hello.software();
    }

    /** The address plan that the device was told. */
    public VirtualNetwork network() {
        return network;
    }

    /** Whether a lease is one of this address plan. */
    static boolean fits(Lease lease, VirtualNetwork network) {
        return network.isLeasable(lease.node())
                && network.ipv4(lease.node()).equals(lease.ipv4())
                && network.ipv6(lease.node()).equals(lease.ipv6());
    }

    public Lease lease() {
        return lease;
    }

    @Override
    public int node() {
        return lease.node();
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public Opaque secret() {
        return secret;
    }

    public Instant since() {
        return since;
    }

    public String remote() {
        InetSocketAddress remote = control.remote();
        return remote == null ? "a closed connection" : Acceptor.text(remote);
    }

    /** {@return which of several registrations of the device counts} */
    public Fence fence() {
        return fence;
    }

    /** Replaces that. */
    void fence(Fence now) {
        fence = now;
    }

    /** Replaces what others are told of it. */
    void told(PeerRecord now) {
        told = now;
    }

    /** What others are told of it now. */
    public PeerRecord told() {
        return told;
    }

    @Override
    public long waitingBytes() {
        return control.waitingBytes();
    }

    /** What others are to be told of it if it says this. */
    PeerRecord record(Publish said) {
        NodeRecord record = new NodeRecord(
                hello.deviceId(),
                lease.node(),
                hello.software(),
                hello.capabilities(),
                said.info(),
                said.document(),
                label,
                said.listening());
        return PeerRecord.of(record, groups);
    }

    @Override
    public void send(ControlMessage message) {
        control.send(message);
    }

    /**
     * Sends a message that is encoded already, behind what was sent before.
     *
     * @param message never written to, so that devices can share it
     */
    public void sendNow(ByteBuffer message) {
        control.execute(() -> control.sendNow(message));
    }

    /**
     * Begins to tell the device of the others, behind what was sent before.
     *
     * @param first what is told first
     * @param present what there is to tell now
     */
    void listen(AnnouncementFeed.State first, Supplier<AnnouncementFeed.State> present) {
        AnnouncementFeed beginning = new AnnouncementFeed(told, new Out(), first, present);
        feed = beginning;
        control.execute(beginning);
    }

    private final class Out implements AnnouncementFeed.Out {
        @Override
        public long waitingBytes() {
            return control.waitingBytes();
        }

        @Override
        public boolean scarce() {
            return scarce.getAsBoolean();
        }

        @Override
        public void sendNow(ByteBuffer... parts) {
            control.sendNow(parts);
        }

        @Override
        public void afterSent(Runnable task) {
            control.afterSent(task);
        }
    }

    @Override
    public void tell(AnnouncementDelta last, Runnable done) {
        AnnouncementFeed telling = feed;
        if (telling == null) {
            done.run();
            return;
        }
        control.execute(() -> {
            try {
                telling.tell(last);
            } finally {
                done.run();
            }
        });
    }

    /** Whether it joined so lately that others may not have been told of it yet. */
    boolean isNew(long now) {
        return Announcer.isNew(begun, now);
    }

    /** Whether a message is to be looked at, or the device has sent too many; tells it so. */
    boolean accepts(ControlMessage message, long now) {
        return switch (allowance.message(now)) {
            case PASS -> true;
            case IGNORE -> {
                boolean vital = message instanceof Ping
                        || message instanceof Pong
                        || message instanceof Bye
                        || message instanceof ErrorReport;
                if (!vital) {
                    overLimit("control messages are ignored", now);
                }
                yield vital;
            }
            case FLOOD -> {
                flooding("control messages");
                yield false;
            }
        };
    }

    @Override
    public void overLimit(String what, long now) {
        if (allowance.noticeDue(now)) {
            String sentence = "too much is sent: " + what + "; the relay allows " + allowance.limits();
            send(ErrorReport.notice(ErrorCode.LIMIT_EXCEEDED, sentence));
            events.record(Kind.LIMITED, deviceId(), remote(), sentence);
        }
    }

    /** What it tells its peers does not fit any more; tells it so. */
    void noRoom(String what, long now) {
        if (allowance.noticeDue(now)) {
            send(ErrorReport.notice(ErrorCode.LIMIT_EXCEEDED, what));
        }
    }

    @Override
    public void flooding(String what) {
        String sentence = "far too much " + what + " was sent, on and on; the relay allows " + allowance.limits();
        events.record(Kind.LIMITED, deviceId(), remote(), "closed: " + sentence);
        dismiss(new ErrorReport(ErrorCode.LIMIT_EXCEEDED.number(), sentence, true, FLOOD_RETRY_MILLIS));
    }

    /** Ends the session with a report to the device. */
    public void dismiss(ErrorReport report) {
        dismissal.accept(report);
        unbind();
    }

    /** The device's data stream, if it is bound. */
    @Nullable
    public DataStream data() {
        return data.get();
    }

    @Override
    public void bind(DataStream stream) {
        retire(data.getAndSet(stream));
    }

    @Override
    public void unbind(DataStream stream) {
        if (data.compareAndSet(stream, null)) {
            droppedBefore.add(stream.droppedFrames());
        }
    }

    @Override
    public void unbind() {
        retire(data.getAndSet(null));
    }

    private void retire(@Nullable DataStream old) {
        if (old != null) {
            droppedBefore.add(old.droppedFrames());
            old.close();
        }
    }

    @Override
    public boolean mayCarry(int source, int destination) {
        return source == lease.node();
    }

    @Override
    public void came(int frames, long bytes) {
        framesIn.add(frames);
        bytesIn.add(bytes);
    }

    @Override
    public boolean forward(ByteBuffer in, int from, int to, int frames) {
        DataStream stream = data.get();
        if (stream == null) {
            return false;
        }
        stream.send(in, from, to);
        framesOut.add(frames);
        bytesOut.add(to - from);
        return true;
    }

    /** What has passed between the device and the relay. */
    public record Traffic(long framesIn, long bytesIn, long framesOut, long bytesOut) {}

    public Traffic traffic() {
        return new Traffic(framesIn.sum(), bytesIn.sum(), framesOut.sum(), bytesOut.sum());
    }

    /** Frames that were dropped because they waited for too long, or too many did. */
    public long dropped() {
        DataStream stream = data.get();
        return droppedBefore.sum() + (stream == null ? 0 : stream.droppedFrames());
    }
}
