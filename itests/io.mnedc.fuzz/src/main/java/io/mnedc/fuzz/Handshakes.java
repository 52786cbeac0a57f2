package io.mnedc.fuzz;

import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.PeerHandshake;
import io.mnedc.codec.ProtocolException;
import io.mnedc.codec.SealMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What two devices say to each other to agree on keys: if the first byte is even, the rest is a handshake part, as an
 * envelope carries it; else messages inside TLS.
 */
public final class Handshakes {
    private static final Set<ErrorCode> REFUSALS =
            EnumSet.of(ErrorCode.PROTOCOL_VIOLATION, ErrorCode.TOO_LARGE, ErrorCode.VERSION_UNSUPPORTED);
    private static final int MOST_ALLOCATION = 64 << 10;
    private static final int ALLOCATION_PER_BYTE = 64;

    private Handshakes() {}

    /** Takes one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(data, 1, data.length);
        long most = MOST_ALLOCATION + (long) ALLOCATION_PER_BYTE * data.length;
        try {
            if ((data[0] & 1) == 0) {
                Opaque payload = Opaque.copyOf(rest);
                Checks.allocates(most, () -> PeerHandshake.decode(payload));
                Checks.same(PeerHandshake.decode(payload).encode(), payload, "a part is the same after it is written");
            } else {
                Checks.allocates(most, () -> messages(ByteBuffer.wrap(rest)));
                messages(ByteBuffer.wrap(rest)).forEach(Handshakes::written);
            }
        } catch (ProtocolException refused) {
            Checks.refusal(refused, REFUSALS);
        }
    }

    private static List<SealMessage> messages(ByteBuffer in) throws ProtocolException {
        List<SealMessage> messages = new ArrayList<>();
        int at = in.position();
        for (SealMessage message = SealMessage.decode(in); message != null; message = SealMessage.decode(in)) {
            Checks.that(in.position() > at && in.position() <= in.limit(), "a message is taken as a whole");
            at = in.position();
            messages.add(message);
        }
        Checks.that(in.position() == at, "what is not all there stays");
        return messages;
    }

    private static void written(SealMessage message) {
        if (message instanceof SealMessage.Unknown) {
            return;
        }
        ByteBuffer written = message.encode();
        try {
            Checks.same(message, SealMessage.decode(written), "a message is the same after it is written");
        } catch (ProtocolException e) {
            throw new AssertionError("not so: what is written can be read", e);
        }
        Checks.that(!written.hasRemaining(), "a message is written as a whole");
    }
}
