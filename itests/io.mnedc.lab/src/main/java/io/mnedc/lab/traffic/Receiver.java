package io.mnedc.lab.traffic;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Echoes datagrams, reads one transfer to its end, and answers with its hash. */
public final class Receiver {
    static final int PORT = 7010;

    private Receiver() {}

    /** Argument: the file of the {@link Gauge}. */
    public static void main(String[] args) throws IOException {
        Gauge gauge = Gauge.open(Path.of(args[0]));
        try (DatagramSocket echo = new DatagramSocket(PORT);
                ServerSocket server = new ServerSocket(PORT)) {
            Thread echoing = new Thread(() -> echo(echo), "echo");
            echoing.setDaemon(true);
            echoing.start();
            System.out.println("serving");
            try (Socket socket = server.accept();
                    DataOutputStream out = new DataOutputStream(socket.getOutputStream())) {
                out.writeUTF(read(socket.getInputStream(), gauge));
                out.flush();
                // so that the answer is not cut off by our end
                while (socket.getInputStream().read() >= 0) {}
            }
        }
    }

    private static String read(InputStream in, Gauge gauge) throws IOException {
        MessageDigest digest = Block.digest();
        byte[] buffer = new byte[Block.SIZE];
        long total = 0;
        // a piece is empty at the end of the transfer, which leaves the connection open for the answer
        for (int left = in.read(); left == 1; left = in.read()) {
            int count = in.readNBytes(buffer, 0, buffer.length);
            digest.update(buffer, 0, count);
            total += count;
            gauge.transferred(total);
        }
        return total + " " + HexFormat.of().formatHex(digest.digest());
    }

    private static void echo(DatagramSocket socket) {
        DatagramPacket packet = new DatagramPacket(new byte[64], 64);
        while (!socket.isClosed()) {
            try {
                socket.receive(packet);
                socket.send(packet);
            } catch (IOException e) {
                // no way back at the moment: it is what the other end measures
            }
        }
    }
}
