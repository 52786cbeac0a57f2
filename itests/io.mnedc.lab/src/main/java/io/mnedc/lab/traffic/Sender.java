package io.mnedc.lab.traffic;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends about 50 Mbit/s over one TCP connection until a file appears, then compares hashes with the {@link Receiver}.
 * Beside it a datagram every 5 ms tells when packets get through.
 */
public final class Sender {
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long PROBE_PAUSE = TimeUnit.MILLISECONDS.toNanos(5);

    private Sender() {}

    /** Arguments: the receiver's address, the file of the {@link Gauge}, the file that ends it, a seed. */
    public static void main(String[] args) throws IOException {
        InetAddress receiver = InetAddress.getByName(args[0]);
        Gauge gauge = Gauge.open(Path.of(args[1]));
        Path end = Path.of(args[2]);
        Block block = new Block(Long.parseLong(args[3]));
        MessageDigest digest = Block.digest();
        try (DatagramSocket probe = new DatagramSocket();
                Socket socket = new Socket(receiver, Receiver.PORT);
                DataInputStream in = new DataInputStream(socket.getInputStream())) {
            daemon("probe", () -> probe(probe, receiver));
            daemon("echo", () -> echoes(probe, gauge));
            OutputStream out = socket.getOutputStream();
            System.out.println("sending");
            long total = 0;
            while (!Files.exists(end)) {
                byte[] bytes = block.next();
                out.write(1);
                out.write(bytes);
                digest.update(bytes);
                total += bytes.length;
                LockSupport.parkNanos(PAUSE);
            }
            out.write(0);
            String here = total + " " + HexFormat.of().formatHex(digest.digest());
            String there = in.readUTF();
            System.out.println(here.equals(there) ? "same " + here : "DIFFERENT here " + here + " there " + there);
        }
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private static void probe(DatagramSocket socket, InetAddress receiver) {
        while (!socket.isClosed()) {
            byte[] bytes = ByteBuffer.allocate(8).putLong(System.nanoTime()).array();
            try {
                socket.send(new DatagramPacket(bytes, bytes.length, receiver, Receiver.PORT));
            } catch (IOException e) {
                // no route at the moment: it is what is measured
            }
            LockSupport.parkNanos(PROBE_PAUSE);
        }
    }

    private static void echoes(DatagramSocket socket, Gauge gauge) {
        DatagramPacket packet = new DatagramPacket(new byte[8], 8);
        while (!socket.isClosed()) {
            try {
                socket.receive(packet);
                gauge.echoed(ByteBuffer.wrap(packet.getData()).getLong());
            } catch (IOException e) {
                // the next one
            }
        }
    }
}
