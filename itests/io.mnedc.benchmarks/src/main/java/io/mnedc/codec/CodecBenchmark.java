package io.mnedc.codec;

import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ControlMessage.ServiceRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to read and write the protocol; for frames, per frame. */
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class CodecBenchmark {
    private static final int FRAMES = 512;
    private static final int PAYLOAD = 1_400 + DataFrame.VNET_HEADER;
    private static final int PEERS = 256;

    private final ByteBuffer frames = ByteBuffer.allocateDirect(FRAMES * (DataFrame.HEADER + PAYLOAD));
    private final List<Change> peers = new ArrayList<>();
    private final ByteBuffer ping = ControlCodec.encode(new Ping(1)).position(ControlCodec.LENGTH_FIELD);
    private final ByteBuffer snapshot;

    /** Fills the buffers. */
    public CodecBenchmark() {
        writeHeaders();
        NodeInfo info = new NodeInfo("linux-amd64", "osgi", List.of(new ServiceRecord("web", "http", 8080)));
        for (int i = 0; i < PEERS; i++) {
            peers.add(new Change.Present(new NodeRecord("gateway-" + i, 2 + i, "mnedc/0.1.0", 15, info)));
        }
        snapshot =
                ControlCodec.encode(new Announce(1, Part.SNAPSHOT_WHOLE, peers)).position(ControlCodec.LENGTH_FIELD);
    }

    /** What a relay does with the bytes of each frame: find its end, source and destination. */
    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public int scanFrames() throws ProtocolException {
        int nodes = 0;
        int end = frames.capacity();
        int at = 0;
        for (int size = DataFrame.complete(frames, at, end); size > 0; size = DataFrame.complete(frames, at, end)) {
            nodes += DataFrame.source(frames, at) ^ DataFrame.destination(frames, at);
            at += size;
        }
        return nodes;
    }

    /** What a device does for each frame. */
    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public ByteBuffer writeHeaders() {
        for (int i = 0; i < FRAMES; i++) {
            DataFrame.putHeader(frames, i * (DataFrame.HEADER + PAYLOAD), DataFrame.PACKET, 2, 3, i, PAYLOAD);
        }
        return frames;
    }

    @Benchmark
    public ByteBuffer encodePing() {
        return ControlCodec.encode(new Ping(1));
    }

    @Benchmark
    public ControlMessage decodePing() throws ProtocolException {
        return ControlCodec.decode(ping.duplicate());
    }

    /** The snapshot that a joining device gets, 256 peers. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public ByteBuffer encodeSnapshot() {
        return ControlCodec.encode(new Announce(1, Part.SNAPSHOT_WHOLE, peers));
    }

    @Benchmark
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public ControlMessage decodeSnapshot() throws ProtocolException {
        return ControlCodec.decode(snapshot.duplicate());
    }
}
