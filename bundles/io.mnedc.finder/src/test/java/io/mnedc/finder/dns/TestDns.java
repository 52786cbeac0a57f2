package io.mnedc.finder.dns;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/** A DNS server on loopback, by UDP and TCP on one port, that answers as the test says. */
public final class TestDns implements AutoCloseable {
    private static final int MOST_ATTEMPTS = 20;

    private final DatagramSocket udp;
    private final ServerSocket tcp;
    public final AtomicInteger questions = new AtomicInteger();

    /** Packets for a question by UDP: what is sent, one after the other. */
    public volatile Function<Message, List<byte[]>> byUdp = question -> List.of();

    /** The answer by TCP. */
    public volatile Function<Message, byte[]> byTcp = question -> new byte[0];

    private TestDns() throws IOException {
        udp = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        try {
            tcp = new ServerSocket(udp.getLocalPort(), 10, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            udp.close();
            throw e;
        }
        serve(this::serveUdp);
        serve(this::serveTcp);
    }

    /** One on a number that is free by UDP and TCP. */
    public static TestDns start() throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return new TestDns();
            } catch (IOException e) {
                // another program has this number by TCP
                if (attempt == MOST_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private void serve(Work work) {
        Thread thread = new Thread(() -> {
            try {
                while (!udp.isClosed()) {
                    work.run();
                }
            } catch (IOException e) {
                if (!udp.isClosed()) {
                    throw new IllegalStateException(e);
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(udp.getLocalAddress(), udp.getLocalPort());
    }

    private void serveUdp() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
        udp.receive(packet);
        questions.incrementAndGet();
        byte[] wire = Arrays.copyOf(packet.getData(), packet.getLength());
        for (byte[] answer : byUdp.apply(new Message(wire))) {
            udp.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
        }
    }

    private void serveTcp() throws IOException {
        try (Socket socket = tcp.accept()) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] wire = in.readNBytes(in.readUnsignedShort());
            byte[] answer = byTcp.apply(new Message(wire));
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            out.writeShort(answer.length);
            out.write(answer);
            out.flush();
        }
    }

    /** {@return an answer to a question} */
    public static Message answer(Message question, int code, Record... records) {
        Message answer = new Message(question.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setRcode(code);
        answer.addRecord(question.getQuestion(), Section.QUESTION);
        for (Record record : records) {
            answer.addRecord(record, Section.ANSWER);
        }
        return answer;
    }

    @Override
    public void close() throws IOException {
        udp.close();
        tcp.close();
    }
}
