package io.mnedc.relay.session;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.address.Lease;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who leases addresses to the registered devices now, if anybody does. Thread-safe. */
public final class Leases {
    /** How often the leases of registered devices are renewed. */
    public static final Duration RENEWAL = Duration.ofSeconds(20);

    private static final Logger LOG = LoggerFactory.getLogger(Leases.class);

    private final Sessions sessions;
    private volatile @Nullable AddressAllocator allocator;
    // of the control loop
    private @Nullable DeviceLabels labels;

    public Leases(Sessions sessions) {
        this.sessions = sessions;
    }

    @Nullable
    public AddressAllocator allocator() {
        return allocator;
    }

    /** Tells who leases addresses now, or that nobody does, or that the pool has changed. */
    public void allocator(@Nullable AddressAllocator now) {
        allocator = now;
        if (now == null) {
            LOG.warn("no address allocator: registered devices stay, new ones are told to try again");
        } else {
            sessions.all().forEach(this::dismissIfReaddressed);
        }
    }

    /** Has a device register again if it was told another address plan than the one that is in force now. */
    void dismissIfReaddressed(Session session) {
        AddressAllocator present = allocator;
        if (present != null && !session.network().equals(present.network())) {
            session.dismiss(ErrorReport.fatal(
                    ErrorCode.READDRESSED,
                    "the virtual network is now " + present.network().cidr() + " and "
                            + present.network().ulaPrefix().getHostAddress() + "/64: register again"));
        }
    }

    /** The name of a device in the overlay. On the control loop. */
    DeviceLabels.Settled label(Lease lease, AddressAllocator by) {
        DeviceLabels present = labels;
        if (present == null || !present.areOf(by)) {
            present = new DeviceLabels(by);
            labels = present;
        }
        return present.of(lease);
    }

    /** A device is registered at another relay: its name counts here, too. On the control loop. */
    public void named(String deviceId) {
        AddressAllocator present = allocator;
        if (present != null) {
            present.lease(deviceId).ifPresent(lease -> label(lease, present));
        }
    }

    /** Whether a node can be a device's now. That another relay has leased it may not be known here yet. */
    public boolean mayHave(String deviceId, int node) {
        AddressAllocator present = allocator;
        return present != null
                && present.network().isLeasable(node)
                && present.lease(deviceId).stream().allMatch(lease -> lease.node() == node);
    }

    /** Renews the lease of a device that has left. */
    void left(String deviceId) {
        AddressAllocator present = allocator;
        if (present != null) {
            present.renew(deviceId);
        }
    }

    /** Renews the leases of all registered devices. To be called regularly. */
    public void renew() {
        AddressAllocator present = allocator;
        if (present == null) {
            return;
        }
        try {
            for (Session session : sessions.all()) {
                present.renew(session.deviceId());
                if (present.lease(session.deviceId()).stream().noneMatch(lease -> lease.node() == session.node())) {
                    session.dismiss(ErrorReport.fatal(ErrorCode.READDRESSED, "the lease has ended: register again"));
                }
            }
        } catch (RuntimeException | Error e) {
            // an allocator that is being stopped, for example; an Error too, or it would never be tried again
            LOG.error("leases could not be renewed; trying again in {} s", RENEWAL.toSeconds(), e);
        }
    }
}
