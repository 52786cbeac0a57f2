package io.mnedc.device.common;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.transport.Scheduler;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a fault that nobody expects, such as want of memory, on one of a device's threads. What was to be done is
 * half done then, and nobody knows which half: the device says so, and its owner ends it. Thread-safe.
 */
public final class Faults {
    private static final Logger LOG = LoggerFactory.getLogger(Faults.class);
    private static final Duration AGAIN = Duration.ofSeconds(5);

    private final String deviceId;
    private final Consumer<String> shown;
    private final Consumer<String> owner;

    @GuardedBy("this")
    private boolean over;

    /**
     * Nothing has happened yet.
     *
     * @param shown told what state and problem are from now on
     * @param owner told once which part has failed
     */
    public Faults(String deviceId, Consumer<String> shown, Consumer<String> owner) {
        this.deviceId = deviceId;
        this.shown = shown;
        this.owner = owner;
    }

    /**
     * A control stream has ended in the midst of something that has failed: the owner of the control loop decides.
     *
     * @param loop the control loop
     */
    public static void ofStream(Throwable fault, Executor loop) {
        loop.execute(() -> {
            throw new IllegalStateException("a control stream has failed: " + fault, fault);
        });
    }

    /** The device is being closed: what fails now is of no matter. */
    public synchronized void closing() {
        over = true;
    }

    /**
     * Something has failed. Only the first fault counts: others may come of it.
     *
     * @param part such as {@code the control loop}
     * @param fault why; null: it has ended by itself
     * @param loop where the owner is told again if that has failed
     */
    public void occurred(String part, @Nullable Throwable fault, Scheduler loop) {
        synchronized (this) {
            if (over) {
                LOG.debug("{} has failed, too, or after the end", part, fault);
                return;
            }
            over = true;
        }
        LOG.error("device {}: {} has failed, the device cannot go on", deviceId, part, fault);
        shown.accept(part + " has failed, see the log" + (fault == null ? "" : ": " + fault));
        tell(part, loop);
    }

    private void tell(String part, Scheduler loop) {
        try {
            owner.accept(part);
        } catch (RuntimeException | Error e) {
            LOG.error("device {} cannot be ended now, it is tried again in {} s", deviceId, AGAIN.toSeconds(), e);
            if (!loop.offer(() -> loop.schedule(AGAIN, () -> tell(part, loop)))) {
                LOG.error("device {} cannot be ended by itself: disable and enable it", deviceId);
            }
        }
    }
}
