package io.mnedc.codec;

import java.nio.ByteBuffer;

/**
 * A data frame, read and written in place: no object is made per frame.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------------------------------------------------------+
 * |              length: bytes that follow this field             |  0
 * +-------+-------+---------------+-------------------------------+
 * | vers. | type  |     flags     |           key epoch           |  4
 * +-------+-------+---------------+-------------------------------+
 * |                          source node                          |  8
 * +---------------------------------------------------------------+
 * |                        destination node                       | 12
 * +---------------------------------------------------------------+
 * |                                                               | 16
 * |                            counter                            |
 * +---------------------------------------------------------------+
 * |   payload; for a packet: virtio-net header (10), IP packet    | 24
 * |                              ...                              |
 * +---------------------------------------------------------------+
 * |                 tag (16), only when sealed                    |
 * +---------------------------------------------------------------+
 * </pre>
 *
 * Big endian, and so must be the buffers given here. When sealed, the 24 header bytes are the AEAD's associated data.
 */
public final class DataFrame {
    /** Bytes before the payload, the length field included. */
    public static final int HEADER = 24;

    /** Bytes of the tag of a sealed frame. */
    public static final int TAG = 16;

    /** Bytes of the virtio-net header before a packet. */
    public static final int VNET_HEADER = 10;

    /** The largest payload without tag: virtio-net header and an IP packet of 65,535 bytes. */
    public static final int MAX_PAYLOAD = VNET_HEADER + 65_535;

    /** The largest frame, everything included. */
    public static final int MAX_FRAME = HEADER + MAX_PAYLOAD + TAG;

    /** The frame format's version. */
    public static final int VERSION = 1;

    /** Frame type: one IP packet with its virtio-net header. */
    public static final int PACKET = 0;

    /** Frame type: to be sent back by the destination as {@link #ECHO_REPLY}, with the same payload. */
    public static final int ECHO = 1;

    /** Frame type: the answer to an {@link #ECHO}. */
    public static final int ECHO_REPLY = 2;

    /** The largest payload of an echo. */
    public static final int MAX_ECHO = 64;

    /** Flag: the payload is sealed and followed by a tag. */
    public static final int SEALED = 1;

    private static final int LENGTH_FIELD = 4;
    private static final int MIN_LENGTH = HEADER - LENGTH_FIELD;
    private static final int MAX_LENGTH = MAX_FRAME - LENGTH_FIELD;

    private DataFrame() {}

    /**
     * Looks whether a whole frame is there.
     *
     * @param in the bytes; position and limit are not used
     * @param offset where the frame begins
     * @param end where the bytes end
     * @return the frame's bytes, header included; 0 if more bytes are needed
     * @throws ProtocolException if the length is not allowed, with or without a tag, or the version is unknown
     */
    public static int complete(ByteBuffer in, int offset, int end) throws ProtocolException {
        int there = end - offset;
        if (there < LENGTH_FIELD) {
            return 0;
        }
        int length = in.getInt(offset);
        if (length < MIN_LENGTH || length > MAX_LENGTH) {
            throw wrongLength(length, MIN_LENGTH, MAX_LENGTH);
        }
        if (there > LENGTH_FIELD && (in.get(offset + 4) & 0xf0) != VERSION << 4) {
            throw new ProtocolException(
                    ErrorCode.VERSION_UNSUPPORTED,
                    "data frame version " + ((in.get(offset + 4) & 0xf0) >> 4) + " is not " + VERSION);
        }
        if (there > LENGTH_FIELD + 1) {
            checkTag(length, (in.get(offset + 5) & SEALED) != 0);
        }
        int total = length + LENGTH_FIELD;
        return there < total ? 0 : total;
    }

    /** So that nobody finds a payload larger than the largest, or a tag that is not all there. */
    private static void checkTag(int length, boolean sealed) throws ProtocolException {
        if (sealed && length < MIN_LENGTH + TAG) {
            throw wrongLength(length, MIN_LENGTH + TAG, MAX_LENGTH);
        }
        if (!sealed && length > MAX_LENGTH - TAG) {
            throw wrongLength(length, MIN_LENGTH, MAX_LENGTH - TAG);
        }
    }

    private static ProtocolException wrongLength(int length, int least, int most) {
        boolean tooShort = length >= 0 && length < least;
        return new ProtocolException(
                tooShort ? ErrorCode.PROTOCOL_VIOLATION : ErrorCode.TOO_LARGE,
                "data frame of " + Integer.toUnsignedString(length) + " bytes is not in " + least + ".." + most);
    }

    /** {@return the type of the frame at an offset} */
    public static int type(ByteBuffer in, int offset) {
        return in.get(offset + 4) & 0x0f;
    }

    /** {@return the flags of the frame at an offset} */
    public static int flags(ByteBuffer in, int offset) {
        return in.get(offset + 5) & 0xff;
    }

    /** {@return the key epoch of the frame at an offset} */
    public static int epoch(ByteBuffer in, int offset) {
        return in.getShort(offset + 6) & 0xffff;
    }

    /** {@return the source node of the frame at an offset} */
    public static int source(ByteBuffer in, int offset) {
        return in.getInt(offset + 8);
    }

    /** {@return the destination node of the frame at an offset} */
    public static int destination(ByteBuffer in, int offset) {
        return in.getInt(offset + 12);
    }

    /** {@return the counter of the frame at an offset} */
    public static long counter(ByteBuffer in, int offset) {
        return in.getLong(offset + 16);
    }

    /**
     * Writes a header in place.
     *
     * @param out where to; position and limit are not used
     * @param offset where the frame begins
     * @param type what it carries, 0 to 15
     * @param source the sender's node
     * @param destination the receiver's node
     * @param counter the sender's counter, higher than in the frame before
     * @param payload bytes of the payload, 0 to {@value #MAX_PAYLOAD}
     */
    public static void putHeader(
            ByteBuffer out, int offset, int type, int source, int destination, long counter, int payload) {
        out.putInt(offset, MIN_LENGTH + payload);
        out.putInt(offset + 4, (VERSION << 4 | type) << 24);
        out.putInt(offset + 8, source);
        out.putInt(offset + 12, destination);
        out.putLong(offset + 16, counter);
    }

    /**
     * Writes the header of a frame that is to be sealed, in place: all {@value #HEADER} bytes are associated data, so
     * nothing in it may be changed later.
     *
     * @param out where to; position and limit are not used
     * @param offset where the frame begins
     * @param type what it carries, 0 to 15
     * @param epoch which of the sender's keys seals it, 0 to 65,535
     * @param source the sender's node
     * @param destination the receiver's node
     * @param counter the sender's counter, higher than in the frame before
     * @param payload bytes of the payload without the tag, 0 to {@value #MAX_PAYLOAD}
     */
    public static void putSealedHeader(
            ByteBuffer out, int offset, int type, int epoch, int source, int destination, long counter, int payload) {
        putHeader(out, offset, type, source, destination, counter, payload + TAG);
        out.putInt(offset + 4, (VERSION << 4 | type) << 24 | SEALED << 16 | epoch);
    }

    /** {@return whether the frame at an offset is sealed} */
    public static boolean sealed(ByteBuffer in, int offset) {
        return (flags(in, offset) & SEALED) != 0;
    }

    /**
     * Turns an echo into its reply, in place.
     *
     * @param frame where it is
     * @param offset where it begins
     */
    public static void reply(ByteBuffer frame, int offset) {
        int source = source(frame, offset);
        frame.put(offset + 4, (byte) (VERSION << 4 | ECHO_REPLY));
        frame.putInt(offset + 8, destination(frame, offset));
        frame.putInt(offset + 12, source);
    }
}
