package io.mnedc.device.seal;

import io.mnedc.codec.DataFrame;
import io.mnedc.codec.SealMessage;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Cipher;

/**
 * Seals frames to one peer with one key. Used by one thread at a time; only {@link #units} may be called by any.
 *
 * <p>How much a key may seal is counted in units of {@value #UNIT} bytes, which are 2^5 blocks of AES: a frame counts one
 * for each that it begins, header and length block included.
 */
public final class Sealer {
    /** Bytes of a unit. */
    static final int UNIT = 1 << Sealer.UNIT_BITS;

    private static final int UNIT_BITS = 9;

    /** What GCM works off beside the payload (NIST SP 800-38D, 7.1): the header, padded to blocks, and the lengths. */
    private static final int BESIDE = 32 + 16;

    /**
     * Beyond this a key is not used at all; it should have been replaced long before. 2^34.5 blocks: RFC 8446, section
     * 5.5, allows 2^24.5 records of 2^14 bytes with a key of AES-GCM.
     */
    static final long MOST_UNITS = 759_250_124;

    private final FrameCipher cipher;
    private final int epoch;
    private final AtomicLong units;
    private long last;
    private boolean used;

    Sealer(SealCipher cipher, SealMessage.Keys keys) {
        this(cipher, keys, 0);
    }

    /** One that counts from a number other than zero. */
    Sealer(SealCipher cipher, SealMessage.Keys keys, long units) {
        this.cipher = new FrameCipher(cipher, keys);
        this.epoch = keys.epoch();
        this.units = new AtomicLong(units);
    }

    /** {@return what its frames say, 0 to 65,535} */
    public int epoch() {
        return epoch;
    }

    /** {@return units of {@value #UNIT} bytes sealed so far; any thread, may be a little late} */
    long units() {
        return units.getOpaque();
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
     *     sealed all that it may
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
        long sealed = units.getPlain() + 1 + ((payload + BESIDE) >>> UNIT_BITS);
        if ((used && Long.compareUnsigned(counter, last) <= 0) || sealed > MOST_UNITS) {
            throw new IllegalStateException("frame " + counter + " after " + last + ", " + sealed + " units of " + UNIT
                    + " bytes: this key must not seal it");
        }
        used = true;
        last = counter;
        units.setOpaque(sealed);
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
