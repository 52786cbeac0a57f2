package io.mnedc.relay.access;

import io.mnedc.codec.ControlMessage.ErrorReport;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The registered devices, as far as {@link AccessControl} decides about them. Thread-safe. */
public interface Members {
    /** Puts other rules in force, and tells the devices whom they may know now and whom no longer. */
    void access(@Nullable Access now);

    /** Ends the session of a device, if it has one, with a report to it. Whether it had one. */
    boolean dismiss(String deviceId, ErrorReport report);

    /** How long a device has still to stay away because of a clone. */
    Duration quarantineLeft(String deviceId);
}
