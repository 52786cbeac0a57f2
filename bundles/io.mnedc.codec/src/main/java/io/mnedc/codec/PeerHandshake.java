package io.mnedc.codec;

import java.nio.ByteBuffer;

/**
 * A part of a TLS 1.3 handshake between two devices, as the payload of an envelope of kind
 * {@link Protocol#ENVELOPE_HANDSHAKE}. Immutable.
 *
 * <pre>
 * +------------+---------+------------------+--------------+-----------+
 * | version u8 | role u8 | handshake ID u64 | sequence u16 | TLS bytes |
 * +------------+---------+------------------+--------------+-----------+
 * </pre>
 *
 * @param initiator whether the sender began this handshake
 * @param id names the handshake; chosen at random by the initiator
 * @param sequence 0 in the sender's first part, then one more each; 0 to 65,535
 * @param tls bytes of the sender's TLS stream, at most {@value #MAX_TLS}
 */
public record PeerHandshake(boolean initiator, long id, int sequence, Opaque tls) {
    /** The format's version. */
    public static final int VERSION = 1;

    /** Bytes before the TLS bytes. */
    public static final int HEADER = 12;

    /** The most TLS bytes in one part. */
    public static final int MAX_TLS = Protocol.MAX_ENVELOPE - HEADER;

    /** The highest sequence number. */
    public static final int MAX_SEQUENCE = 0xffff;

    private static final int INITIATOR = 0;
    private static final int RESPONDER = 1;

    /** Checks the ranges. */
    public PeerHandshake {
        if (sequence < 0 || sequence > MAX_SEQUENCE || tls.size() > MAX_TLS) {
            throw new IllegalArgumentException("handshake part " + sequence + " of " + tls.size()
                    + " bytes: at most part " + MAX_SEQUENCE + ", " + MAX_TLS + " bytes");
        }
    }

    /** {@return the envelope's payload} */
    public Opaque encode() {
        byte[] bytes = tls.bytes();
        return Opaque.owning(ByteBuffer.allocate(HEADER + bytes.length)
                .put((byte) VERSION)
                .put((byte) (initiator ? INITIATOR : RESPONDER))
                .putLong(id)
                .putShort((short) sequence)
                .put(bytes)
                .array());
    }

    /**
     * Reads an envelope's payload.
     *
     * @param payload as it came
     * @return the part
     * @throws ProtocolException if it is cut off, of another version or of an unknown role
     */
    public static PeerHandshake decode(Opaque payload) throws ProtocolException {
        if (payload.size() < HEADER) {
            throw violation("has " + payload.size() + " bytes, at least " + HEADER);
        }
        if (payload.size() > Protocol.MAX_ENVELOPE) {
            throw new ProtocolException(
                    ErrorCode.TOO_LARGE,
                    "handshake part of " + payload.size() + " bytes is over " + Protocol.MAX_ENVELOPE);
        }
        ByteBuffer in = ByteBuffer.wrap(payload.bytes());
        int version = in.get() & 0xff;
        if (version != VERSION) {
            throw new ProtocolException(
                    ErrorCode.VERSION_UNSUPPORTED, "handshake part's version " + version + " is not " + VERSION);
        }
        int role = in.get() & 0xff;
        if (role != INITIATOR && role != RESPONDER) {
            throw violation("role " + role + " is neither " + INITIATOR + " nor " + RESPONDER);
        }
        long id = in.getLong();
        int sequence = in.getShort() & MAX_SEQUENCE;
        byte[] tls = new byte[in.remaining()];
        in.get(tls);
        return new PeerHandshake(role == INITIATOR, id, sequence, Opaque.owning(tls));
    }

    private static ProtocolException violation(String what) {
        return new ProtocolException(ErrorCode.PROTOCOL_VIOLATION, "handshake part: " + what);
    }
}
