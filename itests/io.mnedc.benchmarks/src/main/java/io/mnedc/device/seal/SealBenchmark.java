package io.mnedc.device.seal;

import io.mnedc.codec.DataFrame;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.SealMessage;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to seal a frame, and to seal and open it, where it lies in a direct buffer. */
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class SealBenchmark {
    /** Bytes of the payload: a packet of the usual MTU, and a super-packet. */
    @Param({"1400", "64000"})
    public int bytes;

    /** With what. */
    @Param({"AES_128_GCM", "CHACHA20_POLY1305"})
    public SealCipher cipher;

    private final ByteBuffer frame = ByteBuffer.allocateDirect(DataFrame.MAX_FRAME);
    private final SealBuffers sealing = new SealBuffers();
    private final SealBuffers opening = new SealBuffers();
    private Sealer sealer;
    private Opener opener;
    private long counter;

    /** Makes a key. */
    @Setup
    public void keys() {
        byte[] key = new byte[SealMessage.KEY];
        byte[] iv = new byte[SealMessage.IV];
        SecureRandom random = new SecureRandom();
        random.nextBytes(key);
        random.nextBytes(iv);
        SealMessage.Keys keys = new SealMessage.Keys(1, Opaque.copyOf(key), Opaque.copyOf(iv));
        sealer = new Sealer(cipher, keys);
        opener = new Opener(cipher, keys);
    }

    /** One way. */
    @Benchmark
    public int seal() {
        return sealer.seal(frame, 0, DataFrame.PACKET, 2, 3, ++counter, bytes, sealing);
    }

    /** Both ways: opening alone would need a frame for each time. */
    @Benchmark
    public Opener.Outcome sealAndOpen() {
        return opener.open(frame, 0, seal(), opening);
    }
}
