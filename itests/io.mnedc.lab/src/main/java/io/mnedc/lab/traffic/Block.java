package io.mnedc.lab.traffic;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Random;

/** The pieces of a transfer: random bytes with the piece's number in front. */
final class Block {
    static final int SIZE = 1 << 17;

    private final byte[] bytes = new byte[SIZE];
    private long number;

    Block(long seed) {
        new Random(seed).nextBytes(bytes);
    }

    /** The next piece, in an array that is used again. */
    byte[] next() {
        ByteBuffer.wrap(bytes).putLong(number++);
        return bytes;
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
