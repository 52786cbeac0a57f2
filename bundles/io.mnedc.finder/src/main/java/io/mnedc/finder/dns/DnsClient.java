package io.mnedc.finder.dns;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/**
 * Asks the DNS servers of this host. It works on the calling thread and leaves no thread and no socket behind, unlike the
 * resolvers of dnsjava, which share a selector for the life of the JVM. Thread-safe.
 */
public final class DnsClient {
    private static final Logger LOG = LoggerFactory.getLogger(DnsClient.class);

    /** As resolv.conf(5) has it. */
    private static final int MOST_SERVERS = 3;

    private static final int ROUNDS = 3;

    /** The first wait for a server; it doubles with each round. */
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);

    /** Never fragmented on the way: DNS Flag Day 2020. */
    private static final int MOST_UDP = 1232;

    /** Packets that are no answer to the question, from one socket. */
    private static final int MOST_STRAY = 32;

    private final Supplier<List<InetSocketAddress>> servers;
    private final BooleanSupplier ended;

    /**
     * Asks nobody yet.
     *
     * @param servers those of this host, now
     * @param ended whether to give up
     */
    public DnsClient(Supplier<List<InetSocketAddress>> servers, BooleanSupplier ended) {
        this.servers = servers;
        this.ended = ended;
    }

    /**
     * Asks until a server has an answer: records, or that there are none.
     *
     * @param name absolute
     * @param limit how long it may take in all
     * @return the answer; its code is NOERROR or NXDOMAIN
     * @throws IOException if no server has one, with a sentence
     */
    public Message ask(Name name, int type, Duration limit) throws IOException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        List<InetSocketAddress> asked =
                servers.get().stream().limit(MOST_SERVERS).toList();
        if (asked.isEmpty()) {
            throw new IOException("this host has no DNS server");
        }
        String trouble = "";
        for (int round = 0; round < ROUNDS; round++) {
            long wait = FIRST_WAIT.toNanos() << round;
            for (InetSocketAddress server : asked) {
                long now = System.nanoTime();
                if (end - now <= 0) {
                    break;
                }
                try {
                    Message answer = ask(server, name, type, Math.min(end, now + wait), end);
                    int code = answer.getRcode();
                    if (code == Rcode.NOERROR || code == Rcode.NXDOMAIN) {
                        return answer;
                    }
                    trouble = " (" + server.getAddress().getHostAddress() + " says " + Rcode.string(code) + ")";
                } catch (IOException e) {
                    LOG.debug("DNS server {} does not answer", server, e);
                }
            }
        }
        throw new IOException("no DNS server has an answer for " + name.toString(true) + trouble);
    }

    private Message ask(InetSocketAddress server, Name name, int type, long until, long end)
            throws IOException, InterruptedException {
        Message question = Message.newQuery(Record.newRecord(name, type, DClass.IN));
        question.addRecord(new OPTRecord(MOST_UDP, 0, 0), Section.ADDITIONAL);
        Message answer = askByUdp(server, question, until);
        return answer.getHeader().getFlag(Flags.TC)
                ? askByTcp(server, question, Math.min(end, until + FIRST_WAIT.toNanos()))
                : answer;
    }

    private Message askByUdp(InetSocketAddress server, Message question, long until)
            throws IOException, InterruptedException {
        try (DatagramChannel channel = DatagramChannel.open();
                Selector selector = Selector.open()) {
            channel.configureBlocking(false);
            // only packets of this server arrive
            channel.connect(server);
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            channel.write(ByteBuffer.wrap(question.toWire()));
            ByteBuffer packet = ByteBuffer.allocate(MOST_UDP);
            for (int stray = 0; stray < MOST_STRAY; ) {
                await(key, SelectionKey.OP_READ, until);
                packet.clear();
                if (receive(channel, packet)) {
                    Message answer = Messages.parse(packet.flip());
                    if (answer != null && isAnswer(answer, question)) {
                        return answer;
                    }
                    stray++;
                }
            }
            throw new IOException("too many packets that are no answer");
        }
    }

    private static boolean receive(DatagramChannel channel, ByteBuffer packet) throws IOException {
        try {
            return channel.read(packet) > 0;
        } catch (PortUnreachableException e) {
            throw new IOException("nobody serves DNS there", e);
        }
    }

    private Message askByTcp(InetSocketAddress server, Message question, long until)
            throws IOException, InterruptedException {
        try (SocketChannel channel = SocketChannel.open();
                Selector selector = Selector.open()) {
            channel.configureBlocking(false);
            SelectionKey key = channel.register(selector, 0);
            if (!channel.connect(server)) {
                await(key, SelectionKey.OP_CONNECT, until);
                channel.finishConnect();
            }
            byte[] wire = question.toWire();
            ByteBuffer out = ByteBuffer.allocate(2 + wire.length)
                    .putShort((short) wire.length)
                    .put(wire)
                    .flip();
            while (out.hasRemaining()) {
                await(key, SelectionKey.OP_WRITE, until);
                channel.write(out);
            }
            ByteBuffer length = ByteBuffer.allocate(2);
            fill(channel, key, length, until);
            ByteBuffer content =
                    ByteBuffer.allocate(Short.toUnsignedInt(length.flip().getShort()));
            fill(channel, key, content, until);
            Message answer = Messages.parse(content.flip());
            if (answer == null || !isAnswer(answer, question)) {
                throw new IOException("what came by TCP is no answer");
            }
            return answer;
        }
    }

    private void fill(SocketChannel channel, SelectionKey key, ByteBuffer buffer, long until)
            throws IOException, InterruptedException {
        while (buffer.hasRemaining()) {
            await(key, SelectionKey.OP_READ, until);
            if (channel.read(buffer) < 0) {
                throw new EOFException("the server closed the connection");
            }
        }
    }

    private void await(SelectionKey key, int operation, long until) throws IOException, InterruptedException {
        SelectableChannel channel = key.channel();
        key.interestOps(operation);
        Selector selector = key.selector();
        selector.selectedKeys().clear();
        while (selector.selectedKeys().isEmpty()) {
            long millis = Duration.ofNanos(until - System.nanoTime()).toMillis();
            if (millis <= 0) {
                throw new IOException("no answer in time");
            }
            // the end of the service is noticed soon
            selector.select(Math.min(millis, 200));
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (ended.getAsBoolean() || !channel.isOpen()) {
                throw new IOException("the bundle io.mnedc.finder has stopped");
            }
        }
    }

    private static boolean isAnswer(Message answer, Message question) {
        Record asked = question.getQuestion();
        return answer.getHeader().getFlag(Flags.QR)
                && answer.getHeader().getID() == question.getHeader().getID()
                && asked.equals(answer.getQuestion());
    }
}
