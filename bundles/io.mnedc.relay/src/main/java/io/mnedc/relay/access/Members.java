package io.mnedc.relay.access;

import io.mnedc.codec.ControlMessage.ErrorReport;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The registered devices, as far as {@link AccessControl} decides about them. Thread-safe. */
public interface Members {
    /** Puts other rules in force, and tells the devices whom they may know now and whom no longer. */
    void access(@Nullable Access now);

    /** Ends the session of a device, if it has one, with a report to it. Whether it had one. */
    default boolean dismiss(String deviceId, ErrorReport report) {
        return dismiss(deviceId, report, remote -> {});
    }

    /**
     * The same.
     *
     * @param before told the device's address and port before the session ends, if there is one; under no lock
     */
    boolean dismiss(String deviceId, ErrorReport report, Consumer<String> before);

    /** How long a device has still to stay away because of a clone. */
    Duration quarantineLeft(String deviceId);
}
