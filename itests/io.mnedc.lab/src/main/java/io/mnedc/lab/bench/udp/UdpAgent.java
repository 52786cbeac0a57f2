package io.mnedc.lab.bench.udp;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * Runs on a host of the lab, receives datagrams all the time and sends when told so through a Unix domain socket, which
 * knows no network namespaces. One per host for the whole bench, so that no measurement waits for a JVM.
 */
public final class UdpAgent {
    static final int PORT = 7003;
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Receiver receiver;

    private UdpAgent(Receiver receiver) {
        this.receiver = receiver;
    }

    /** Argument: the path of the socket. Runs until it is killed. */
    public static void main(String[] args) throws IOException {
        UdpAgent agent = new UdpAgent(new Receiver(PORT));
        Thread receiving = new Thread(agent.receiver::run, "mnedc-bench-udp");
        receiving.setDaemon(true);
        receiving.start();
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(args[0]));
            System.out.println("listening");
            while (true) {
                try (SocketChannel channel = server.accept()) {
                    agent.serve(channel);
                }
            }
        }
    }

    private void serve(SocketChannel channel) throws IOException {
        BufferedReader lines = new BufferedReader(Channels.newReader(channel, StandardCharsets.US_ASCII));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String answer;
            try {
                answer = perform(line.split(" ", -1));
            } catch (RuntimeException e) {
                answer = "failed " + e;
            }
            channel.write(StandardCharsets.US_ASCII.encode(answer + "\n"));
        }
    }

    private String perform(String[] words) throws IOException {
        return switch (words[0]) {
            case "expect" -> {
                receiver.expect(Integer.parseInt(words[1]));
                yield "done";
            }
            case "count" -> {
                Receiver.Received received = settled();
                yield received.datagrams() + " " + (received.last() - received.first());
            }
            case "send" -> {
                Sender.Sent sent = Sender.send(new Sender.Order(
                        (Inet4Address) InetAddress.getByName(words[1]),
                        PORT,
                        Integer.parseInt(words[2]),
                        Integer.parseInt(words[3]),
                        Integer.parseInt(words[4]),
                        Double.parseDouble(words[5]),
                        Long.parseLong(words[6])));
                yield sent.datagrams() + " " + sent.nanos();
            }
            default -> "failed: no command " + words[0];
        };
    }

    /** What has arrived when nothing arrives any more. */
    private Receiver.Received settled() {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            Receiver.Received received = receiver.received();
            long now = System.nanoTime();
            if (now - received.last() > QUIET_NANOS || now > end) {
                return received;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return received;
            }
        }
    }
}
