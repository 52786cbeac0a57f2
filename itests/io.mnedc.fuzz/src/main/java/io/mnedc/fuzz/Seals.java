package io.mnedc.fuzz;

import io.mnedc.codec.Opaque;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Two devices that seal for each other, with real TLS and certificates, and between them a relay that does what the input
 * says: loses, repeats, reorders and alters envelopes and frames, and makes up some. Whatever it does, nothing is
 * delivered that was not said, twice, or out of order. If the first byte is odd, the relay is honest in the end, and all
 * that is said then arrives.
 */
public final class Seals {
    /** Envelopes that are under way; more are lost. */
    private static final int MOST_ENVELOPES = 64;

    /** An end answers a part by a few parts, whatever it is: nobody is used to flood somebody else. */
    private static final int MOST_PER_EVENT = 16;

    private static final int TICK_MILLIS = 50;
    private static final int CALM_TICKS = 3 * 60 * 1000 / TICK_MILLIS;

    private final SealingEnd low;
    private final SealingEnd high;
    private final Deque<Envelope> envelopes = new ArrayDeque<>();
    private byte[] frame = new byte[0];
    private SealingEnd frameFor;
    private long now;
    private int sent;

    /** Something under way. */
    private record Envelope(SealingEnd to, Opaque payload) {}

    private Seals(int seed) {
        now = new Random(seed).nextLong();
        low = new SealingEnd("low", 2, "high", 3, seed);
        high = new SealingEnd("high", 3, "low", 2, seed);
        frameFor = high;
        low.wire(payload -> send(high, payload), bytes -> frame(high, bytes), now);
        high.wire(payload -> send(low, payload), bytes -> frame(low, bytes), now);
    }

    private void send(SealingEnd to, Opaque payload) {
        sent++;
        if (envelopes.size() < MOST_ENVELOPES) {
            envelopes.add(new Envelope(to, payload));
        }
    }

    private void frame(SealingEnd to, byte[] bytes) {
        frame = bytes;
        frameFor = to;
        to.frame(bytes, now);
    }

    /** Takes one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 2) {
            return;
        }
        Seals seals = new Seals(data[1]);
        ByteBuffer in = ByteBuffer.wrap(data, 2, data.length - 2);
        while (in.hasRemaining()) {
            seals.sent = 0;
            seals.event(in);
            Checks.that(seals.sent <= MOST_PER_EVENT, "an event is answered by a few parts", seals.sent);
        }
        if ((data[0] & 1) == 1) {
            seals.calm();
        }
    }

    private void event(ByteBuffer in) {
        int event = in.get() & 0xff;
        SealingEnd end = (event & 0x10) == 0 ? low : high;
        switch (event & 0x0f) {
            case 0, 1 -> end.say(now);
            case 2, 3, 4 -> deliver(envelopes.poll());
            case 5 -> altered(in);
            case 6 -> repeated();
            case 7 -> envelopes.poll();
            case 8 -> pass(1 + next(in) * 4);
            case 9, 10 -> end.envelope(rest(in), now);
            case 11 -> end.unknownEpoch(now);
            case 12 -> end.restart(now);
            case 13 -> end.peerLeavesAndReturns(now);
            case 14 -> alteredFrame(in);
            default -> end.frame(rest(in), now);
        }
    }

    private static int next(ByteBuffer in) {
        return in.hasRemaining() ? in.get() & 0xff : 0;
    }

    private static byte[] rest(ByteBuffer in) {
        byte[] bytes = new byte[Math.min(next(in) * 2, in.remaining())];
        in.get(bytes);
        return bytes;
    }

    private void deliver(@Nullable Envelope envelope) {
        if (envelope != null) {
            envelope.to().envelope(envelope.payload().bytes(), now);
        }
    }

    private void altered(ByteBuffer in) {
        int at = next(in) << 8 | next(in);
        int with = next(in);
        Envelope envelope = envelopes.poll();
        if (envelope != null && envelope.payload().size() > 0) {
            byte[] payload = envelope.payload().bytes();
            payload[at % payload.length] ^= (byte) with;
            deliver(new Envelope(envelope.to(), Opaque.copyOf(payload)));
        }
    }

    /** Once now, and once behind all others. */
    private void repeated() {
        Envelope envelope = envelopes.poll();
        if (envelope != null) {
            envelopes.add(envelope);
            deliver(envelope);
        }
    }

    private void alteredFrame(ByteBuffer in) {
        byte[] bytes = frame.clone();
        int at = next(in);
        if (bytes.length > 0) {
            bytes[at % bytes.length] ^= (byte) next(in); // by 0: a replay
            frameFor.frame(bytes, now);
        }
    }

    private void pass(int ticks) {
        for (int i = 0; i < ticks; i++) {
            now += TICK_MILLIS * 1_000_000L;
            low.tick(now);
            high.tick(now);
        }
    }

    private void calm() {
        int lowBefore = low.delivered();
        int highBefore = high.delivered();
        for (int i = 0; i < CALM_TICKS; i++) {
            low.say(now);
            high.say(now);
            while (!envelopes.isEmpty()) {
                deliver(envelopes.poll());
            }
            if (low.delivered() > lowBefore && high.delivered() > highBefore) {
                return;
            }
            pass(1);
        }
        throw new AssertionError("not so: all that is said arrives in the end: " + low + ", " + high);
    }
}
