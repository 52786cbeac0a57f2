package io.mnedc.relay.forward;

import io.mnedc.codec.DataFrame;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.mnedc.relay.accept.Refusals;
import io.mnedc.relay.access.Access;
import io.mnedc.relay.work.Counter;
import io.mnedc.transport.DataHandler;
import io.mnedc.transport.DataStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The relay's fast path: frames of one device's data stream go to the data streams of their destinations, contiguous
 * runs to one destination in one write. Nothing is allocated, locked or logged per frame.
 */
final class Forwarder implements DataHandler {
    private final StreamOwner owner;
    private final DataStream stream;
    private final Routes routes;
    private final Counter.Set counters;
    private final Refusals refusals;
    private final AccessMemory memory;

    Forwarder(StreamOwner owner, DataStream stream, Routes routes, Counter.Set counters, Refusals refusals) {
        this.owner = owner;
        this.stream = stream;
        this.routes = routes;
        this.counters = counters;
        this.refusals = refusals;
        this.memory = new AccessMemory(owner);
    }

    @Override
    public int received(DataStream from, ByteBuffer in, int begin, int end) throws ProtocolException {
        int at = begin;
        int run = begin;
        int runFrames = 0;
        int frames = 0;
        int destination = 0;
        int passed = 0;
        int passedBytes = 0;
        // of this read: no other clock
        long now = from.lastHeardNanos();
        Allowance allowance = owner.allowance();
        long framesLeft = allowance.frames(now);
        long bytesLeft = allowance.bytes(now);
        try {
            for (int size = DataFrame.complete(in, at, end); size > 0; size = DataFrame.complete(in, at, end)) {
                int to = DataFrame.destination(in, at);
                if (passed >= framesLeft || passedBytes >= bytesLeft) {
                    flush(destination, runFrames, in, run, at, end);
                    run = at + size;
                    runFrames = 0;
                    at += size;
                    frames++;
                    continue;
                }
                passed++;
                passedBytes += size;
                if (!owner.mayCarry(DataFrame.source(in, at), to)) {
                    flush(destination, runFrames, in, run, at, end);
                    counters.add(Counter.DROP_SPOOFED_SOURCE, 1);
                    run = at + size;
                    runFrames = 0;
                } else if (to == Protocol.RELAY_NODE) {
                    flush(destination, runFrames, in, run, at, end);
                    toRelay(in, at, size, end);
                    run = at + size;
                    runFrames = 0;
                } else {
                    if (to != destination && runFrames > 0) {
                        flush(destination, runFrames, in, run, at, end);
                        run = at;
                        runFrames = 0;
                    }
                    destination = to;
                    runFrames++;
                }
                at += size;
                frames++;
            }
        } finally {
            // also when the next frame is broken: those before it are not
            flush(destination, runFrames, in, run, at, end);
            count(frames, at - begin);
            if (allowance.taken(passed, frames, passedBytes, at - begin, now)) {
                owner.flooding("data");
            }
        }
        if (passed < frames) {
            overLimit(frames - passed, now);
        }
        return at;
    }

    private void overLimit(int dropped, long now) {
        counters.add(Counter.DROP_LIMIT, dropped);
        owner.overLimit("data frames are dropped", now);
    }

    private void count(int frames, int bytes) {
        if (frames > 0) {
            owner.came(frames, bytes);
            counters.add(Counter.FRAMES_IN, frames);
            counters.add(Counter.BYTES_IN, bytes);
        }
    }

    /** Sends a run of frames on; sending moves position and limit, so the limit is set back for the scan. */
    private void flush(int node, int frames, ByteBuffer in, int from, int to, int end) {
        if (frames == 0) {
            return;
        }
        Destination receiver = routes.to(node);
        if (receiver == null) {
            counters.add(Counter.DROP_NO_DESTINATION, frames);
            return;
        }
        Access rules = routes.access();
        if (rules != null && !memory.allowed(receiver, rules)) {
            counters.add(Counter.DROP_RULES, frames);
            return;
        }
        if (!receiver.forward(in, from, to, frames)) {
            counters.add(Counter.DROP_NO_STREAM, frames);
            return;
        }
        in.limit(end);
        counters.add(Counter.FRAMES_OUT, frames);
        counters.add(Counter.BYTES_OUT, to - from);
    }

    /** Echoes to the relay itself keep a data stream alive. */
    private void toRelay(ByteBuffer in, int at, int size, int end) {
        if (owner.isAsked() && DataFrame.type(in, at) == DataFrame.ECHO_REPLY) {
            return;
        }
        if (DataFrame.type(in, at) != DataFrame.ECHO || size - DataFrame.HEADER > DataFrame.MAX_ECHO) {
            counters.add(Counter.DROP_MALFORMED, 1);
            return;
        }
        DataFrame.reply(in, at);
        stream.send(in, at, at + size);
        in.limit(end);
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        if (cause instanceof ProtocolException) {
            refusals.add(
                    Counter.REFUSED_PROTOCOL, owner.deviceId() + "'s data stream", String.valueOf(cause.getMessage()));
        }
        owner.unbind(stream);
    }
}
