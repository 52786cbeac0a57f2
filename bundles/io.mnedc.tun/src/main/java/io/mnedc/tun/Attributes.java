package io.mnedc.tun;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the attributes of a netlink message where they lie (linux/netlink.h). What makes no sense is taken as not there.
 *
 * @param in the message's part after its header
 * @param from where the attributes begin, after the fixed part
 */
record Attributes(ByteBuffer in, int from) {
    private static final int HEADER = 4;

    /** NLA_F_NESTED and NLA_F_NET_BYTEORDER are no part of the type. */
    private static final int TYPE_MASK = 0x3fff;

    /** {@return an attribute's value; null if there is none} */
    byte @Nullable [] bytes(int type) {
        int at = from;
        while (at + HEADER <= in.limit()) {
            int size = in.getShort(at) & 0xffff;
            if (size < HEADER || at + size > in.limit()) {
                return null;
            }
            if ((in.getShort(at + 2) & TYPE_MASK) == type) {
                byte[] value = new byte[size - HEADER];
                in.get(at + HEADER, value);
                return value;
            }
            at += NetlinkMessage.align(size);
        }
        return null;
    }

    /** {@return an attribute of four bytes; the other value if there is none} */
    int u32(int type, int otherwise) {
        byte[] value = bytes(type);
        return value == null || value.length != Integer.BYTES
                ? otherwise
                : ByteBuffer.wrap(value).order(in.order()).getInt();
    }

    /** {@return an attribute that is an IP address; null if there is none} */
    @Nullable
    InetAddress address(int type) {
        byte[] value = bytes(type);
        if (value == null) {
            return null;
        }
        try {
            return InetAddress.getByAddress(value);
        } catch (UnknownHostException e) {
            return null; // an address family that is not IP
        }
    }

    /** {@return an attribute that is a C string; an empty one if there is none} */
    String text(int type) {
        byte[] value = bytes(type);
        if (value == null) {
            return "";
        }
        int length = 0;
        while (length < value.length && value[length] != 0) {
            length++;
        }
        return new String(value, 0, length, StandardCharsets.UTF_8);
    }
}
