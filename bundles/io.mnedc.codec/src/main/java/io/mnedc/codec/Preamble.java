package io.mnedc.codec;

import java.nio.ByteBuffer;

/**
 * The first eight bytes in each direction of every connection. Their layout, and that of the error message that may
 * follow, is the same in all versions, so that a refusal can always be read.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------+-------+-------+-------+-------+-------+-------+-------+
 * |      'M'      |      'N'      |      'E'      |      'D'      |
 * +---------------+---------------+---------------+---------------+
 * |  stream kind  |     major     |     minor     |   reserved 0  |
 * +---------------+---------------+---------------+---------------+
 * </pre>
 *
 * @param kind what the connection carries
 * @param major the sender's major version, 0 to 255
 * @param minor the sender's minor version, 0 to 255
 */
public record Preamble(StreamKind kind, int major, int minor) {
    /** Bytes of a preamble. */
    public static final int SIZE = 8;

    private static final int MAGIC = 0x4d4e4544; // "MNED"

    /** Checks the versions' range. */
    public Preamble {
        if (major < 0 || major > 0xff || minor < 0 || minor > 0xff) {
            throw new IllegalArgumentException("version " + major + "." + minor + " does not fit in two bytes");
        }
    }

    /** What a connection carries. */
    public enum StreamKind {
        /** Control messages. */
        CONTROL(1),
        /** Data frames. */
        DATA(2);

        private final int number;

        StreamKind(int number) {
            this.number = number;
        }
    }

    /** {@return this version's preamble for a stream} */
    public static Preamble of(StreamKind kind) {
        return new Preamble(kind, Protocol.MAJOR, Protocol.MINOR);
    }

    /** {@return the eight bytes, ready to be read} */
    public ByteBuffer encode() {
        return ByteBuffer.allocate(SIZE)
                .putInt(MAGIC)
                .put((byte) kind.number)
                .put((byte) major)
                .put((byte) minor)
                .put((byte) 0)
                .flip();
    }

    /**
     * Reads a preamble.
     *
     * @param in at least {@value #SIZE} bytes; the position is moved behind them
     * @return the preamble, whatever its version
     * @throws ProtocolException if this is no such connection, or of a kind that this version does not know
     */
    public static Preamble decode(ByteBuffer in) throws ProtocolException {
        ByteBuffer bytes = in.slice(in.position(), SIZE); // big endian, whatever the order of the one given
        in.position(in.position() + SIZE);
        int magic = bytes.getInt();
        if (magic != MAGIC) {
            throw new ProtocolException(
                    ErrorCode.PROTOCOL_VIOLATION,
                    String.format("connection begins with 0x%08x instead of \"MNED\": it is not an MNEDC peer", magic));
        }
        int number = bytes.get() & 0xff;
        int major = bytes.get() & 0xff;
        int minor = bytes.get() & 0xff;
        for (StreamKind kind : StreamKind.values()) {
            if (kind.number == number) {
                return new Preamble(kind, major, minor);
            }
        }
        checkMajor(major, minor); // first: another version may well have other kinds
        throw new ProtocolException(ErrorCode.PROTOCOL_VIOLATION, "stream kind " + number + " is unknown");
    }

    /**
     * Agrees on a version.
     *
     * @return the minor version that both ends speak
     * @throws ProtocolException if the other end has another major version
     */
    public int negotiate() throws ProtocolException {
        checkMajor(major, minor);
        return Math.min(minor, Protocol.MINOR);
    }

    private static void checkMajor(int major, int minor) throws ProtocolException {
        if (major != Protocol.MAJOR) {
            throw new ProtocolException(
                    ErrorCode.VERSION_UNSUPPORTED,
                    "protocol version " + major + "." + minor + " is not supported here: this end speaks "
                            + Protocol.MAJOR + "." + Protocol.MINOR + "; update the older of the two");
        }
    }
}
