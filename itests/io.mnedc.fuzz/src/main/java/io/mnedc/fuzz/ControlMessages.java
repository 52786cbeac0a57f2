package io.mnedc.fuzz;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Unknown;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.Set;

/**
 * The bytes of a control stream, with or without a preamble: each message is refused with a code, or means the same
 * after it is written and read again. Neither takes more memory than a multiple of the bytes that came.
 */
public final class ControlMessages {
    private static final Set<ErrorCode> REFUSALS = EnumSet.of(
            ErrorCode.PROTOCOL_VIOLATION,
            ErrorCode.TOO_LARGE,
            ErrorCode.DEVICE_ID_INVALID,
            ErrorCode.VERSION_UNSUPPORTED);

    /** For any message: readers, exceptions with their stack traces. */
    private static final int BASE_ALLOCATION = 64 << 10;

    /** The smallest nested record that is worth an object, SERVICE with a name and a port, has 15 bytes. */
    private static final int ALLOCATION_PER_BYTE = 96;

    /** What may grow when it is written: PRESENT records in which optional ones are missing. */
    private static final int GROWTH = 3;

    private ControlMessages() {}

    /** Takes one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        ByteBuffer in = ByteBuffer.wrap(data);
        try {
            if (data.length >= Preamble.SIZE && data[0] == 'M') {
                preamble(in);
            }
            while (in.remaining() >= ControlCodec.LENGTH_FIELD) {
                int there = in.remaining() - ControlCodec.LENGTH_FIELD;
                int length = length(in.getInt());
                // what is cut off is read all the same: a changed input seldom has the right length
                ByteBuffer message = in.slice(in.position(), Math.min(length, there));
                Checks.allocates(
                        BASE_ALLOCATION + ALLOCATION_PER_BYTE * message.limit(),
                        () -> ControlCodec.decode(message.duplicate()));
                readAndWrite(message);
                in.position(in.position() + message.limit());
            }
        } catch (ProtocolException refused) {
            Checks.refusal(refused, REFUSALS);
        }
    }

    private static void preamble(ByteBuffer in) throws ProtocolException {
        Preamble preamble = Preamble.decode(in);
        Checks.same(preamble, Preamble.decode(preamble.encode()), "a preamble is the same after it is written");
        Checks.that(preamble.negotiate() <= Protocol.MINOR, "the lower minor version is spoken");
    }

    private static int length(int field) throws ProtocolException {
        int length = ControlCodec.checkLength(field, Protocol.MAX_MESSAGE);
        Checks.that(length >= 2 && length <= Protocol.MAX_MESSAGE, "a length that passes is within its limits");
        return length;
    }

    private static void readAndWrite(ByteBuffer bytes) throws ProtocolException {
        ControlMessage message =
                ControlCodec.decode(bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN)); // the order must not matter
        if (message instanceof Unknown) {
            return;
        }
        ByteBuffer written;
        try {
            written = ControlCodec.encode(message);
        } catch (IllegalArgumentException e) {
            boolean mayBeTooLarge = message instanceof Announce && bytes.limit() * GROWTH > Protocol.MAX_MESSAGE;
            Checks.that(mayBeTooLarge, "what was read can be written", e);
            return;
        }
        Checks.same(written.getInt(), written.remaining(), "the length field counts what follows");
        ByteBuffer first = written.duplicate();
        ControlMessage again = ControlCodec.decode(written);
        Checks.same(message, again, "a message is the same after it is written");
        ByteBuffer second = ControlCodec.encode(again).position(ControlCodec.LENGTH_FIELD);
        Checks.same(first, second, "a message is written in one way");
    }
}
