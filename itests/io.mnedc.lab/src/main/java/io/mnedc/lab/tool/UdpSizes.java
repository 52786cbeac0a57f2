package io.mnedc.lab.tool;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.Random;

/** Sends a datagram of every size in a range to a host's {@link Servers} and compares what comes back. */
public final class UdpSizes {
    private static final int TRIES = 5;
    private static final int WAIT_MS = 1000;

    private UdpSizes() {}

    /** Arguments: {@code HOST FROM TO}. Status 0 when every size came back unchanged; lost ones are tried again. */
    public static void main(String[] args) throws IOException {
        InetAddress host = InetAddress.getByName(args[0]);
        int from = Integer.parseInt(args[1]);
        int to = Integer.parseInt(args[2]);
        int repeated = 0;
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(WAIT_MS);
            for (int size = from; size <= to; size++) {
                int tries = 1;
                while (!echoes(socket, host, size)) {
                    repeated++;
                    if (++tries > TRIES) {
                        System.out.println("LOST every datagram of " + size + " bytes");
                        System.exit(1);
                    }
                }
            }
        }
        System.out.printf("same %d..%d bytes, %d repeated%n", from, to, repeated);
    }

    private static boolean echoes(DatagramSocket socket, InetAddress host, int size) throws IOException {
        byte[] sent = new byte[size];
        new Random(size).nextBytes(sent);
        socket.send(new DatagramPacket(sent, size, host, Servers.ECHO_PORT));
        DatagramPacket answer = new DatagramPacket(new byte[65536], 65536);
        try {
            do {
                socket.receive(answer);
            } while (answer.getLength() < size); // the late echo of an earlier try
        } catch (SocketTimeoutException e) {
            return false;
        }
        if (!Arrays.equals(sent, Arrays.copyOf(answer.getData(), answer.getLength()))) {
            System.out.println("DIFFERENT datagram of " + size + " bytes came back with " + answer.getLength());
            System.exit(1);
        }
        return true;
    }
}
