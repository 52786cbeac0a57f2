package io.mnedc.device.data;

import io.mnedc.codec.DataFrame;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.mnedc.codec.VirtioNetHeader;
import io.mnedc.device.common.Counters;
import io.mnedc.device.multicast.Incoming;
import io.mnedc.device.network.Membership;
import io.mnedc.device.packet.Packets;
import io.mnedc.device.packet.Segmenter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * From the data stream to the interface, on the data loop's thread. Frames come from other machines by way of a relay:
 * what is not exactly as it should be is dropped and counted. Nothing is allocated, logged or locked per frame.
 */
public final class Downlink {
    private static final int MOST_PACKETS = 512;

    /** A packet that is worth a write of its own at once, so that its receiver works while the next one is opened. */
    private static final int BIG = 16 << 10;

    private static final int SCRATCH = 256 << 10;

    /** What the way in reports. */
    public interface Events {
        /** An echo of this device came back. */
        void echoed(int node, long token);

        /** The interface failed. */
        void tunFailed(TunPort port, IOException cause);
    }

    private final FrameSender sender;
    private final PeerKeys keys;
    private final Supplier<@Nullable TunPort> tun;
    private final Incoming several;
    private final Counters counters;
    private final Events events;
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH);
    private final int[] offsets = new int[MOST_PACKETS];
    private final int[] lengths = new int[MOST_PACKETS];
    private final Segmenter segmenter = new Segmenter();
    private int collected;
    private int segments;
    private long bytes;

    /**
     * Nothing has come yet.
     *
     * @param tun where packets go, now; null: nowhere
     * @param several tells whether packets that are for several devices are for this one
     * @param events told what else comes
     */
    public Downlink(
            FrameSender sender,
            PeerKeys keys,
            Supplier<@Nullable TunPort> tun,
            Incoming several,
            Counters counters,
            Events events) {
        this.several = several;
        this.sender = sender;
        this.keys = keys;
        this.tun = tun;
        this.counters = counters;
        this.events = events;
    }

    /**
     * Takes all whole frames.
     *
     * @param self who this device is on this stream
     * @param path where they come from, and echoes go back
     * @param in the bytes
     * @param from where they begin
     * @param to where they end
     * @return the offset behind the last whole frame
     * @throws ProtocolException if the stream can no longer be understood
     */
    int received(Membership self, FrameSink path, ByteBuffer in, int from, int to) throws ProtocolException {
        in.clear();
        TunPort port = tun.get();
        int at = from;
        collected = 0;
        bytes = 0;
        try {
            for (int size = DataFrame.complete(in, at, to); size > 0; size = DataFrame.complete(in, at, to)) {
                frame(self, path, port, in, at, size);
                at += size;
            }
        } finally {
            flush(port, in);
        }
        return at;
    }

    private void frame(Membership self, FrameSink path, @Nullable TunPort port, ByteBuffer in, int at, int size) {
        boolean sealed = DataFrame.sealed(in, at);
        if (DataFrame.destination(in, at) != self.node() || (sealed && !self.sealed())) {
            counters.malformed.increment();
        } else if (sealed) {
            if (keys.open(in, at, size)) {
                opened(self, path, port, in, at, size - DataFrame.TAG);
            }
        } else if (self.sealed() && !isRelaysEcho(in, at)) {
            counters.unsealed.increment();
        } else {
            opened(self, path, port, in, at, size);
        }
    }

    /** All that the relay says on the data stream, and it has no keys. */
    private static boolean isRelaysEcho(ByteBuffer in, int at) {
        int type = DataFrame.type(in, at);
        return DataFrame.source(in, at) == Protocol.RELAY_NODE
                && (type == DataFrame.ECHO || type == DataFrame.ECHO_REPLY);
    }

    private void opened(Membership self, FrameSink path, @Nullable TunPort port, ByteBuffer in, int at, int end) {
        int type = DataFrame.type(in, at);
        int payload = end - DataFrame.HEADER;
        if (type == DataFrame.PACKET) {
            packet(self, port, in, at, payload);
        } else if (type == DataFrame.ECHO && payload <= DataFrame.MAX_ECHO) {
            if (DataFrame.sealed(in, at)) {
                keys.reply(path, self.node(), in, at, payload);
            } else {
                sender.reply(path, in, at, end);
            }
            in.clear();
        } else if (type == DataFrame.ECHO_REPLY && payload == FrameSender.TOKEN) {
            events.echoed(DataFrame.source(in, at), in.getLong(at + DataFrame.HEADER));
        } else {
            counters.malformed.increment();
        }
    }

    private void packet(Membership self, @Nullable TunPort port, ByteBuffer in, int at, int payload) {
        int vnet = at + DataFrame.HEADER;
        int length = payload - VirtioNetHeader.SIZE;
        if (length < Packets.IPV4_HEADER || !Packets.sane(in, vnet, length)) {
            counters.malformed.increment();
        } else if (!self.routes().maySend(DataFrame.source(in, at), in, vnet + VirtioNetHeader.SIZE, length)) {
            counters.foreignSource.increment();
        } else if (!self.routes().isForThisDevice(in, vnet + VirtioNetHeader.SIZE, length)
                && !several.takes(self.routes(), in, vnet + VirtioNetHeader.SIZE, length)) {
            // counted there
            return;
        } else if (port == null) {
            counters.noTun.increment();
        } else if ((Packets.needs(in, vnet) & ~port.capabilities()) == 0) {
            if (collected == MOST_PACKETS) {
                flush(port, in);
            }
            offsets[collected] = vnet;
            lengths[collected++] = payload;
            bytes += DataFrame.HEADER + payload;
            if (payload >= BIG) {
                flush(port, in);
            }
        } else {
            // what came before must arrive before
            flush(port, in);
            cut(port, in, vnet, payload);
        }
    }

    private void cut(TunPort port, ByteBuffer in, int vnet, int payload) {
        if (!segmenter.begin(in, vnet, payload)) {
            counters.malformed.increment();
            return;
        }
        int at = 0;
        segments = 0;
        while (segmenter.more()) {
            if (segments == MOST_PACKETS || at + segmenter.nextSize() > SCRATCH) {
                write(port, scratch, segments);
                segments = 0;
                at = 0;
            }
            int made = segmenter.next(scratch, at);
            offsets[segments] = at;
            lengths[segments++] = made;
            at += made;
        }
        write(port, scratch, segments);
        counters.segmentedIn.increment();
        counters.framesIn.increment();
        counters.bytesIn.add(DataFrame.HEADER + payload);
    }

    private void flush(@Nullable TunPort port, ByteBuffer in) {
        if (collected == 0 || port == null) {
            return;
        }
        write(port, in, collected);
        counters.framesIn.add(collected);
        counters.bytesIn.add(bytes);
        collected = 0;
        bytes = 0;
    }

    private void write(TunPort port, ByteBuffer from, int count) {
        try {
            port.device().write(from, offsets, lengths, count);
        } catch (ClosedChannelException e) {
            // being replaced or stopped
            counters.noTun.add(count);
        } catch (IOException e) {
            counters.noTun.add(count);
            events.tunFailed(port, e);
        }
    }
}
