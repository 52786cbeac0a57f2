package io.mnedc.codec;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What two devices tell each other inside their TLS session, to agree on how data frames are sealed. Immutable.
 *
 * <pre>
 * +---------+------------+-------------------------+
 * | type u8 | length u16 | body, that many bytes   |
 * +---------+------------+-------------------------+
 *
 * OFFER (1), initiator:   epoch u16 | key, 32 bytes | iv, 12 bytes | count u8 | that many ciphers, u8 each
 * ACCEPT (2), responder:  epoch u16 | key, 32 bytes | iv, 12 bytes | cipher u8
 * CONFIRM (3), initiator: nothing
 * </pre>
 *
 * What follows in a body is of a later version, and skipped; so are messages of other types.
 */
public sealed interface SealMessage {
    /** Bytes of a key; a cipher that needs fewer takes the first ones. */
    int KEY = 32;

    /** Bytes of an initialisation vector. */
    int IV = 12;

    /** The longest body. */
    int MAX_BODY = 512;

    /** The most ciphers in an offer. */
    int MAX_CIPHERS = 16;

    /** The highest epoch. */
    int MAX_EPOCH = 0xffff;

    /**
     * With what one end seals from now on.
     *
     * @param epoch what its frames will say, 0 to {@value #MAX_EPOCH}
     * @param key {@value #KEY} random bytes
     * @param iv {@value #IV} random bytes
     */
    record Keys(int epoch, Opaque key, Opaque iv) {
        /** Checks the sizes. */
        public Keys {
            if (epoch < 0 || epoch > MAX_EPOCH || key.size() != KEY || iv.size() != IV) {
                throw new IllegalArgumentException("epoch " + epoch + ", key of " + key.size() + ", iv of " + iv.size()
                        + " bytes: at most " + MAX_EPOCH + ", " + KEY + " and " + IV);
            }
        }
    }

    /**
     * Initiator, first.
     *
     * @param ciphers the numbers of those that it can use, the preferred one first; 1 to {@value #MAX_CIPHERS}
     * @param keys what the initiator will seal with
     */
    record Offer(List<Integer> ciphers, Keys keys) implements SealMessage {
        /** Copies and checks the list. */
        public Offer {
            ciphers = List.copyOf(ciphers);
            if (ciphers.isEmpty() || ciphers.size() > MAX_CIPHERS) {
                throw new IllegalArgumentException(ciphers.size() + " ciphers are not in 1.." + MAX_CIPHERS);
            }
        }
    }

    /**
     * Responder: it opens what the initiator seals from now on.
     *
     * @param cipher one of the offer's, for both directions
     * @param keys what the responder will seal with
     */
    record Accept(int cipher, Keys keys) implements SealMessage {}

    /** Initiator: it opens what the responder seals from now on. */
    record Confirm() implements SealMessage {}

    /**
     * One of a later version.
     *
     * @param type its number
     */
    record Unknown(int type) implements SealMessage {}

    /** {@return the bytes} */
    default ByteBuffer encode() {
        ByteBuffer out = ByteBuffer.allocate(3 + MAX_BODY).position(3);
        int type;
        if (this instanceof Offer offer) {
            type = 1;
            put(out, offer.keys()).put((byte) offer.ciphers().size());
            offer.ciphers().forEach(cipher -> out.put(cipher.byteValue()));
        } else if (this instanceof Accept accept) {
            type = 2;
            put(out, accept.keys()).put((byte) accept.cipher());
        } else if (this instanceof Confirm) {
            type = 3;
        } else {
            throw new IllegalArgumentException("cannot write " + this);
        }
        return out.put(0, (byte) type).putShort(1, (short) (out.position() - 3)).flip();
    }

    private static ByteBuffer put(ByteBuffer out, Keys keys) {
        return out.putShort((short) keys.epoch())
                .put(keys.key().bytes())
                .put(keys.iv().bytes());
    }

    /**
     * Reads the next message of a stream.
     *
     * @param in what came; the position moves behind the message, if it is all there
     * @return the message; null if more bytes are needed
     * @throws ProtocolException if a body is too long, or cut off
     */
    static @Nullable SealMessage decode(ByteBuffer in) throws ProtocolException {
        if (in.remaining() < 3) {
            return null;
        }
        int type = in.get(in.position()) & 0xff;
        int length = in.getShort(in.position() + 1) & 0xffff;
        if (length > MAX_BODY) {
            throw new ProtocolException(
                    ErrorCode.TOO_LARGE, "sealing message of " + length + " bytes is over " + MAX_BODY);
        }
        if (in.remaining() < 3 + length) {
            return null;
        }
        ByteBuffer body = in.slice(in.position() + 3, length);
        in.position(in.position() + 3 + length);
        return switch (type) {
            case 1 -> offer(body);
            case 2 -> {
                Keys keys = keys(body);
                need(body, 1);
                yield new Accept(body.get() & 0xff, keys);
            }
            case 3 -> new Confirm();
            default -> new Unknown(type);
        };
    }

    private static Offer offer(ByteBuffer body) throws ProtocolException {
        Keys keys = keys(body);
        need(body, 1);
        int count = body.get() & 0xff;
        if (count < 1 || count > MAX_CIPHERS) {
            throw violation(count + " ciphers are not in 1.." + MAX_CIPHERS);
        }
        need(body, count);
        List<Integer> ciphers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ciphers.add(body.get() & 0xff);
        }
        return new Offer(ciphers, keys);
    }

    private static Keys keys(ByteBuffer body) throws ProtocolException {
        need(body, Short.BYTES + KEY + IV);
        int epoch = body.getShort() & MAX_EPOCH;
        return new Keys(epoch, bytes(body, KEY), bytes(body, IV));
    }

    private static Opaque bytes(ByteBuffer body, int size) {
        byte[] bytes = new byte[size];
        body.get(bytes);
        return Opaque.owning(bytes);
    }

    private static void need(ByteBuffer body, int bytes) throws ProtocolException {
        if (body.remaining() < bytes) {
            throw violation("its body is cut off");
        }
    }

    private static ProtocolException violation(String what) {
        return new ProtocolException(ErrorCode.PROTOCOL_VIOLATION, "sealing message: " + what);
    }
}
