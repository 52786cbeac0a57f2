package io.mnedc.device.common;

import io.mnedc.api.text.PlainText;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says that something is lost once per outage, and again each minute, whatever number of attempts are made. */
public final class OutageLog {
    private static final Logger LOG = LoggerFactory.getLogger(OutageLog.class);
    private static final long REMIND = Duration.ofMinutes(1).toNanos();

    private final String what;
    private boolean out;
    private long since;
    private long reminded;
    private int attempts;

    /**
     * There is no outage yet.
     *
     * @param what the device lacks during an outage
     */
    public OutageLog(String what) {
        this.what = what;
    }

    /** The connection, or an attempt to make one, ended. */
    public void failed(String deviceId, String text, long now) {
        String why = PlainText.of(text);
        if (!out) {
            out = true;
            since = now;
            reminded = now;
            attempts = 0;
            LOG.warn("device {} has no {}, it keeps trying: {}", deviceId, what, why);
            return;
        }
        attempts++;
        if (now - reminded >= REMIND) {
            reminded = now;
            LOG.warn(
                    "device {} has had no {} for {} s and {} attempts; the last one: {}",
                    deviceId,
                    what,
                    (now - since) / 1_000_000_000,
                    attempts,
                    why);
        } else {
            LOG.debug("device {}, attempt {}: {}", deviceId, attempts, why);
        }
    }

    /** Packets flow again. */
    public void over() {
        out = false;
    }
}
