package io.mnedc.relay.forward;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.relay.settings.Limits;
import io.mnedc.relay.work.FloodWatch;
import java.util.function.Supplier;

/**
 * What one device may still send: token buckets under the limits that are in force now. They belong to the session, so that
 * a new data stream does not bring another burst. Thread-safe; one short lock per read, not per frame.
 */
public final class Allowance {
    private static final int DATA_BURST_SECONDS = 1;
    private static final int MESSAGES_BURST_SECONDS = 5;
    /** All other devices hear of a publication, so there is a limit that cannot be set. */
    private static final int PUBLICATIONS_PER_SECOND = 2;
    /** Larger ones count as several. */
    private static final int PUBLICATION_BYTES = 2_048;
    /** How often at most a device is told. */
    private static final long NOTICE_NANOS = 10_000_000_000L;

    private final Supplier<Limits> limits;

    @GuardedBy("this")
    private final FloodWatch frames;

    @GuardedBy("this")
    private final FloodWatch bytes;

    @GuardedBy("this")
    private final FloodWatch messages;

    @GuardedBy("this")
    private final FloodWatch publications;

    @GuardedBy("this")
    private long noticed;

    public Allowance(Supplier<Limits> limits, long now) {
        this.limits = limits;
        this.frames = new FloodWatch(DATA_BURST_SECONDS, now);
        this.bytes = new FloodWatch(DATA_BURST_SECONDS, now);
        this.messages = new FloodWatch(MESSAGES_BURST_SECONDS, now);
        this.publications = new FloodWatch(MESSAGES_BURST_SECONDS, now);
        this.noticed = now - NOTICE_NANOS;
    }

    public Limits limits() {
        return limits.get();
    }

    /** How many frames may pass now. */
    synchronized long frames(long now) {
        return frames.room(limits.get().framesPerSecond(), now);
    }

    /** How many bytes may pass now; the last frame may go beyond. */
    synchronized long bytes(long now) {
        return bytes.room(limits.get().bytesPerSecond(), now);
    }

    /** Takes what passed, of all that came; whether this device is flooding the relay and must go. */
    synchronized boolean taken(int framesPassed, int framesCame, long bytesPassed, long bytesCame, long now) {
        Limits present = limits.get();
        // both must hear of it
        boolean frameFlood = frames.take(framesPassed, framesCame, present.framesPerSecond(), now);
        boolean byteFlood = bytes.take(bytesPassed, bytesCame, present.bytesPerSecond(), now);
        return frameFlood || byteFlood;
    }

    /** What is to be done with a control message. */
    public enum Message {
        PASS,
        IGNORE,
        /** The device floods the relay and must go. */
        FLOOD
    }

    /** Takes a control message. */
    public synchronized Message message(long now) {
        long rate = limits.get().messagesPerSecond();
        boolean pass = messages.room(rate, now) > 0;
        return messages.take(pass ? 1 : 0, 1, rate, now) ? Message.FLOOD : pass ? Message.PASS : Message.IGNORE;
    }

    /** Whether all others may be told now what the device publishes. */
    public synchronized boolean publish(long now) {
        return publications.room(PUBLICATIONS_PER_SECOND, now) > 0;
    }

    /** All others are told, or none of so many: the next ones wait for as long as that takes. */
    public synchronized void published(int bytes, long now) {
        int many = 1 + bytes / PUBLICATION_BYTES;
        publications.take(many, many, PUBLICATIONS_PER_SECOND, now);
    }

    /** Whether it is time to tell the device that it is over a limit. */
    public synchronized boolean noticeDue(long now) {
        if (now - noticed < NOTICE_NANOS) {
            return false;
        }
        noticed = now;
        return true;
    }
}
