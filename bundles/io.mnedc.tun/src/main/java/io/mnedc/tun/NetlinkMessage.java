package io.mnedc.tun;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A netlink request under construction: header, fixed part, attributes; in the machine's byte order, aligned to 4
 * bytes (linux/netlink.h).
 *
 * <pre>
 *  0        4      6       8          12          16
 * | length | type | flags | sequence | port id 0 | fixed part | attribute: length u16, type u16, value, padding | ...
 * </pre>
 */
final class NetlinkMessage {
    static final int HEADER = 16;

    // linux/netlink.h
    static final int NLM_F_REQUEST = 0x1;
    static final int NLM_F_ACK = 0x4;
    static final int NLM_F_DUMP = 0x300;
    static final int NLM_F_EXCL = 0x200;
    static final int NLM_F_CREATE = 0x400;
    static final int NLM_F_APPEND = 0x800;

    private static final int MOST = 512;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(MOST).order(ByteOrder.nativeOrder());

    NetlinkMessage(int type, int flags) {
        buffer.position(4);
        buffer.putShort((short) type).putShort((short) (NLM_F_REQUEST | flags)).position(HEADER);
    }

    /** Appends a byte of the fixed part. */
    NetlinkMessage u8(int value) {
        buffer.put((byte) value);
        return this;
    }

    /** Appends two bytes of the fixed part. */
    NetlinkMessage u16(int value) {
        buffer.putShort((short) value);
        return this;
    }

    /** Appends four bytes of the fixed part. */
    NetlinkMessage u32(int value) {
        buffer.putInt(value);
        return this;
    }

    /** Appends an attribute of one byte. */
    NetlinkMessage attribute8(int type, int value) {
        return attribute(type, new byte[] {(byte) value});
    }

    /** Appends an attribute of four bytes. */
    NetlinkMessage attribute32(int type, int value) {
        buffer.putShort((short) 8).putShort((short) type).putInt(value);
        return this;
    }

    /** Appends an attribute. */
    NetlinkMessage attribute(int type, byte[] value) {
        buffer.putShort((short) (4 + value.length)).putShort((short) type).put(value);
        return pad();
    }

    /** Begins an attribute that holds attributes. {@return where it begins, for {@link #end(int)}} */
    int begin(int type) {
        int start = buffer.position();
        buffer.putShort((short) 0).putShort((short) type);
        return start;
    }

    /** Ends an attribute that holds attributes. */
    NetlinkMessage end(int start) {
        buffer.putShort(start, (short) (buffer.position() - start));
        return this;
    }

    /** {@return the message, ready to be sent} */
    ByteBuffer finish(int sequence) {
        buffer.putInt(0, buffer.position()).putInt(8, sequence);
        return buffer.duplicate().order(ByteOrder.nativeOrder()).flip();
    }

    /** {@return the next multiple of 4} */
    static int align(int length) {
        return (length + 3) & ~3;
    }

    private NetlinkMessage pad() {
        while (buffer.position() != align(buffer.position())) {
            buffer.put((byte) 0);
        }
        return this;
    }
}
