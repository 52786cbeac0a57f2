package io.mnedc.relay.session;

import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.relay.forward.Destination;
import io.mnedc.relay.work.Counter;

/** Passes envelopes on: what devices tell each other over their control streams, such as handshakes. */
public final class Envelopes {
    /** What may wait for a device before further envelopes for it are refused. */
    private static final int MOST_WAITING = 256 << 10;

    private final Sessions sessions;
    private final Counter.Set counters;

    public Envelopes(Sessions sessions, Counter.Set counters) {
        this.sessions = sessions;
        this.counters = counters;
    }

    /** Sends an envelope from a device of another relay to the device that it is for, if that is here and may be talked to. */
    public void pass(RemoteDevice sender, Envelope envelope) {
        Destination receiver = sessions.here().to(envelope.destination());
        if (receiver == null) {
            counters.add(Counter.DROP_NO_DESTINATION, 1);
        } else if (!sessions.acquainted(sender, receiver)) {
            counters.add(Counter.DROP_RULES, 1);
        } else if (receiver.waitingBytes() > MOST_WAITING) {
            counters.add(Counter.DROP_QUEUE, 1);
        } else {
            counters.add(Counter.ENVELOPES, 1);
            sessions.introduce(sender.isNew(System.nanoTime()), receiver);
            receiver.send(envelope);
        }
    }

    /** Sends an envelope to the device that it is for, or tells its sender why not. */
    void pass(Session sender, Envelope envelope) {
        Destination receiver = sessions.to(envelope.destination());
        boolean acquainted = receiver == null || sessions.acquainted(sender, receiver);
        if (!acquainted) {
            counters.add(Counter.DROP_RULES, 1);
        }
        // a device that may not talk to another does not learn that it is there
        if (receiver == null || !acquainted) {
            sender.send(ErrorReport.notice(
                    ErrorCode.PEER_UNKNOWN, "no device is registered at node " + envelope.destination()));
            return;
        }
        if (receiver.waitingBytes() > MOST_WAITING) {
            sender.send(ErrorReport.notice(
                    ErrorCode.LIMIT_EXCEEDED,
                    "too much waits for node " + envelope.destination() + ": try again later"));
            return;
        }
        counters.add(Counter.ENVELOPES, 1);
        sessions.introduce(sender.isNew(System.nanoTime()), receiver);
        // the sender's word for its own node is not taken
        receiver.send(new Envelope(sender.node(), envelope.destination(), envelope.kind(), envelope.payload()));
    }
}
