package io.mnedc.lab.tool;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;

/** Sends content to, or fetches it from, a host's {@link Servers}, and compares the hashes of both ends. */
public final class Transfer {
    private Transfer() {}

    /** Arguments: {@code up|down HOST BYTES SEED}. Status 0 and a line with the rate when the content was the same. */
    public static void main(String[] args) throws IOException {
        boolean upload = "up".equals(args[0]);
        long size = Long.parseLong(args[2]);
        long seed = Long.parseLong(args[3]);
        long begin = System.nanoTime();
        try (Socket socket = new Socket(args[1], Servers.TRANSFER_PORT);
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                DataInputStream in = new DataInputStream(socket.getInputStream())) {
            System.out.println("connected " + socket.getLocalSocketAddress());
            out.writeBoolean(upload);
            out.writeLong(size);
            out.writeLong(seed);
            out.flush();
            String here = upload ? new Content(seed).write(out, size) : Content.read(in, size);
            out.flush();
            String there = in.readUTF();
            double seconds = (System.nanoTime() - begin) / 1e9;
            if (!here.equals(there)) {
                System.out.println("DIFFERENT here " + here + " there " + there);
                System.exit(1);
            }
            System.out.printf("same %d bytes %s %.0f Mbit/s%n", size, here, size * 8 / seconds / 1e6);
        }
    }
}
