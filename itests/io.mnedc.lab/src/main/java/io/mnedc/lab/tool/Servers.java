package io.mnedc.lab.tool;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * What a host offers to the others, on all its addresses: TCP transfers ({@link Transfer}), UDP echo
 * ({@link UdpSizes}), and by HTTP {@code /content/SIZE/SEED} (content whose hash {@code /hash/SIZE/SEED} tells).
 */
public final class Servers {
    static final int TRANSFER_PORT = 7001;
    static final int ECHO_PORT = 7002;

    /** The port of the HTTP server. */
    public static final int HTTP_PORT = 8080;

    private Servers() {}

    /** Serves until it is killed. */
    public static void main(String[] args) throws IOException {
        HttpServer web = HttpServer.create(new InetSocketAddress(HTTP_PORT), 0);
        web.createContext("/content/", Servers::content);
        web.createContext("/hash/", Servers::hash);
        web.start();
        DatagramSocket echo = new DatagramSocket(ECHO_PORT);
        Thread echoing = new Thread(() -> echo(echo), "mnedc-lab-echo");
        echoing.start();
        ExecutorService workers = Executors.newCachedThreadPool();
        try (ServerSocket server = new ServerSocket(TRANSFER_PORT)) {
            System.out.println("serving");
            while (true) {
                Socket socket = server.accept();
                workers.execute(() -> transfer(socket));
            }
        }
    }

    private static void transfer(Socket socket) {
        try (socket;
                DataInputStream in = new DataInputStream(socket.getInputStream());
                DataOutputStream out = new DataOutputStream(socket.getOutputStream())) {
            boolean upload = in.readBoolean();
            long size = in.readLong();
            long seed = in.readLong();
            String hash = upload ? Content.read(in, size) : new Content(seed).write(out, size);
            out.writeUTF(hash);
        } catch (IOException e) {
            System.out.println("transfer with " + socket + " failed: " + e);
        }
    }

    private static void echo(DatagramSocket socket) {
        byte[] buffer = new byte[65536];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                socket.send(packet);
            }
        } catch (IOException e) {
            System.out.println("echo ended: " + e);
        }
    }

    private static void content(HttpExchange exchange) throws IOException {
        try (exchange) {
            String[] path = exchange.getRequestURI().getPath().split("/", -1);
            long size = Long.parseLong(path[2]);
            exchange.sendResponseHeaders(200, size);
            try (OutputStream body = exchange.getResponseBody()) {
                new Content(Long.parseLong(path[3])).writeUnhashed(body, size);
            }
        }
    }

    private static void hash(HttpExchange exchange) throws IOException {
        try (exchange) {
            String[] path = exchange.getRequestURI().getPath().split("/", -1);
            byte[] hash = new Content(Long.parseLong(path[3]))
                    .write(OutputStream.nullOutputStream(), Long.parseLong(path[2]))
                    .getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, hash.length);
            exchange.getResponseBody().write(hash);
        }
    }
}
