package io.mnedc.cluster.server;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a server go on without the others when the settings wish it: once for each wish, and only when there was no leader for a while. If
 * most of the others are there, nothing must be made anew. Used by one thread.
 */
final class GoingOnAlone {
    private static final Logger LOG = LoggerFactory.getLogger(GoingOnAlone.class);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final String wish;
    private final EnsembleFiles files;
    private long leaderlessSince = -1;
    private boolean done;

    /**
     * Does nothing yet.
     *
     * @param wish any text, which the operator chooses anew for each wish; empty: none
     */
    GoingOnAlone(String wish, EnsembleFiles files) {
        this.wish = wish;
        this.files = files;
    }

    /**
     * Looks at a server that was started.
     *
     * @param serves whether it has a leader
     * @param now of {@link System#nanoTime}
     * @return whether it is to be stopped, and {@link #make} to be called
     */
    boolean isDue(boolean serves, long now) throws IOException {
        done |= wish.isEmpty() || files.sawTo(wish);
        if (done) {
            return false;
        }
        if (serves) {
            files.noteSeenTo(wish);
            LOG.warn(
                    "go.on.alone = \"{}\" changes nothing: most servers of the ensemble are there; a relay that is lost"
                            + " is taken out by mnedc:removerelay",
                    wish);
            return false;
        }
        if (leaderlessSince < 0) {
            leaderlessSince = now;
            LOG.warn(
                    "go.on.alone = \"{}\": if most servers of the ensemble are not there in {} s, this relay goes on without"
                            + " them",
                    wish,
                    TimeUnit.NANOSECONDS.toSeconds(PATIENCE_NANOS));
        }
        return now - leaderlessSince >= PATIENCE_NANOS;
    }

    /** Does it; the server does not run. */
    void make(ServerEntry own) throws IOException {
        files.alone(own);
        files.noteSeenTo(wish);
        LOG.warn(
                "go.on.alone = \"{}\": this relay goes on without the others, with what its server had. Take each relay that is"
                        + " lost out by mnedc:removerelay; others join again by new tokens",
                wish);
    }
}
