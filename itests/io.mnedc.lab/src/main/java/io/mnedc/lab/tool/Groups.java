package io.mnedc.lab.tool;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.util.concurrent.locks.LockSupport;

/** A program that listens to, or sends to, a multicast group or a broadcast address, on one interface. */
public final class Groups {
    private static final int MOST = 2048;
    private static final long SECOND = 1_000_000_000L;

    private Groups() {}

    /**
     * {@code listen INTERFACE GROUP PORT [ANSWER]}: writes {@code heard TEXT from ADDRESS} for each datagram, and answers it. It ends
     * with its host.
     *
     * <p>{@code send INTERFACE GROUP PORT COUNT RATE TEXT}: sends that many datagrams, so many in a second; then waits for
     * answers for a second after the last one and writes {@code answer TEXT from ADDRESS} for each.
     */
    public static void main(String[] arguments) throws IOException {
        NetworkInterface link = NetworkInterface.getByName(arguments[1]);
        InetAddress group = InetAddress.getByName(arguments[2]);
        int port = Integer.parseInt(arguments[3]);
        if (arguments[0].equals("listen")) {
            try (MulticastSocket socket = new MulticastSocket(new InetSocketAddress(port))) {
                if (group.isMulticastAddress()) {
                    socket.joinGroup(new InetSocketAddress(group, port), link);
                }
                System.out.println("listening");
                listen(socket, arguments.length > 4 ? arguments[4] : "");
            }
        } else {
            try (MulticastSocket socket = new MulticastSocket(0)) {
                socket.setOption(StandardSocketOptions.SO_BROADCAST, true);
                socket.setNetworkInterface(link);
                send(
                        socket,
                        new InetSocketAddress(group, port),
                        Integer.parseInt(arguments[4]),
                        Integer.parseInt(arguments[5]),
                        arguments[6]);
            }
        }
    }

    private static void listen(MulticastSocket socket, String answer) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[MOST], MOST);
        while (true) {
            packet.setLength(MOST);
            socket.receive(packet);
            System.out.println("heard " + text(packet));
            if (!answer.isEmpty()) {
                byte[] bytes = answer.getBytes(UTF_8);
                socket.send(new DatagramPacket(bytes, bytes.length, packet.getSocketAddress()));
            }
        }
    }

    private static void send(MulticastSocket socket, InetSocketAddress to, int count, int rate, String text)
            throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        long begun = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long wait = begun + i * SECOND / rate - System.nanoTime();
            if (wait > 0) {
                LockSupport.parkNanos(wait);
            }
            socket.send(new DatagramPacket(bytes, bytes.length, to));
        }
        System.out.println("sent");
        socket.setSoTimeout(1000);
        DatagramPacket packet = new DatagramPacket(new byte[MOST], MOST);
        try {
            while (true) {
                packet.setLength(MOST);
                socket.receive(packet);
                System.out.println("answer " + text(packet));
            }
        } catch (SocketTimeoutException e) {
            System.out.println("done");
        }
    }

    private static String text(DatagramPacket packet) {
        String from = packet.getAddress().getHostAddress();
        int zone = from.indexOf('%');
        return new String(packet.getData(), 0, packet.getLength(), UTF_8) + " from "
                + (zone < 0 ? from : from.substring(0, zone));
    }
}
