package io.mnedc.lab.bench.udp;

import com.sun.jna.Native;
import io.mnedc.lab.Host;
import io.mnedc.lab.JavaTool;
import io.mnedc.lab.LabException;
import io.mnedc.lab.LabProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/** The {@link UdpAgent} of a host, as the bench sees it. */
public final class UdpEnd implements AutoCloseable {
    private static final AtomicInteger MARKS = new AtomicInteger(1);

    private final SocketChannel channel;
    private final BufferedReader answers;

    private UdpEnd(SocketChannel channel) {
        this.channel = channel;
        answers = new BufferedReader(Channels.newReader(channel, StandardCharsets.US_ASCII));
    }

    /** Starts an agent on this host, its socket in this directory. */
    public static UdpEnd start(Host host, Path directory) {
        Path socket = directory.resolve(host.name() + ".udp");
        LabProcess agent = host.start(JavaTool.command(List.of(Native.class), UdpAgent.class, socket.toString()));
        agent.awaitLog(Pattern.compile("^listening$"), Duration.ofSeconds(30));
        try {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(socket));
            return new UdpEnd(channel);
        } catch (IOException e) {
            throw new LabException("cannot reach the UDP agent of " + host.name(), e);
        }
    }

    /**
     * Sends datagrams to another end and waits until nothing arrives there any more.
     *
     * @param to the other end
     * @param address of the other end's host, in the system that shall carry them
     * @param size of a datagram's content in bytes, at least 4
     * @param segments how many datagrams are handed to the kernel in one buffer, with {@code UDP_SEGMENT} if over 1
     * @param rate datagrams per second, 0 for flat out
     * @param seconds for how long
     */
    public Delivery send(UdpEnd to, String address, int size, int segments, double rate, double seconds) {
        int mark = MARKS.getAndIncrement();
        to.ask("expect " + mark);
        double[] sent = numbers(ask("send %s %d %d %d %s %d"
                .formatted(address, mark, size, segments, Double.toString(rate), (long) (seconds * 1e9))));
        double[] received = numbers(to.ask("count"));
        return new Delivery((long) sent[0], sent[1] / 1e9, (long) received[0], received[1] / 1e9);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new LabException("cannot close the way to a UDP agent", e);
        }
    }

    private String ask(String question) {
        try {
            channel.write(StandardCharsets.US_ASCII.encode(question + "\n"));
            String answer = answers.readLine();
            if (answer == null || answer.startsWith("failed")) {
                throw new LabException("UDP agent on \"" + question + "\": " + answer);
            }
            return answer;
        } catch (IOException e) {
            throw new LabException("UDP agent on \"" + question + "\"", e);
        }
    }

    private static double[] numbers(String line) {
        String[] words = line.split(" ", -1);
        return new double[] {Double.parseDouble(words[0]), Double.parseDouble(words[1])};
    }
}
