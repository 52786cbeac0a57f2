package io.mnedc.itests.osgi;

import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Makes IP packets (RFC 791, RFC 768). */
final class Packets {
    private Packets() {}

    /** {@return an IPv4 UDP packet without a UDP checksum} */
    static byte[] udp(Inet4Address source, Inet4Address destination, String text) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer packet = ByteBuffer.allocate(28 + payload.length);
        packet.put((byte) 0x45).put((byte) 0).putShort((short) packet.capacity());
        packet.putInt(0).put((byte) 64).put((byte) 17).putShort((short) 0);
        packet.put(source.getAddress()).put(destination.getAddress());
        packet.putShort(10, checksum(packet.array(), 20));
        packet.putShort((short) 4000)
                .putShort((short) 4000)
                .putShort((short) (8 + payload.length))
                .putShort((short) 0);
        packet.put(payload);
        return packet.array();
    }

    private static short checksum(byte[] bytes, int length) {
        int sum = 0;
        for (int i = 0; i < length; i += 2) {
            sum += ((bytes[i] & 0xff) << 8) + (bytes[i + 1] & 0xff);
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (short) ~sum;
    }
}
