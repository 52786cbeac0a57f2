package io.mnedc.relay.session;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.address.Lease;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Labels;
import io.mnedc.codec.Protocol;
import io.mnedc.relay.work.DeviceLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The names of devices in the overlay: DNS labels, each of one lease. The older of two leases keeps the label, so that it is the
 * same after a restart. One that becomes free is for the oldest lease that wants it: nobody else gets it meanwhile. On one
 * thread.
 */
final class DeviceLabels {
    /** What programs take for something else than a device. */
    private static final Set<String> RESERVED = Set.of("relay", "localhost", "local", "wpad", "isatap");

    private static final String NONE_LEFT = "device";
    /** Labels of leases that have ended may be as many as those in force, and so many more. */
    private static final int SPARE = 1_000;

    private record Holder(String deviceId, int node, Instant allocated) {
        /** As after a restart: what is kept of the time is milliseconds. */
        private static final Comparator<Holder> BY_AGE = Comparator.comparingLong(
                        (Holder holder) -> holder.allocated().toEpochMilli())
                .thenComparingInt(Holder::node)
                .thenComparing(Holder::deviceId);

        static Holder of(Lease lease) {
            return new Holder(lease.deviceId(), lease.node(), lease.allocated());
        }
    }

    /**
     * The name of a device.
     *
     * @param label its label
     * @param wanted the label that follows from its ID
     */
    record Settled(String label, String wanted) {
        /** Tells a device, and the log, if it is not called as its ID says. */
        void tell(Session session, DeviceLog log) {
            if (label.equals(wanted)) {
                return;
            }
            String sentence = "the name " + wanted + " is reserved or another device has it, so this one is called "
                    + label + "; for another name give it another device.id";
            session.send(ErrorReport.notice(ErrorCode.LABEL_TAKEN, sentence));
            log.info(session.deviceId(), sentence);
        }
    }

    private final AddressAllocator allocator;
    private final Map<String, Holder> holders = new HashMap<>();
    private final Map<String, String> labels = new HashMap<>();
    // those with another label than they want, by the label that they want; each is a holder, too
    private final Map<String, NavigableSet<Holder>> waiting = new HashMap<>();
    private int most;

    /** Begins with the leases in force. */
    DeviceLabels(AddressAllocator allocator) {
        this.allocator = allocator;
        List<Holder> leases = new ArrayList<>();
        allocator.leases().forEach(lease -> leases.add(Holder.of(lease)));
        leases.sort(Holder.BY_AGE);
        leases.forEach(this::settle);
        most = 2 * leases.size() + SPARE;
    }

    /** Whether these are the labels of an allocator's leases. */
    boolean areOf(AddressAllocator other) {
        return allocator == other;
    }

    /** The name of a device that has a lease. */
    Settled of(Lease lease) {
        if (holders.size() >= most) {
            forgetEnded();
        }
        return settle(Holder.of(lease));
    }

    private Settled settle(Holder self) {
        String wanted = wanted(self.deviceId());
        String before = labels.get(self.deviceId());
        Holder holder = before == null ? null : holders.get(before);
        if (before != null && holder != null) {
            if (self.equals(holder) && (before.equals(wanted) || isTaken(wanted, self))) {
                return new Settled(before, wanted);
            }
            forget(before, holder);
        }
        String label = wanted;
        for (int number = 1; isTaken(label, self); number++) {
            label = behind(wanted, "-" + self.node() + (number == 1 ? "" : "-" + number));
        }
        holders.put(label, self);
        labels.put(self.deviceId(), label);
        if (!label.equals(wanted) && !RESERVED.contains(wanted)) {
            waiting.computeIfAbsent(wanted, each -> new TreeSet<>(Holder.BY_AGE))
                    .add(self);
        }
        return new Settled(label, wanted);
    }

    private boolean isTaken(String label, Holder self) {
        if (RESERVED.contains(label)) {
            return true;
        }
        Holder holder = holders.get(label);
        if (holder != null && !holder.equals(self)) {
            if (hasEnded(holder)) {
                forget(label, holder);
            } else {
                return true;
            }
        }
        return isForAnOlder(label, self);
    }

    /** Whether another lease waits for a label that is free, and is older. */
    private boolean isForAnOlder(String label, Holder self) {
        for (NavigableSet<Holder> all = waiting.get(label); all != null; all = waiting.get(label)) {
            Holder oldest = all.first();
            if (Holder.BY_AGE.compare(oldest, self) >= 0) {
                return false;
            }
            if (!hasEnded(oldest)) {
                return true;
            }
            forget(labels.get(oldest.deviceId()), oldest);
        }
        return false;
    }

    private boolean hasEnded(Holder holder) {
        Optional<Lease> lease = allocator.lease(holder.deviceId());
        return lease.isEmpty() || !Holder.of(lease.get()).equals(holder);
    }

    private void forget(@Nullable String label, Holder holder) {
        holders.remove(label, holder);
        labels.remove(holder.deviceId(), label);
        String wanted = wanted(holder.deviceId());
        NavigableSet<Holder> all = waiting.get(wanted);
        if (all != null && all.remove(holder) && all.isEmpty()) {
            waiting.remove(wanted);
        }
    }

    int size() {
        return holders.size();
    }

    private void forgetEnded() {
        Set<Holder> present = new HashSet<>();
        allocator.leases().forEach(lease -> present.add(Holder.of(lease)));
        Map.copyOf(holders).forEach((label, holder) -> {
            if (!present.contains(holder)) {
                forget(label, holder);
            }
        });
        most = 2 * present.size() + SPARE;
    }

    /** The label that follows from an ID. */
    static String wanted(String deviceId) {
        String plain =
                deviceId.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-", "");
        String label = withoutHyphen(plain.substring(0, Math.min(plain.length(), Protocol.MAX_LABEL)));
        return Labels.valid(label) ? label : NONE_LEFT;
    }

    private static String behind(String label, String end) {
        int room = Protocol.MAX_LABEL - end.length();
        return withoutHyphen(label.substring(0, Math.min(label.length(), room))) + end;
    }

    private static String withoutHyphen(String label) {
        return label.endsWith("-") ? label.substring(0, label.length() - 1) : label;
    }
}
