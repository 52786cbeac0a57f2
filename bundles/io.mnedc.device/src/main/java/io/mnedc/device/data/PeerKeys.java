package io.mnedc.device.data;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.codec.DataFrame;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.VirtioNetHeader;
import io.mnedc.device.common.Counters;
import io.mnedc.device.packet.Packets;
import io.mnedc.device.seal.Opener;
import io.mnedc.device.seal.Openers;
import io.mnedc.device.seal.SealBuffers;
import io.mnedc.device.seal.Sealer;
import io.mnedc.transport.NodeTable;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The keys as the data path has them: which seals for a node, which open its frames, and the packets that wait for one.
 * A thread that sends holds the sender's monitor, as for counters; the data loop opens without a lock. The sealing thread
 * writes.
 */
public final class PeerKeys {
    private static final int FLUSH = 256 << 10;

    /** What the data path asks for; must not block. */
    public interface Requests {
        /** Packets wait for a key. */
        void wanted(int node);

        /** A peer seals with a key that is not here. */
        void unknownEpoch(int node);

        /** The first frame of an epoch was opened. */
        void opened(int node, int epoch);
    }

    private final FrameSender sender;
    private final PeerTable capabilities;
    private final Counters counters;
    private final Requests requests;

    @GuardedBy("sender")
    private final WaitingPackets waiting;

    private final Cutter cutter;
    private @Nullable SealBuffers opening;

    @GuardedBy("sender")
    private @Nullable ByteBuffer flushing;

    private final NodeTable<SealedPeer> peers = new NodeTable<>();

    public PeerKeys(FrameSender sender, PeerTable capabilities, Counters counters, Requests requests) {
        this.sender = sender;
        this.capabilities = capabilities;
        this.counters = counters;
        this.requests = requests;
        this.waiting = new WaitingPackets(counters.noKey);
        this.cutter = new Cutter(sender, counters);
    }

    // outwards, under the sender's monitor

    /** {@return what seals for a node; null if there is nothing, then packets have to wait} */
    @Nullable
    public Sealer sealer(int node) {
        SealedPeer peer = peers.get(node);
        return peer == null ? null : peer.sealer;
    }

    /**
     * Keeps a packet, or the payload of an echo, until there is a key for it. One for a node that is not announced is
     * dropped.
     *
     * @param from has it; copied
     */
    @SuppressWarnings("GuardedBy") // the caller's sender is the same one
    public void await(int node, int type, ByteBuffer from, int at, int length, long now) {
        assert Thread.holdsLock(sender);
        SealedPeer peer = peers.get(node);
        if (peer == null || peer.gone) {
            counters.noKey.increment();
            return;
        }
        waiting.add(peer, type, from, at, length, now);
        if (!peer.asked) {
            peer.asked = true;
            requests.wanted(node);
        }
    }

    /** The same for a packet that is one of many copies: it is dropped rather than others. */
    @SuppressWarnings("GuardedBy") // the caller's sender is the same one
    void awaitIfRoom(int node, ByteBuffer from, int at, int length, long now) {
        assert Thread.holdsLock(sender);
        SealedPeer peer = peers.get(node);
        if (peer == null || !waiting.hasSpare(peer, length, now)) {
            counters.noKey.increment();
            return;
        }
        await(node, DataFrame.PACKET, from, at, length, now);
    }

    /**
     * Sends an echo to a node; one to a peer without a key yet waits for it.
     *
     * @return whether there is a data stream
     */
    boolean echo(int node, long token) {
        synchronized (sender) {
            PeerRoutes by = sender.routes();
            if (by == null) {
                return false;
            }
            Sealer sealer = null;
            if (by.membership().sealed() && node != Protocol.RELAY_NODE) {
                sealer = sealer(node);
                if (sealer == null) {
                    ByteBuffer payload = ByteBuffer.allocate(FrameSender.TOKEN).putLong(0, token);
                    await(node, DataFrame.ECHO, payload, 0, FrameSender.TOKEN, System.nanoTime());
                    return true;
                }
            }
            sender.echo(by, node, sealer, token);
            return true;
        }
    }

    /** Sends a peer's echo back, sealed, in the buffer where it lies, with room for a tag behind it. */
    void reply(FrameSink path, int self, ByteBuffer in, int at, int payload) {
        synchronized (sender) {
            int to = DataFrame.source(in, at);
            Sealer sealer = sealer(to);
            if (sealer == null) {
                // the first frame with a new key is here before the own key, which it brings about
                await(to, DataFrame.ECHO_REPLY, in, at + DataFrame.HEADER, payload, System.nanoTime());
                return;
            }
            int size = sender.put(in, at, DataFrame.ECHO_REPLY, self, to, sealer, payload);
            path.send(in, at, at + size);
        }
    }

    // inwards, on the data loop

    /**
     * Opens a sealed frame in place, or counts why not.
     *
     * @param size the frame's bytes, header and tag included
     * @return whether it is open now
     */
    public boolean open(ByteBuffer in, int at, int size) {
        int node = DataFrame.source(in, at);
        int epoch = DataFrame.epoch(in, at);
        SealedPeer peer = peers.get(node);
        Opener opener = peer == null ? null : peer.openers.find(epoch);
        if (peer == null || opener == null) {
            counters.unknownEpoch.increment();
            if (peer != null && peer.unknownTold.may(System.nanoTime())) {
                requests.unknownEpoch(node);
            }
            return false;
        }
        return switch (opener.open(in, at, size, buffers())) {
            case OPENED -> true;
            case OPENED_FIRST -> {
                requests.opened(node, epoch);
                yield true;
            }
            case REPLAYED -> {
                counters.replayed.increment();
                yield false;
            }
            case FORGED -> {
                counters.forged.increment();
                yield false;
            }
        };
    }

    private SealBuffers buffers() {
        SealBuffers lent = opening;
        if (lent == null) {
            lent = new SealBuffers();
            opening = lent;
        }
        return lent;
    }

    // who is there, on the control loop

    /** A peer is announced; if its node was another one's, what that one had is gone. */
    public void present(int node, String id) {
        SealedPeer before = peers.get(node);
        if (before == null || !before.id.equals(id)) {
            absent(node);
            peers.put(node, new SealedPeer(node, id));
        }
    }

    /** A peer has left. */
    public void absent(int node) {
        SealedPeer peer = peers.get(node);
        if (peer != null) {
            peers.remove(node);
            synchronized (sender) {
                waiting.dropAll(peer);
                peer.gone = true;
            }
        }
    }

    // the keys, on the sealing thread

    /** A peer, unless its node is another one's by now. */
    private @Nullable SealedPeer find(int node, String id) {
        SealedPeer peer = peers.get(node);
        return peer != null && peer.id.equals(id) ? peer : null;
    }

    /** What opens a peer's frames from now on. */
    public void openers(int node, String id, Openers openers) {
        SealedPeer peer = find(node, id);
        if (peer != null) {
            peer.openers = openers;
        }
    }

    /** What seals for a peer from now on: what waits goes first. */
    public void sealer(int node, String id, @Nullable Sealer sealer) {
        SealedPeer peer = find(node, id);
        if (peer != null) {
            synchronized (sender) {
                peer.sealer = sealer;
                peer.asked = false;
                if (sealer != null) {
                    waiting.expire(System.nanoTime());
                    flush(peer, sealer);
                }
            }
        }
    }

    /** There will be no key for some seconds. */
    public void gaveUp(int node, String id) {
        SealedPeer peer = find(node, id);
        if (peer != null) {
            synchronized (sender) {
                peer.asked = false;
                if (peer.sealer == null) {
                    waiting.dropAll(peer);
                }
            }
        }
    }

    /**
     * Drops what has waited for too long.
     *
     * @return whether something still waits
     */
    public boolean expire(long now) {
        synchronized (sender) {
            waiting.expire(now);
            return waiting.size() > 0;
        }
    }

    @GuardedBy("sender")
    private void flush(SealedPeer peer, Sealer sealer) {
        PeerRoutes routes = sender.routes();
        if (routes == null || !routes.membership().sealed()) {
            waiting.dropAll(peer);
            return;
        }
        ByteBuffer out = flushing;
        if (out == null && peer.waiting.isEmpty()) {
            return;
        }
        if (out == null) {
            out = ByteBuffer.allocateDirect(FLUSH);
            flushing = out;
        }
        Flush flush = new Flush(routes, peer.node, sealer, out);
        waiting.takeAll(peer, flush);
        flush.send();
    }

    /** Sends what has waited, as frames side by side. */
    private final class Flush implements WaitingPackets.Taker {
        private final PeerRoutes routes;
        private final int to;
        private final Sealer sealer;
        private final ByteBuffer out;
        private int end;

        Flush(PeerRoutes routes, int to, Sealer sealer, ByteBuffer out) {
            this.routes = routes;
            this.to = to;
            this.sealer = sealer;
            this.out = out;
        }

        @Override
        @SuppressWarnings("GuardedBy") // called by flush only
        public void take(int type, byte[] bytes) {
            assert Thread.holdsLock(sender);
            if (end + DataFrame.HEADER + bytes.length + DataFrame.TAG > FLUSH) {
                send();
            }
            out.clear();
            int body = end + DataFrame.HEADER;
            out.put(body, bytes);
            boolean cut = type == DataFrame.PACKET
                    && bytes.length > VirtioNetHeader.SIZE
                    && (Packets.needs(out, body) & ~capabilities.capabilities(to)) != 0;
            if (cut) {
                send();
                counters.bytesOut.add(cutter.cut(routes, to, sealer, out, body, bytes.length));
            } else {
                end += sender.put(out, end, type, routes.membership().node(), to, sealer, bytes.length);
            }
            if (type == DataFrame.PACKET) {
                counters.framesOut.increment();
            }
        }

        void send() {
            if (end > 0) {
                routes.to(to).send(out, 0, end);
                out.clear();
                counters.bytesOut.add(end);
                end = 0;
            }
        }
    }
}
