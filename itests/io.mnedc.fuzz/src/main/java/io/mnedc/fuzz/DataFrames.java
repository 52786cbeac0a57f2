package io.mnedc.fuzz;

import io.mnedc.codec.DataFrame;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.ProtocolException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * The bytes of a data stream: however they are split, the same frames are found in them and the same error, and nothing
 * outside of them is read. The first byte says how they are split; the stream ends in zeros, so that large frames are
 * whole.
 */
public final class DataFrames {
    private static final Set<ErrorCode> REFUSALS =
            EnumSet.of(ErrorCode.PROTOCOL_VIOLATION, ErrorCode.TOO_LARGE, ErrorCode.VERSION_UNSUPPORTED);
    private static final int MOST_INPUT = 16 << 10;
    private static final int LARGE = DataFrame.MAX_FRAME + 64;

    private static final byte[] STREAM = new byte[MOST_INPUT + LARGE];
    private static final byte[] COPY = new byte[DataFrame.MAX_FRAME];
    private static final byte[] COPIED_HEADER = new byte[DataFrame.HEADER];

    private DataFrames() {}

    /** What is in a stream. */
    private record Found(List<Integer> sizes, int end, String refusal) {}

    /** Takes one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 2 || data.length > MOST_INPUT) {
            return;
        }
        int length = data.length - 1;
        System.arraycopy(data, 1, STREAM, 0, length);
        try {
            Found whole = found(length, length, 0);
            Found split = found(length, 0, data[0]);
            Checks.same(whole, split, "a stream is cut into the same frames however it comes in");
            found(length + LARGE, length + LARGE, 0);
        } finally {
            Arrays.fill(STREAM, 0, length, (byte) 0);
        }
    }

    /** Reads as a data loop does: from where the last whole frame ended to where the bytes end. */
    private static Found found(int length, int firstEnd, int splits) {
        Random random = new Random(splits);
        List<Integer> sizes = new ArrayList<>();
        int at = 0;
        int end = firstEnd;
        try {
            while (true) {
                ByteBuffer received = ByteBuffer.wrap(STREAM, 0, end).slice(); // ends where the bytes end
                int size = DataFrame.complete(received, at, end);
                if (size > 0) {
                    Checks.that(size >= DataFrame.HEADER && size <= end - at, "a whole frame is there");
                    frame(received, at, size);
                    sizes.add(size);
                    at += size;
                } else if (end == length) {
                    return new Found(sizes, at, "");
                } else {
                    end = Math.min(length, end + 1 + random.nextInt(splits < 0 ? 100 : 5));
                }
            }
        } catch (ProtocolException refused) {
            Checks.refusal(refused, REFUSALS);
            return new Found(sizes, at, refused.code() + " " + refused.getMessage());
        }
    }

    private static void frame(ByteBuffer in, int at, int size) {
        boolean sealed = (DataFrame.flags(in, at) & DataFrame.SEALED) != 0;
        int payload = size - DataFrame.HEADER - (sealed ? DataFrame.TAG : 0);
        Checks.that(payload >= 0 && payload <= DataFrame.MAX_PAYLOAD, "a payload is within its limits");
        Checks.that(DataFrame.type(in, at) >> 4 == 0 && DataFrame.epoch(in, at) >> 16 == 0, "fields are unsigned");
        header(in, at, size);
        if (DataFrame.type(in, at) == DataFrame.ECHO && payload <= DataFrame.MAX_ECHO) {
            reply(in, at, size);
        }
    }

    /** What the accessors tell makes the same header again, flags and epoch excepted: a writer sets these itself. */
    private static void header(ByteBuffer in, int at, int size) {
        ByteBuffer again = ByteBuffer.wrap(COPIED_HEADER);
        DataFrame.putHeader(
                again,
                0,
                DataFrame.type(in, at),
                DataFrame.source(in, at),
                DataFrame.destination(in, at),
                DataFrame.counter(in, at),
                size - DataFrame.HEADER);
        again.put(5, (byte) DataFrame.flags(in, at)).putShort(6, (short) DataFrame.epoch(in, at));
        Checks.same(again, in.slice(at, DataFrame.HEADER), "a header is the same after it is written");
    }

    private static void reply(ByteBuffer in, int at, int size) {
        ByteBuffer reply = ByteBuffer.wrap(COPY, 0, size).slice().put(0, in, at, size);
        DataFrame.reply(reply, 0);
        Checks.that(
                DataFrame.type(reply, 0) == DataFrame.ECHO_REPLY
                        && DataFrame.source(reply, 0) == DataFrame.destination(in, at)
                        && DataFrame.destination(reply, 0) == DataFrame.source(in, at),
                "a reply goes back");
        reply.put(4, in.get(at + 4)).putInt(8, in.getInt(at + 8)).putInt(12, in.getInt(at + 12));
        Checks.same(reply, in.slice(at, size), "a reply is the echo but for its type and nodes");
    }
}
