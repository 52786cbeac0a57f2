package io.mnedc.device.seal;

import io.mnedc.codec.DataFrame;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.SealMessage;
import java.nio.ByteBuffer;

/**
 * Seals and opens frames that nobody sees, until Java has compiled the cipher to the processor's own instructions. That
 * depends on the number of calls, not of bytes: without it, the first thousands of super-packets take a hundred times as
 * long as all that follow, and a transfer crawls for its first half minute. Not thread-safe.
 */
public final class CipherWarmUp {
    private static final int FRAMES = 10_000;
    private static final int PAYLOAD = 500;

    private final ByteBuffer frame = ByteBuffer.allocateDirect(DataFrame.HEADER + PAYLOAD + DataFrame.TAG);
    private final SealBuffers buffers = new SealBuffers();
    private final Sealer sealer;
    private final Opener opener;
    private long counter;

    /**
     * Nothing is sealed yet.
     *
     * @param cipher what will be used
     */
    public CipherWarmUp(SealCipher cipher) {
        // zeros do for what leads nowhere
        SealMessage.Keys keys = new SealMessage.Keys(
                0, Opaque.copyOf(new byte[SealMessage.KEY]), Opaque.copyOf(new byte[SealMessage.IV]));
        sealer = new Sealer(cipher, keys);
        opener = new Opener(cipher, keys);
    }

    /**
     * Goes on.
     *
     * @param frames how many now; a hundred take milliseconds, or tens of them in the beginning
     * @return whether there is more to do
     */
    public boolean run(int frames) {
        for (int i = 0; i < frames && counter < FRAMES; i++) {
            opener.open(frame, 0, sealer.seal(frame, 0, DataFrame.PACKET, 0, 0, ++counter, PAYLOAD, buffers), buffers);
        }
        return counter < FRAMES;
    }
}
