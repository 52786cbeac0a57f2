package io.mnedc.device.multicast;

import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.text.PlainText;
import io.mnedc.api.tun.TunDevice;
import io.mnedc.codec.Listening;
import io.mnedc.codec.MulticastGroup;
import io.mnedc.codec.Protocol;
import io.mnedc.device.multicast.Multicast.InForce;
import io.mnedc.device.settings.MulticastSettings;
import io.mnedc.transport.Scheduler;
import io.mnedc.work.LogLimiter;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the groups of this device's interface and of the others, and puts them in force. While multicast is off it does nothing. On
 * the control loop, but for {@link #status}.
 */
public final class Groups {
    private static final Logger LOG = LoggerFactory.getLogger(Groups.class);

    /** Most kernels tell nobody of IPv4 groups, so they are asked; that often. */
    static final Duration APART = Duration.ofSeconds(1);

    /** A look, or a new table, takes at most one part in so many of the loop's time. */
    private static final int SHARE = 20;

    private static final Duration COMPLAINTS_APART = Duration.ofMinutes(10);

    private final Scheduler loop;
    private final Supplier<MulticastSettings> settings;
    private final Supplier<@Nullable TunDevice> tun;
    private final Consumer<Listening> told;
    private final Multicast multicast;
    private final Members members;
    private final LogLimiter complaints = new LogLimiter(COMPLAINTS_APART);
    private volatile Listening own = Listening.NONE;
    private volatile MulticastSettings.Mode mode = MulticastSettings.Mode.OFF;
    private MemberTable table = MemberTable.EMPTY;
    private Scheduler.@Nullable Timer look;
    private @Nullable TunDevice looked;
    private @Nullable MulticastSettings applied;
    private boolean tableDue;
    private long tableNext = System.nanoTime();

    /**
     * Off until {@link #changed}.
     *
     * @param settings those now
     * @param tun the interface now; null: there is none
     * @param told told what this device listens to, when it is different
     * @param multicast gets what is in force
     * @param members what the others listen to
     */
    public Groups(
            Scheduler loop,
            Supplier<MulticastSettings> settings,
            Supplier<@Nullable TunDevice> tun,
            Consumer<Listening> told,
            Multicast multicast,
            Members members) {
        this.loop = loop;
        this.settings = settings;
        this.tun = tun;
        this.told = told;
        this.multicast = multicast;
        this.members = members;
    }

    /** There may be other settings, or another interface. */
    public void changed() {
        MulticastSettings now = settings.get();
        TunDevice device = tun.get();
        if (now.equals(applied) && Objects.equals(device, looked)) {
            return;
        }
        applied = now;
        looked = device;
        mode = now.mode();
        if (now.on()) {
            if (multicast.inForce() == null) {
                table = members.table();
                members.changed();
            }
            look();
        } else {
            cancel();
            multicast.become(null);
            table = MemberTable.EMPTY;
            listen(Listening.NONE);
        }
    }

    /** The others may listen to something else. */
    public void membersChanged() {
        if (!settings.get().on() || !members.changed() || tableDue) {
            return;
        }
        long wait = tableNext - System.nanoTime();
        if (wait <= 0) {
            renew();
        } else {
            tableDue = true;
            loop.schedule(Duration.ofNanos(wait), () -> {
                tableDue = false;
                members.changed();
                renew();
            });
        }
    }

    private void renew() {
        if (!settings.get().on()) {
            return;
        }
        long begun = System.nanoTime();
        table = members.table();
        put();
        long end = System.nanoTime();
        tableNext = end + SHARE * (end - begun);
    }

    private void look() {
        cancel();
        long begun = System.nanoTime();
        TunDevice device = tun.get();
        listen(device == null ? Listening.NONE : of(device));
        put();
        long pause = Math.max(APART.toNanos(), SHARE * (System.nanoTime() - begun));
        look = loop.schedule(Duration.ofNanos(pause), this::look);
    }

    private Listening of(TunDevice device) {
        TreeSet<MulticastGroup> groups = new TreeSet<>();
        try {
            for (InetAddress address : device.groups()) {
                if (address.isMulticastAddress()) {
                    MulticastGroup group = MulticastGroup.of(address);
                    if (LetThrough.announced(mode, group)) {
                        groups.add(group);
                    }
                }
            }
        } catch (IOException e) {
            if (complaints.may(System.nanoTime())) {
                LOG.warn(
                        "The multicast groups of interface {} cannot be read, those before stay: {}{}",
                        PlainText.of(device.name()),
                        PlainText.of(e),
                        complaints.heldBack());
            }
            return own;
        }
        if (groups.size() > Protocol.MAX_MULTICAST_GROUPS && complaints.may(System.nanoTime())) {
            LOG.warn(
                    "Interface {} is in {} multicast groups; the other devices hear of the first {} only{}",
                    PlainText.of(device.name()),
                    groups.size(),
                    Protocol.MAX_MULTICAST_GROUPS,
                    complaints.heldBack());
        }
        return Listening.of(mode == MulticastSettings.Mode.ALL, groups);
    }

    private void listen(Listening now) {
        if (!now.equals(own)) {
            own = now;
            told.accept(now);
        }
    }

    private void put() {
        multicast.become(new InForce(settings.get(), GroupTable.of(own.groups()), table));
    }

    private void cancel() {
        Scheduler.Timer waiting = look;
        if (waiting != null) {
            waiting.cancel();
            look = null;
        }
    }

    /** {@return what there is to tell; empty while it is off. Any thread} */
    public Optional<DeviceStatus.Multicast> status() {
        MulticastSettings.Mode now = mode;
        return now == MulticastSettings.Mode.OFF
                ? Optional.empty()
                : Optional.of(new DeviceStatus.Multicast(
                        now.name().toLowerCase(Locale.ROOT),
                        own.groups().stream().map(MulticastGroup::toString).toList(),
                        members.count()));
    }
}
