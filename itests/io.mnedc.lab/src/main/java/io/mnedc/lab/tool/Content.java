package io.mnedc.lab.tool;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;

/**
 * A stream of bytes that a seed describes: a random block repeated, each time with its number in front, so that a
 * lost, repeated or misplaced piece changes the hash.
 */
final class Content {
    private static final int BLOCK = 1 << 18;

    private final byte[] block = new byte[BLOCK];
    private final MessageDigest digest = sha256();

    Content(long seed) {
        new Random(seed).nextBytes(block);
    }

    /** Writes this many bytes and returns their hash. */
    String write(OutputStream out, long size) throws IOException {
        writeUnhashed(new DigestOutputStream(out, digest), size);
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Writes this many bytes, faster. */
    void writeUnhashed(OutputStream out, long size) throws IOException {
        long number = 0;
        for (long left = size; left > 0; left -= BLOCK) {
            ByteBuffer.wrap(block).putLong(number++);
            out.write(block, 0, (int) Math.min(BLOCK, left));
        }
    }

    /** Reads this many bytes and returns their hash. */
    static String read(InputStream in, long size) throws IOException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[BLOCK];
        for (long left = size; left > 0; ) {
            int count = in.read(buffer, 0, (int) Math.min(BLOCK, left));
            if (count < 0) {
                throw new EOFException("ended " + left + " bytes before the end of " + size);
            }
            digest.update(buffer, 0, count);
            left -= count;
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
