package io.mnedc.relay.work;

import io.mnedc.codec.Opaque;
import java.security.SecureRandom;

/** Secrets, nonces and session IDs. Thread-safe. */
public final class Randomness {
    private final SecureRandom random = new SecureRandom();

    public Opaque opaque(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return Opaque.copyOf(bytes);
    }

    public long id() {
        return random.nextLong();
    }
}
