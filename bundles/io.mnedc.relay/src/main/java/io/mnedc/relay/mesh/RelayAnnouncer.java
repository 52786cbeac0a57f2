package io.mnedc.relay.mesh;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage.RelayRecord;
import io.mnedc.codec.ControlMessage.Relays;
import io.mnedc.codec.Protocol;
import io.mnedc.relay.session.Session;
import io.mnedc.transport.Scheduler;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells the registered devices the relays of the overlay: at once who registers, all others when the relays change. The message is
 * encoded once. So many devices are told it one group after the other, and one that reads slowly is told later. On the control loop, but
 * for {@link #registered}.
 */
final class RelayAnnouncer {
    /** Between two tellings of which only the load is news. */
    static final Duration LOAD_APART = Duration.ofSeconds(30);

    private static final Duration BETWEEN_GROUPS = Duration.ofMillis(100);
    private static final int GROUP = 500;

    /** What may wait in a device's stream before the relays wait, too. */
    private static final int WINDOW = 64 << 10;

    /** Tag and length of a record. */
    private static final int HEAD = 4;

    /** Heads of RELAY, RELAY_ID and LOAD, and LOAD. */
    private static final int FIXED = 3 * HEAD + 2;

    private static final int ROOM = Protocol.MAX_MESSAGE - 16;

    private final Scheduler loop;
    private final Supplier<? extends Collection<Session>> devices;
    private final LongSupplier clock;
    private final Deque<Session> queue = new ArrayDeque<>();
    private Relays told = new Relays(List.of());
    private long toldAt;
    private volatile @Nullable ByteBuffer message;
    private boolean telling;

    /**
     * A relay that is alone, and tells nothing.
     *
     * @param devices those that are registered here, now
     * @param clock as {@link System#nanoTime}
     */
    RelayAnnouncer(Scheduler loop, Supplier<? extends Collection<Session>> devices, LongSupplier clock) {
        this.loop = loop;
        this.devices = devices;
        this.clock = clock;
    }

    /**
     * These are the relays now; to be called again and again, also when nothing is new.
     *
     * @param now this one first
     */
    void relays(Relays now) {
        boolean alone = now.relays().size() < 2 && message == null;
        if (alone || now.equals(told)) {
            return;
        }
        long time = clock.getAsLong();
        if (isOfLoad(now, told) && time - toldAt < LOAD_APART.toNanos()) {
            return;
        }
        told = now;
        toldAt = time;
        // first this: who registers from here on is told by registered
        message = encoded(now);
        queue.clear();
        queue.addAll(devices.get());
        if (!telling) {
            tellGroup();
        }
    }

    /** Whether only the load is different; that a relay wants no devices any more is more than that. */
    private static boolean isOfLoad(Relays now, Relays before) {
        return now.relays().stream()
                .map(RelayAnnouncer::withoutLoad)
                .toList()
                .equals(before.relays().stream()
                        .map(RelayAnnouncer::withoutLoad)
                        .toList());
    }

    private static RelayRecord withoutLoad(RelayRecord relay) {
        return new RelayRecord(
                relay.relayId(), relay.addresses(), relay.load() == Protocol.MAX_LOAD ? Protocol.MAX_LOAD : 0);
    }

    /** Many relays with many addresses each may be more than a message holds: then each tells fewer. */
    static ByteBuffer encoded(Relays relays) {
        Relays fitting = relays;
        for (int most = Protocol.MAX_ADDRESSES / 2; size(fitting) > ROOM && most > 0; most /= 2) {
            int each = most;
            fitting = new Relays(relays.relays().stream()
                    .map(relay -> new RelayRecord(
                            relay.relayId(),
                            relay.addresses().stream().limit(each).toList(),
                            relay.load()))
                    .toList());
        }
        return ControlCodec.encode(fitting);
    }

    /** {@return no fewer bytes than the records have} */
    private static int size(Relays relays) {
        return relays.relays().stream()
                .mapToInt(relay -> FIXED
                        + relay.relayId().length()
                        + relay.addresses().stream()
                                .mapToInt(address -> HEAD + address.length())
                                .sum())
                .sum();
    }

    /** A device has registered: tells it, behind its snapshot. Any thread. */
    void registered(Session device) {
        ByteBuffer present = message;
        if (present != null) {
            device.sendNow(present);
        }
    }

    private void tellGroup() {
        ByteBuffer present = message;
        for (int left = Math.min(GROUP, queue.size()); present != null && left > 0; left--) {
            Session next = queue.remove();
            if (next.waitingBytes() > WINDOW) {
                if (devices.get().contains(next)) {
                    queue.add(next);
                }
            } else {
                next.sendNow(present);
            }
        }
        telling = !queue.isEmpty();
        if (telling) {
            loop.schedule(BETWEEN_GROUPS, this::tellGroup);
        }
    }

    /** {@return whether all devices have been told} */
    boolean isDone() {
        return !telling;
    }

    /** Tells nobody any more. */
    void close() {
        queue.clear();
        message = null;
    }
}
