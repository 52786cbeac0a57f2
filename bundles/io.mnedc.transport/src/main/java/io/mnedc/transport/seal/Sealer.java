package io.mnedc.transport.seal;

import io.mnedc.codec.DataFrame;
import io.mnedc.codec.SealMessage;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Cipher;

/**
 * Seals frames to one peer with one key. Used by one thread at a time; only {@link #frames} may be called by any.
 */
public final class Sealer {
    /** Beyond this many frames a key is not used at all; it should have been replaced long before. */
    private static final long MOST_FRAMES = 1L << 32;

    private final FrameCipher cipher;
    private final int epoch;
    private final AtomicLong frames = new AtomicLong();
    private long last;

    Sealer(SealCipher cipher, SealMessage.Keys keys) {
        this.cipher = new FrameCipher(cipher, keys);
        this.epoch = keys.epoch();
    }

    /** {@return what its frames say, 0 to 65,535} */
    public int epoch() {
        return epoch;
    }

    /** {@return frames sealed so far; any thread, may be a little late} */
    public long frames() {
        return frames.getOpaque();
    }

    /**
     * Writes the header of a frame and seals its payload, in place; the tag comes behind it.
     *
     * @param out has the payload {@value DataFrame#HEADER} bytes behind the beginning, and room for the header before
     *     and for {@value DataFrame#TAG} bytes behind it; position and limit are not used, the latter must not be in the
     *     way
     * @param at where the frame begins
     * @param type what it carries, 0 to 15
     * @param source the sender's node
     * @param destination the peer's node
     * @param counter above that of every frame before, as an unsigned number
     * @param payload bytes of the payload
     * @param lent to work in
     * @return bytes of the whole frame
     * @throws IllegalStateException if the counter does not grow, for a nonce must never be used twice, or the key has
     *     sealed 2^32 frames
     */
    public int seal(
            ByteBuffer out,
            int at,
            int type,
            int source,
            int destination,
            long counter,
            int payload,
            SealBuffers lent) {
        long sealed = frames.getPlain();
        if ((sealed > 0 && Long.compareUnsigned(counter, last) <= 0) || sealed == MOST_FRAMES) {
            throw new IllegalStateException(
                    "frame " + counter + " after " + last + ", " + sealed + " frames: this key must not seal it");
        }
        last = counter;
        frames.setOpaque(sealed + 1);
        DataFrame.putSealedHeader(out, at, type, epoch, source, destination, counter, payload);
        int body = at + DataFrame.HEADER;
        out.get(body, lent.in, 0, payload);
        try {
            Cipher ready = cipher.ready(Cipher.ENCRYPT_MODE, out, at, lent);
            int made = ready.doFinal(lent.in, 0, payload, lent.out, 0);
            out.put(body, lent.out, 0, made);
            return DataFrame.HEADER + made;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("sealing a frame of " + payload + " bytes failed", e);
        }
    }
}
