package io.mnedc.relay.session;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.address.Lease;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Labels;
import io.mnedc.codec.Protocol;
import io.mnedc.relay.work.DeviceLog;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The names of devices in the overlay: DNS labels, each of one lease. The older of two leases keeps the label, so that it is the
 * same after a restart. On one thread.
 */
final class DeviceLabels {
    /** What programs take for something else than a device. */
    private static final Set<String> RESERVED = Set.of("relay", "localhost", "local", "wpad", "isatap");

    private static final String NONE_LEFT = "device";
    /** Labels of leases that have ended may be as many as those in force, and so many more. */
    private static final int SPARE = 1_000;

    private record Holder(String deviceId, int node) {}

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
    private int most;

    /** Begins with the leases in force. */
    DeviceLabels(AddressAllocator allocator) {
        this.allocator = allocator;
        List<Lease> leases = new ArrayList<>(allocator.leases());
        leases.sort(Comparator.comparing(Lease::allocated).thenComparing(Lease::node));
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
        return settle(lease);
    }

    private Settled settle(Lease lease) {
        Holder self = new Holder(lease.deviceId(), lease.node());
        String wanted = wanted(lease.deviceId());
        String before = labels.get(lease.deviceId());
        if (before != null && self.equals(holders.get(before))) {
            return new Settled(before, wanted);
        }
        if (before != null) {
            holders.remove(before);
        }
        String label = wanted;
        for (int number = 1; isTaken(label, self); number++) {
            label = behind(wanted, "-" + lease.node() + (number == 1 ? "" : "-" + number));
        }
        holders.put(label, self);
        labels.put(lease.deviceId(), label);
        return new Settled(label, wanted);
    }

    private boolean isTaken(String label, Holder self) {
        if (RESERVED.contains(label)) {
            return true;
        }
        Holder holder = holders.get(label);
        if (holder == null || holder.equals(self)) {
            return false;
        }
        Optional<Lease> lease = allocator.lease(holder.deviceId());
        if (lease.isPresent() && lease.get().node() == holder.node()) {
            return true;
        }
        forget(label, holder);
        return false;
    }

    private void forget(String label, Holder holder) {
        holders.remove(label);
        labels.remove(holder.deviceId(), label);
    }

    int size() {
        return holders.size();
    }

    private void forgetEnded() {
        Map<String, Integer> nodes = new HashMap<>();
        allocator.leases().forEach(lease -> nodes.put(lease.deviceId(), lease.node()));
        Map.copyOf(holders).forEach((label, holder) -> {
            Integer node = nodes.get(holder.deviceId());
            if (node == null || node != holder.node()) {
                forget(label, holder);
            }
        });
        most = 2 * nodes.size() + SPARE;
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
