package io.mnedc.tun;

import io.mnedc.api.tun.TunDevice;
import io.mnedc.api.tun.TunSettings;
import io.mnedc.api.tun.TunSettings.Prefix;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Packets and settings for tests; addresses are of 198.18.0.0/15, which is reserved for tests (RFC 2544). */
final class Packets {
    static final int HEADROOM = 24;

    private Packets() {}

    static Prefix prefix(String text) {
        String[] parts = text.split("/", 2);
        try {
            return new Prefix(InetAddress.getByName(parts[0]), Integer.parseInt(parts[1]));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    static TunSettings settings(String name, String... addresses) {
        return new TunSettings(
                name, 1400, Arrays.stream(addresses).map(Packets::prefix).toList(), List.of(), true);
    }

    /** Reads a batch. {@return the packets with their virtio-net headers} */
    static List<byte[]> read(TunDevice device) throws IOException {
        ByteBuffer batch = ByteBuffer.allocateDirect(1 << 20);
        int[] lengths = new int[64];
        int count = device.read(batch, HEADROOM, lengths);
        List<byte[]> packets = new ArrayList<>();
        int at = 0;
        for (int i = 0; i < count; i++) {
            byte[] packet = new byte[lengths[i]];
            batch.get(at + HEADROOM, packet);
            packets.add(packet);
            at += HEADROOM + lengths[i];
        }
        if (batch.position() != at) {
            throw new AssertionError("position " + batch.position() + " is not behind the last packet, " + at);
        }
        return packets;
    }

    /** Writes packets that have a virtio-net header. {@return how many were taken} */
    static int write(TunDevice device, byte[]... packets) throws IOException {
        int bytes = Arrays.stream(packets).mapToInt(p -> p.length).sum();
        ByteBuffer batch = ByteBuffer.allocateDirect(bytes + 1);
        int[] offsets = new int[packets.length];
        int[] lengths = new int[packets.length];
        for (int i = 0; i < packets.length; i++) {
            offsets[i] = batch.position();
            lengths[i] = packets[i].length;
            batch.put(packets[i]);
        }
        return device.write(batch, offsets, lengths, packets.length);
    }

    /** {@return an ICMP echo request after an empty virtio-net header} */
    static byte[] echoRequest(String from, String to, String content) throws UnknownHostException {
        byte[] payload = content.getBytes(StandardCharsets.UTF_8);
        ByteBuffer icmp = ByteBuffer.allocate(8 + payload.length);
        icmp.put((byte) 8).put((byte) 0).putShort((short) 0).putShort((short) 7).putShort((short) 1);
        icmp.put(payload);
        icmp.putShort(2, checksum(icmp.array()));
        ByteBuffer ip = ByteBuffer.allocate(20);
        ip.put((byte) 0x45).put((byte) 0).putShort((short) (20 + icmp.capacity()));
        ip.putInt(0).put((byte) 64).put((byte) 1).putShort((short) 0);
        ip.put(InetAddress.getByName(from).getAddress())
                .put(InetAddress.getByName(to).getAddress());
        ip.putShort(10, checksum(ip.array()));
        return ByteBuffer.allocate(TunDevice.VNET_HEADER + ip.capacity() + icmp.capacity())
                .put(TunDevice.VNET_HEADER, ip.array())
                .put(TunDevice.VNET_HEADER + 20, icmp.array())
                .array();
    }

    /** The Internet checksum (RFC 1071) of an even or odd number of bytes. */
    private static short checksum(byte[] bytes) {
        int sum = 0;
        for (int i = 0; i < bytes.length; i++) {
            sum += (bytes[i] & 0xff) << (i % 2 == 0 ? 8 : 0);
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (short) ~sum;
    }
}
