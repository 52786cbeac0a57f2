package io.mnedc.device;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says that the relay is lost once per outage, and again each minute, whatever number of attempts are made. */
final class OutageLog {
    private static final Logger LOG = LoggerFactory.getLogger(OutageLog.class);
    private static final long REMIND = Duration.ofMinutes(1).toNanos();

    private boolean out;
    private long since;
    private long reminded;
    private int attempts;

    /** The connection, or an attempt to make one, ended. */
    void failed(String deviceId, RelayAddress relay, String why, long now) {
        if (!out) {
            out = true;
            since = now;
            reminded = now;
            attempts = 0;
            LOG.warn("device {} has no relay, it keeps trying: {}: {}", deviceId, relay, why);
            return;
        }
        attempts++;
        if (now - reminded >= REMIND) {
            reminded = now;
            LOG.warn(
                    "device {} has had no relay for {} s and {} attempts; the last one: {}: {}",
                    deviceId,
                    (now - since) / 1_000_000_000,
                    attempts,
                    relay,
                    why);
        } else {
            LOG.debug("device {}, attempt {}: {}: {}", deviceId, attempts, relay, why);
        }
    }

    /** Packets flow again. */
    void over() {
        out = false;
    }
}
