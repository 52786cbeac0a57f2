package io.mnedc.device.control;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.Relays;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.device.dial.Paths;
import io.mnedc.device.network.Membership;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The attempt that counts, or the session that has come of it. All attempts report here; what an older one still reports
 * is not passed on. On the control loop.
 */
public final class PresentAttempt implements RelayAttempt.Events {
    private final Paths paths;
    private final RelayConnector.Events events;
    private final Consumer<RelayAttempt> registered;
    private final BiConsumer<RelayAttempt, String> ended;
    private final BiConsumer<RelayAttempt, Relays> told;
    private @Nullable RelayAttempt current;

    /**
     * There is no attempt yet.
     *
     * @param events told what the present attempt reports
     * @param registered told first that a session has come of it
     * @param ended told that it has ended by itself
     * @param told told the relays of the overlay
     */
    PresentAttempt(
            Paths paths,
            RelayConnector.Events events,
            Consumer<RelayAttempt> registered,
            BiConsumer<RelayAttempt, String> ended,
            BiConsumer<RelayAttempt, Relays> told) {
        this.paths = paths;
        this.events = events;
        this.registered = registered;
        this.ended = ended;
        this.told = told;
    }

    /** This one counts from now on. */
    void set(RelayAttempt attempt) {
        current = attempt;
    }

    @Nullable
    RelayAttempt attempt() {
        return current;
    }

    /** Ends it, if there is one; nothing is reported any more. */
    void leave(String reason) {
        RelayAttempt now = current;
        current = null;
        if (now != null) {
            now.leave(reason);
        }
    }

    private boolean isCurrent(RelayAttempt attempt) {
        return attempt.equals(current);
    }

    /** {@return whether the device is registered} */
    public boolean isRegistered() {
        RelayAttempt now = current;
        return now != null && now.wasRegistered();
    }

    /** Sends a message that only a registered device may send. */
    public void tell(ControlMessage message) {
        RelayAttempt now = current;
        if (now != null) {
            now.tell(message);
        }
    }

    /** {@return when the relay last said something, as {@link System#nanoTime}; now if there is no relay} */
    public long heardNanos() {
        RelayAttempt now = current;
        return now == null ? System.nanoTime() : now.heardNanos();
    }

    /**
     * Limits segments to this relay if large packets to or from it get lost.
     *
     * @param heard when the relay was last heard on the data stream
     * @return whether they are smaller from now on: the device must register again
     */
    public boolean narrowed(long heard) {
        RelayAttempt now = current;
        if (now == null || !now.wasRegistered() || !now.stuck(paths, heard)) {
            return false;
        }
        int segment = Paths.below(paths.segment(now.target().address()));
        if (segment == Paths.USUAL) {
            return false;
        }
        paths.narrow(now.relay(), now.target().address(), segment);
        return true;
    }

    @Override
    public void registered(RelayAttempt attempt, Welcome welcome, Membership membership) {
        if (isCurrent(attempt)) {
            registered.accept(attempt);
            events.registered(attempt, welcome, membership);
        }
    }

    @Override
    public void snapshot(RelayAttempt attempt, List<NodeRecord> nodes, long leftOut) {
        if (isCurrent(attempt)) {
            events.snapshot(nodes, leftOut);
        }
    }

    @Override
    public void changed(RelayAttempt attempt, List<Change> changes) {
        if (isCurrent(attempt)) {
            events.changed(changes);
        }
    }

    @Override
    public void envelope(RelayAttempt attempt, Envelope envelope) {
        if (isCurrent(attempt)) {
            events.envelope(envelope);
        }
    }

    @Override
    public void credentialed(RelayAttempt attempt, Credentials credentials) {
        if (isCurrent(attempt)) {
            events.credentialed(attempt, credentials);
        }
    }

    @Override
    public void relays(RelayAttempt attempt, Relays all) {
        if (isCurrent(attempt)) {
            told.accept(attempt, all);
        }
    }

    @Override
    public void noticed(RelayAttempt attempt, ErrorReport notice) {
        if (isCurrent(attempt)) {
            events.noticed(attempt.relay(), notice);
        }
    }

    @Override
    public void ended(RelayAttempt attempt, String why) {
        if (isCurrent(attempt)) {
            current = null;
            ended.accept(attempt, why);
        }
    }
}
