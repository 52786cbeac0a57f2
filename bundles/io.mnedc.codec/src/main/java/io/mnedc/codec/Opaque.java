package io.mnedc.codec;

import java.security.MessageDigest;
import java.util.Arrays;

/** Bytes as a value: immutable, compared in constant time, and never shown in a log. */
public final class Opaque {
    private final byte[] bytes;

    private Opaque(byte[] bytes) {
        this.bytes = bytes;
    }

    /** {@return a value with a copy of these bytes} */
    public static Opaque copyOf(byte[] bytes) {
        return new Opaque(bytes.clone());
    }

    /** Takes an array that nobody else keeps. */
    static Opaque owning(byte[] bytes) {
        return new Opaque(bytes);
    }

    /** {@return a copy of the bytes} */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** {@return how many bytes there are} */
    public int size() {
        return bytes.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Opaque o && MessageDigest.isEqual(bytes, o.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return bytes.length + " bytes";
    }
}
