package io.mnedc.relay;

import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import java.time.Duration;
import java.util.Optional;

/** What a relay holds against devices: access rules, revocations, quarantine. Thread-safe. */
final class Guard {
    private final Sessions sessions;

    Guard(Sessions sessions) {
        this.sessions = sessions;
    }

    /** Why a device may not come in now. */
    Optional<ErrorReport> refusal(String deviceId) {
        Duration left = sessions.quarantineLeft(deviceId);
        if (!left.isZero()) {
            return Optional.of(new ErrorReport(
                    ErrorCode.QUARANTINED.number(),
                    "two devices took turns as " + deviceId + ": wait " + (left.toSeconds() + 1)
                            + " s, and give one of them another ID and key",
                    true,
                    (int) left.toMillis() + 1));
        }
        return Optional.empty();
    }
}
