package io.mnedc.device.seal;

import io.mnedc.codec.Opaque;
import io.mnedc.codec.SealMessage;
import java.util.Random;

/** A key as two devices have agreed upon it, for tests of other packages. */
public final class TestKeys {
    /** How far a frame may be behind the newest one if there are several paths. */
    public static final int WINDOW = ReplayPolicy.SlidingWindow.SIZE;

    private final SealMessage.Keys keys;

    public TestKeys(int seed) {
        Random random = new Random(seed);
        byte[] key = new byte[SealMessage.KEY];
        byte[] iv = new byte[SealMessage.IV];
        random.nextBytes(key);
        random.nextBytes(iv);
        keys = new SealMessage.Keys(seed, Opaque.copyOf(key), Opaque.copyOf(iv));
    }

    public Sealer sealer() {
        return new Sealer(SealCipher.AES_128_GCM, keys);
    }

    /** What opens if all frames come by one path. */
    public Opener ofOnePath() {
        return new Opener(SealCipher.AES_128_GCM, keys);
    }

    /** What opens if they come by several. */
    public Opener ofSeveralPaths() {
        return new Opener(SealCipher.AES_128_GCM, keys, new ReplayPolicy.SlidingWindow());
    }
}
