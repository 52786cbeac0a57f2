package io.mnedc.finder.lan;

import io.mnedc.api.finder.RelayFinder.Found;
import io.mnedc.finder.dns.Messages;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * Asks all local networks for relays: one-shot queries of RFC 6762, section 5.1. Most hosts answer to the port that has
 * asked; some answer to all, so it listens there, too, as long as it waits. It keeps no record and announces nothing. On the
 * thread of the caller, which it leaves nothing behind.
 */
public final class Browser {
    private static final Logger LOG = LoggerFactory.getLogger(Browser.class);

    /** When the question is sent again: a packet may get lost. */
    private static final List<Duration> AGAIN = List.of(Duration.ofSeconds(1), Duration.ofMillis(2500));

    /** Others get so long after the first answer. */
    private static final Duration OTHERS = Duration.ofMillis(300);

    /** Packets that are looked at: those of a busy network, in which all hosts speak to all. */
    private static final int MOST_PACKETS = 4096;

    /** Whether the service has ended is noticed so soon. */
    private static final long MOST_WAIT_MILLIS = 200;

    /**
     * A socket in a network.
     *
     * @param asks whether the question is sent by it, and the answers to this host alone come to it
     */
    private record Ear(LocalNetwork network, boolean asks) {}

    private final BooleanSupplier ended;
    private final List<LocalNetwork> asked = new ArrayList<>();
    private final Answers answers = new Answers();
    private final ByteBuffer packet = ByteBuffer.allocate(Records.MOST_BYTES);
    private final Message question = question();
    private int packets;

    private Browser(BooleanSupplier ended) {
        this.ended = ended;
    }

    /**
     * Asks.
     *
     * @param limit how long to wait for the first answer
     * @param ended whether to give up
     * @throws IOException if nobody has answered, with a sentence
     */
    public static List<Found> find(Duration limit, BooleanSupplier ended) throws IOException, InterruptedException {
        return new Browser(ended).find(limit);
    }

    private List<Found> find(Duration limit) throws IOException, InterruptedException {
        try (Selector selector = Selector.open()) {
            try {
                for (LocalNetwork network : LocalNetwork.all(address -> true)) {
                    open(network, selector);
                }
                if (asked.isEmpty()) {
                    throw new IOException("this host has no network interface for multicast");
                }
                listen(selector, System.nanoTime(), limit.toNanos());
            } finally {
                for (SelectionKey key : selector.keys()) {
                    key.channel().close();
                }
            }
        }
        if (answers.isEmpty()) {
            throw new IOException("no relay announces itself in the local networks ("
                    + asked.stream().map(LocalNetwork::toString).collect(Collectors.joining(", "))
                    + "); the relay needs the bundle io.mnedc.finder, too, and the setting announce.lan = true");
        }
        return answers.relays();
    }

    private void open(LocalNetwork network, Selector selector) {
        try {
            register(network.asking(), selector, new Ear(network, true));
            asked.add(network);
            register(network.hearing(), selector, new Ear(network, false));
        } catch (IOException e) {
            LOG.debug("relays cannot be asked for, or not all answers heard, by {}", network, e);
        }
    }

    private static void register(DatagramChannel channel, Selector selector, Ear ear) throws IOException {
        try {
            channel.register(selector, SelectionKey.OP_READ, ear);
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    private static Message question() {
        // no bit for an answer to this host alone: that of an ephemeral port is so in any case
        Message question = new Message(ThreadLocalRandom.current().nextInt(1, 1 << 16));
        question.addRecord(Record.newRecord(Records.SERVICE, Type.PTR, DClass.IN), Section.QUESTION);
        return question;
    }

    private void listen(Selector selector, long begun, long limit) throws IOException, InterruptedException {
        send(selector);
        int sent = 0;
        long end = begun + limit;
        boolean found = false;
        for (long now = begun; end - now > 0 && packets < MOST_PACKETS; now = System.nanoTime()) {
            if (sent < AGAIN.size() && now - begun >= AGAIN.get(sent).toNanos()) {
                sent++;
                send(selector);
            }
            long wait = Math.max(1, Duration.ofNanos(end - now).toMillis());
            selector.select(Math.min(wait, MOST_WAIT_MILLIS));
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (ended.getAsBoolean()) {
                throw new IOException("the bundle io.mnedc.finder has stopped");
            }
            selector.selectedKeys().forEach(this::receive);
            selector.selectedKeys().clear();
            if (!found && !answers.isEmpty()) {
                found = true;
                end = Math.min(end - begun, System.nanoTime() - begun + OTHERS.toNanos()) + begun;
            }
        }
    }

    private void send(Selector selector) {
        for (SelectionKey key : selector.keys()) {
            Ear ear = (Ear) key.attachment();
            if (!ear.asks()) {
                continue;
            }
            LocalNetwork network = ear.network();
            try {
                ((DatagramChannel) key.channel()).send(ByteBuffer.wrap(question.toWire()), network.group());
            } catch (IOException e) {
                // such as a card that has gone down
                LOG.debug("relays cannot be asked for by {}", network, e);
            }
        }
    }

    private void receive(SelectionKey key) {
        Ear ear = (Ear) key.attachment();
        LocalNetwork network = ear.network();
        try {
            for (packets++; packets < MOST_PACKETS; packets++) {
                packet.clear();
                if (!(((DatagramChannel) key.channel()).receive(packet) instanceof InetSocketAddress source)) {
                    return;
                }
                Message message = source.getPort() == LocalNetwork.PORT ? Messages.parse(packet.flip()) : null;
                if (message != null) {
                    answers.add(
                            message,
                            ear.asks() ? question.getHeader().getID() : Answers.ANY_ID,
                            source.getAddress(),
                            network::contains,
                            network.card().getName());
                }
            }
        } catch (IOException e) {
            LOG.debug("answers cannot be read by {}", network, e);
        }
    }
}
