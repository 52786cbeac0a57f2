package io.mnedc.relay.announce;

import io.mnedc.codec.Announcements;
import io.mnedc.codec.Part;
import io.mnedc.relay.access.Access;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells one device of the others: a snapshot, then round after round, as fast as it reads. It holds a place in the list of
 * rounds, not a queue: a slow reader costs no extra memory. One that falls far behind gets another
 * snapshot. All on the event loop of its stream.
 */
public final class AnnouncementFeed implements Runnable {
    /** How much may wait in the stream before the rest waits here. */
    private static final int WINDOW = 128 << 10;
    /** The part of a snapshot that is told at once while memory is scarce, when nothing else waits. */
    private static final int SCARCE_PAGE = 8 << 10;
    /** Memory of the rounds by which a device may be behind; then a snapshot is shorter, or at least bounded. */
    private static final long MOST_BEHIND = 4 << 20;

    /** Where it writes to: a part of {@link io.mnedc.transport.ControlStream}. */
    public interface Out {
        long waitingBytes();

        /** Whether what waits for all devices together takes much memory now. */
        boolean scarce();

        void sendNow(ByteBuffer... parts);

        void afterSent(Runnable task);
    }

    /**
     * All there is to know at a moment.
     *
     * @param devices those who are there
     * @param access who may know whom
     * @param round the last round until then
     * @param unsealed the devices that have changed since, and will be in the round behind it; empty: it is not there
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record State(
            PeerRecord[] devices,
            @Nullable Access access,
            AnnouncementDelta round,
            Map<String, Optional<PeerRecord>> unsealed) {}

    private final PeerRecord self;
    private final Out stream;
    private final Supplier<State> present;
    private @Nullable State snapshot;
    private int at;
    /** The round that is being told, or has been. Null: it is too far behind. */
    private @Nullable AnnouncementDelta told;
    /** What it was told of devices in the midst of their changes. */
    private Map<String, Optional<PeerRecord>> unsealed = Map.of();

    private Records reading = Records.NONE;
    private int page;
    private long sequence;
    private boolean waiting;

    /**
     * Begins with a snapshot.
     *
     * @param self whom it tells
     * @param first what is told first
     * @param present what there is to tell now, for the case that it falls behind
     */
    public AnnouncementFeed(PeerRecord self, Out stream, State first, Supplier<State> present) {
        this.self = self;
        this.stream = stream;
        this.present = present;
        begin(first);
    }

    private void begin(State state) {
        snapshot = state;
        at = 0;
        told = state.round;
        unsealed = state.unsealed;
        reading = Records.NONE;
    }

    /**
     * Tells what there is to tell.
     *
     * @param last the last round there is
     */
    public void tell(AnnouncementDelta last) {
        AnnouncementDelta reached = told;
        if (reached != null && last.position() - reached.position() > MOST_BEHIND) {
            // lets go of all the rounds since
            told = null;
        }
        run();
    }

    @Override
    public void run() {
        while (!waiting) {
            if (stream.waitingBytes() > (stream.scarce() ? 0 : WINDOW)) {
                waiting = true;
                stream.afterSent(this::goOn);
            } else if (!tellMore()) {
                return;
            }
        }
    }

    private void goOn() {
        waiting = false;
        run();
    }

    private boolean tellMore() {
        State beginning = snapshot;
        if (beginning != null) {
            tellSnapshot(beginning);
            return true;
        }
        AnnouncementDelta reached = told;
        if (reached == null) {
            begin(present.get());
            return true;
        }
        return tellRounds(reached);
    }

    /** One page of a snapshot; an empty one if there is nobody else. */
    private void tellSnapshot(State state) {
        boolean first = at == 0;
        int most = stream.scarce() ? SCARCE_PAGE : Announcements.MOST_RECORDS;
        List<ByteBuffer> records = new ArrayList<>();
        int size = 0;
        while (at < state.devices.length) {
            PeerRecord other = state.devices[at];
            if (!other.deviceId().equals(self.deviceId()) && PeerRecord.acquainted(state.access, self, other)) {
                if (size > 0 && size + other.present().length > most) {
                    break;
                }
                size += other.present().length;
                records.add(ByteBuffer.wrap(other.present()));
            }
            at++;
        }
        boolean last = at == state.devices.length;
        if (last) {
            snapshot = null;
        }
        Part part = first
                ? last ? Part.SNAPSHOT_WHOLE : Part.SNAPSHOT_BEGIN
                : last ? Part.SNAPSHOT_END : Part.SNAPSHOT_MORE;
        send(part, List.of(joined(records, size)), size);
    }

    private static ByteBuffer joined(List<ByteBuffer> records, int size) {
        ByteBuffer page = ByteBuffer.allocate(size);
        records.forEach(page::put);
        return page.flip();
    }

    /** One message with as many rounds as fit; whether there may be more. */
    private boolean tellRounds(AnnouncementDelta from) {
        List<ByteBuffer> records = new ArrayList<>();
        int size = 0;
        AnnouncementDelta reached = from;
        while (true) {
            for (; page < reading.pages(); page++) {
                int more = reading.size(page, self.deviceId());
                if (size + more > Announcements.MOST_RECORDS) {
                    send(Part.DELTA, records, size);
                    return true;
                }
                if (more > 0) {
                    reading.add(page, self.deviceId(), records);
                    size += more;
                }
            }
            AnnouncementDelta next = reached.next();
            if (next == null) {
                break;
            }
            reading = next.records(self, unsealed);
            unsealed = Map.of();
            page = 0;
            reached = next;
            told = next;
        }
        if (size > 0) {
            send(Part.DELTA, records, size);
        }
        return false;
    }

    private void send(Part part, List<ByteBuffer> records, int size) {
        ByteBuffer[] parts = new ByteBuffer[1 + records.size()];
        parts[0] = Announcements.head(++sequence, part, size);
        for (int i = 0; i < records.size(); i++) {
            parts[i + 1] = records.get(i);
        }
        stream.sendNow(parts);
    }
}
