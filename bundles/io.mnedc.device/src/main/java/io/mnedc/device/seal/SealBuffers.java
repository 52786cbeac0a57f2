package io.mnedc.device.seal;

import io.mnedc.codec.DataFrame;

/**
 * Memory that {@link Sealer} and {@link Opener} work in, lent to them for a call: ciphers are much faster on arrays than
 * on direct buffers, and one set per thread is enough for all peers. Not thread-safe.
 */
public final class SealBuffers {
    final byte[] header = new byte[DataFrame.HEADER];
    final byte[] in = new byte[DataFrame.MAX_PAYLOAD + DataFrame.TAG];
    // not one array for both: when opening, the JDK would allocate a third one
    final byte[] out = new byte[DataFrame.MAX_PAYLOAD + DataFrame.TAG];

    /** Allocates, some 130 KB. */
    public SealBuffers() {}
}
