package io.mnedc.relay.mesh;

import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.relay.session.Session;
import io.mnedc.transport.Scheduler;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Empties this relay for maintenance: asks its devices in small groups to go to another one, and refuses new ones. While no other relay
 * is linked, nobody is sent away. It ends with {@link #end}, or with the relay. On the control loop, but for {@link #refusal}.
 */
final class Drain {
    /** A hundredth of the devices, but at least so many, go at a time. */
    static final int LEAST = 5;

    static final int GROUPS = 100;

    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
    private static final long APART_MILLIS = 400;
    private static final long JITTER_MILLIS = 200;
    private static final int RETRY_MILLIS = 30_000;

    private final Scheduler loop;
    private final Supplier<List<Session>> devices;
    private final BooleanSupplier linked;
    private final BooleanSupplier told;
    private final SplittableRandom random = new SplittableRandom();
    private volatile boolean on;
    private volatile boolean leaving;
    private int round;
    private int group;

    /**
     * Not draining.
     *
     * @param devices those that are registered here, now
     * @param linked whether another relay is there to take them; any thread
     * @param told whether the devices know that this relay wants none
     */
    Drain(Scheduler loop, Supplier<List<Session>> devices, BooleanSupplier linked, BooleanSupplier told) {
        this.loop = loop;
        this.devices = devices;
        this.linked = linked;
        this.told = told;
    }

    boolean isOn() {
        return on;
    }

    /** {@return why a device cannot register now, if it cannot; any thread} */
    Optional<ErrorReport> refusal() {
        return on && (leaving || linked.getAsBoolean())
                ? Optional.of(new ErrorReport(
                        ErrorCode.STOPPING.number(),
                        leaving
                                ? "this relay was taken out of the overlay: connect to another one"
                                : "the administrator empties this relay: connect to another one of the overlay",
                        true,
                        RETRY_MILLIS))
                : Optional.empty();
    }

    /** Begins; nothing happens if it has begun. */
    void begin() {
        if (on) {
            return;
        }
        on = true;
        int present = devices.get().size();
        group = Math.max(LEAST, (present + GROUPS - 1) / GROUPS);
        LOG.info("this relay is drained: {} devices are asked to go to another one, {} at a time", present, group);
        next(++round);
    }

    /** Begins for good: this relay is none of the overlay any more, and its links are gone. */
    void leave() {
        leaving = true;
        begin();
    }

    /** Takes devices again. */
    void end() {
        if (leaving) {
            return;
        }
        if (on) {
            LOG.info("this relay takes devices again");
        }
        on = false;
        round++;
    }

    private void next(int begun) {
        loop.schedule(Duration.ofMillis(APART_MILLIS + random.nextLong(JITTER_MILLIS)), () -> step(begun));
    }

    private void step(int begun) {
        if (begun != round) {
            return;
        }
        Optional<ErrorReport> report = refusal();
        if (report.isPresent() && (leaving || told.getAsBoolean())) {
            devices.get().stream().limit(group).forEach(device -> device.dismiss(report.get()));
        }
        next(begun);
    }
}
