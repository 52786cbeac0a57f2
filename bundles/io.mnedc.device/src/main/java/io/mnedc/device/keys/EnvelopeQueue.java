package io.mnedc.device.keys;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.codec.ControlMessage.Envelope;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Envelopes that wait for the sealing thread. There is a bound, and their senders have turns: a sender that floods
 * delays and displaces its own envelopes only. Thread-safe.
 */
final class EnvelopeQueue {
    /** How many wait, at most. */
    static final int MOST = 256;

    /** By sender, whose turn is next first; none is empty. */
    @GuardedBy("this")
    private final Map<Integer, Deque<Envelope>> waiting = new LinkedHashMap<>();

    @GuardedBy("this")
    private int size;

    /**
     * Adds one. If there are too many then, the newest is dropped of the sender who has the most.
     *
     * @return whether there is one more now
     */
    synchronized boolean add(Envelope envelope) {
        waiting.computeIfAbsent(envelope.source(), sender -> new ArrayDeque<>()).add(envelope);
        if (size < MOST) {
            size++;
            return true;
        }
        int sender = longest(envelope.source());
        Deque<Envelope> most = waiting.getOrDefault(sender, new ArrayDeque<>());
        most.removeLast();
        if (most.isEmpty()) {
            waiting.remove(sender);
        }
        return false;
    }

    /** Of several who have as many, the one given, if it is one of them. */
    @GuardedBy("this")
    private int longest(int sender) {
        int longest = sender;
        int most = waiting.getOrDefault(sender, new ArrayDeque<>()).size();
        for (Map.Entry<Integer, Deque<Envelope>> each : waiting.entrySet()) {
            if (each.getValue().size() > most) {
                most = each.getValue().size();
                longest = each.getKey();
            }
        }
        return longest;
    }

    /** {@return the next one, which is taken; null if there is none} */
    synchronized @Nullable Envelope poll() {
        var senders = waiting.entrySet().iterator();
        if (!senders.hasNext()) {
            return null;
        }
        Map.Entry<Integer, Deque<Envelope>> turn = senders.next();
        senders.remove();
        Envelope next = turn.getValue().remove();
        size--;
        if (!turn.getValue().isEmpty()) {
            waiting.put(turn.getKey(), turn.getValue());
        }
        return next;
    }
}
