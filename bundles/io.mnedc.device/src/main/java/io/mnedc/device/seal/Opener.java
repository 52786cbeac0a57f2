package io.mnedc.device.seal;

import io.mnedc.codec.DataFrame;
import io.mnedc.codec.SealMessage;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;

/**
 * Opens frames of one peer with one key. {@link #open} is called by one thread; the others by any.
 */
public final class Opener {
    /** What came of a frame. */
    public enum Outcome {
        /** It is the peer's, and new; its payload is in the clear now. */
        OPENED,
        /** As {@link #OPENED}, and the first one with this key. */
        OPENED_FIRST,
        /** It was taken before, or is too late, by the {@link ReplayPolicy}. Nothing has changed. */
        REPLAYED,
        /** It is not what the peer has sealed. Nothing has changed. */
        FORGED
    }

    private final FrameCipher cipher;
    private final int epoch;
    private final ReplayPolicy replay;
    private volatile boolean used;

    /** Opens what comes in the order in which it was sealed, as on the relay's stream. */
    Opener(SealCipher cipher, SealMessage.Keys keys) {
        this(cipher, keys, new ReplayPolicy.StrictOrder());
    }

    Opener(SealCipher cipher, SealMessage.Keys keys, ReplayPolicy replay) {
        this.cipher = new FrameCipher(cipher, keys);
        this.epoch = keys.epoch();
        this.replay = replay;
    }

    /** {@return what its frames say, 0 to 65,535} */
    public int epoch() {
        return epoch;
    }

    /** Whether a frame has been opened. */
    boolean used() {
        return used;
    }

    /**
     * Opens a frame in place. If that fails, the bytes stay as they are.
     *
     * @param in the frame; position and limit are not used, the latter must not be in the way
     * @param at where the frame begins
     * @param size its bytes, header and tag included, as {@link DataFrame#complete} says
     * @param lent to work in
     * @return what came of it; if it is opened, the payload has {@code size} - {@value DataFrame#HEADER} -
     *     {@value DataFrame#TAG} bytes
     */
    public Outcome open(ByteBuffer in, int at, int size, SealBuffers lent) {
        long counter = DataFrame.counter(in, at);
        if (!replay.isNew(counter)) {
            return Outcome.REPLAYED;
        }
        int body = at + DataFrame.HEADER;
        int bytes = size - DataFrame.HEADER;
        in.get(body, lent.in, 0, bytes);
        int made;
        try {
            made = cipher.ready(Cipher.DECRYPT_MODE, in, at, lent).doFinal(lent.in, 0, bytes, lent.out, 0);
        } catch (GeneralSecurityException e) {
            return Outcome.FORGED;
        }
        in.put(body, lent.out, 0, made);
        replay.taken(counter);
        if (used) {
            return Outcome.OPENED;
        }
        used = true;
        return Outcome.OPENED_FIRST;
    }
}
