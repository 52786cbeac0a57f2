package io.mnedc.tun;

import io.mnedc.api.tun.TunState;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what is wrong with an interface when that changes, but not often. Not thread-safe. */
final class StateLog {
    private static final Logger LOG = LoggerFactory.getLogger(StateLog.class);
    /** Between two lines of a kind. */
    static final long PAUSE = Duration.ofSeconds(10).toNanos();

    private Optional<String> fault = Optional.empty();
    private Optional<String> warning = Optional.empty();
    private long last = System.nanoTime() - PAUSE;

    /**
     * Says what is new.
     *
     * @return nanoseconds until it must be called again, because something could not be said yet;
     *     {@link Long#MAX_VALUE} if all is said
     */
    long say(TunState state, long now) {
        if (state.fault().equals(fault) && state.warning().equals(warning)) {
            return Long.MAX_VALUE;
        }
        if (now - last < PAUSE) {
            return last + PAUSE - now;
        }
        last = now;
        if (!state.fault().equals(fault)) {
            state.fault().ifPresent(text -> LOG.error("{}", text));
        }
        if (!state.warning().equals(warning)) {
            state.warning().ifPresent(text -> LOG.warn("{}", text));
        }
        if (state.fault().isEmpty() && state.warning().isEmpty()) {
            LOG.info("interface {} is as it should be again", state.name());
        } else if (state.fault().isEmpty() && fault.isPresent()) {
            LOG.info("interface {} takes packets again", state.name());
        }
        fault = state.fault();
        warning = state.warning();
        return Long.MAX_VALUE;
    }
}
