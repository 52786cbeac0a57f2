package io.mnedc.finder.lan;

import io.mnedc.finder.dns.Messages;
import io.mnedc.work.LogLimiter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.Message;

/**
 * Announces a relay in the networks in which it listens, until it is closed. What others say costs a bounded time and no
 * memory. One thread, which owns all but {@link #close}.
 */
public final class Announcement implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Announcement.class);
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final Duration LOOK = Duration.ofSeconds(10);
    private static final Duration END = Duration.ofSeconds(2);
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    /** So that hosts that answer the same question do not speak at a time: RFC 6762, section 6. */
    private static final long LEAST_DELAY = Duration.ofMillis(20).toNanos();

    private static final long MOST_DELAY = Duration.ofMillis(120).toNanos();

    /** Packets that are read, and answers to single hosts, in one second and network. */
    private static final int MOST_PACKETS = 1000;

    private static final int MOST_SINGLE = 50;

    /** A network in which the relay is announced. */
    private static final class Link {
        final LocalNetwork network;
        final DatagramChannel channel;
        final Responder responder;
        final Set<Responder.Kind> wanted = EnumSet.noneOf(Responder.Kind.class);
        long answerAt;
        long answered = System.nanoTime() - SECOND;
        long announceAt;
        int announcements = 2;
        long second = System.nanoTime();
        int packets;
        int single;

        Link(LocalNetwork network, DatagramChannel channel, Responder responder) {
            this.network = network;
            this.channel = channel;
            this.responder = responder;
            this.announceAt = System.nanoTime();
        }
    }

    private final List<ListenText> listening;
    private final String label =
            "mnedc-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    private final Map<LocalNetwork, Link> links = new HashMap<>();
    private final ByteBuffer packet = ByteBuffer.allocate(Records.MOST_BYTES);
    private final LogLimiter complaints = new LogLimiter(Duration.ofMinutes(10));
    private final Selector selector;
    private final Thread thread;
    private volatile boolean closed;
    private boolean told;

    private Announcement(List<ListenText> listening, Selector selector) {
        this.listening = listening;
        this.selector = selector;
        this.thread = new Thread(this::run, "mnedc-finder-announce-" + NUMBER.incrementAndGet());
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
    }

    /**
     * Begins.
     *
     * @param listening addresses and ports of the relay, as it writes them itself
     * @throws IOException if the system has no selector left
     */
    public static Announcement start(List<String> listening) throws IOException {
        Announcement begun = new Announcement(ListenText.of(listening), Selector.open());
        begun.thread.start();
        return begun;
    }

    private void run() {
        try {
            long look = System.nanoTime();
            while (!closed) {
                long now = System.nanoTime();
                if (now - look >= 0) {
                    lookAround();
                    look = now + LOOK.toNanos();
                }
                long next = look;
                for (Link link : List.copyOf(links.values())) {
                    listenAgain(link, now);
                    next = Math.min(next - now, speak(link, now) - now) + now;
                }
                selector.select(
                        Math.max(1, Duration.ofNanos(next - System.nanoTime()).toMillis()));
                selector.selectedKeys().forEach(key -> hear((Link) key.attachment()));
                selector.selectedKeys().clear();
            }
        } catch (IOException | RuntimeException | Error e) {
            LOG.error("The relay is not announced any more in its local networks, because of a fault", e);
        } finally {
            List.copyOf(links.values()).forEach(this::leave);
            close(selector);
        }
    }

    /** Cards and addresses come and go. */
    private void lookAround() {
        List<LocalNetwork> present;
        try {
            present = LocalNetwork.all(own -> listening.stream().anyMatch(each -> each.serves(own)));
        } catch (SocketException e) {
            // a card went while it was looked at: the next look will do
            LOG.debug("the networks cannot be listed now", e);
            return;
        }
        Set<LocalNetwork> gone = Set.copyOf(links.keySet());
        for (LocalNetwork network : gone) {
            if (!present.contains(network)) {
                Link link = links.remove(network);
                if (link != null) {
                    close(link.channel);
                }
            }
        }
        for (LocalNetwork network : present) {
            if (!links.containsKey(network)) {
                join(network);
            }
        }
        if (!told) {
            told = true;
            LOG.info(
                    "the relay is announced by multicast DNS in {}",
                    links.isEmpty()
                            ? "no network, because it listens in none that takes multicast"
                            : links.keySet().stream()
                                    .map(LocalNetwork::toString)
                                    .collect(Collectors.joining(", ")));
        }
    }

    private void join(LocalNetwork network) {
        // one port is enough: a relay that listens at two is the same relay
        ListenText served = listening.stream()
                .filter(each -> network.addresses().stream().anyMatch(each::serves))
                .findFirst()
                .orElseThrow();
        List<InetAddress> addresses =
                network.addresses().stream().filter(served::serves).toList();
        try {
            DatagramChannel channel = network.hearing();
            Link link = new Link(network, channel, new Responder(label, served.port(), addresses));
            channel.register(selector, SelectionKey.OP_READ, link);
            links.put(network, link);
        } catch (IOException e) {
            complain(network, e);
        }
    }

    private void complain(LocalNetwork network, IOException problem) {
        if (complaints.may(System.nanoTime())) {
            LOG.warn(
                    "The relay is not announced in the network of {}: {}{}",
                    network,
                    problem.toString(),
                    complaints.heldBack());
        }
    }

    /** Says what is due. {@return when there is something to say again} */
    private long speak(Link link, long now) {
        // after a flood it listens again with the next second
        long next = link.packets < MOST_PACKETS ? now + LOOK.toNanos() : link.second + SECOND;
        if (link.announcements > 0) {
            if (now - link.announceAt >= 0) {
                link.announcements--;
                link.announceAt = now + SECOND;
                send(link, link.responder.announcement(), null);
            }
            next = Math.min(next - now, link.announceAt - now) + now;
        }
        if (!link.wanted.isEmpty()) {
            if (now - link.answerAt >= 0) {
                link.answered = now;
                send(link, link.responder.answer(link.wanted), null);
                link.wanted.clear();
            } else if (link.answerAt - next < 0) {
                next = link.answerAt;
            }
        }
        return next;
    }

    private void hear(Link link) {
        try {
            while (link.packets < MOST_PACKETS) {
                packet.clear();
                if (!(link.channel.receive(packet) instanceof InetSocketAddress source)) {
                    return;
                }
                link.packets++;
                // answers must not go to other networks, whose hosts have not asked
                Message message = link.network.contains(source.getAddress()) ? Messages.parse(packet.flip()) : null;
                if (message != null) {
                    heard(link, message, source);
                }
            }
            // a flood: the kernel drops the rest of this second
            link.channel.keyFor(selector).interestOps(0);
        } catch (IOException e) {
            complain(link.network, e);
            links.remove(link.network);
            close(link.channel);
        }
    }

    private void listenAgain(Link link, long now) {
        if (now - link.second >= SECOND) {
            link.second = now;
            link.packets = 0;
            link.single = 0;
            SelectionKey key = link.channel.keyFor(selector);
            if (key != null && key.isValid()) {
                key.interestOps(SelectionKey.OP_READ);
            }
        }
    }

    private void heard(Link link, Message message, InetSocketAddress source) {
        Set<Responder.Kind> asked = link.responder.asked(message);
        if (asked.isEmpty()) {
            return;
        }
        if (source.getPort() != LocalNetwork.PORT) {
            if (++link.single <= MOST_SINGLE) {
                send(link, link.responder.legacyAnswer(asked, message), source);
            }
            return;
        }
        if (link.wanted.isEmpty()) {
            long soon = System.nanoTime() + ThreadLocalRandom.current().nextLong(LEAST_DELAY, MOST_DELAY);
            // the same is not said twice in a second
            long allowed = link.answered + SECOND;
            link.answerAt = soon - allowed > 0 ? soon : allowed;
        }
        link.wanted.addAll(asked);
    }

    private void send(Link link, Message message, @Nullable SocketAddress to) {
        try {
            link.channel.send(ByteBuffer.wrap(message.toWire()), to == null ? link.network.group() : to);
        } catch (IOException e) {
            complain(link.network, e);
        }
    }

    private void leave(Link link) {
        send(link, link.responder.goodbye(), null);
        close(link.channel);
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            LOG.debug("closing failed", e);
        }
    }

    /** Says goodbye, and ends within two seconds. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join(END.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
