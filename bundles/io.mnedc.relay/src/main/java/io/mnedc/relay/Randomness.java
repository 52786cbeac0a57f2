package io.mnedc.relay;

import io.mnedc.codec.Opaque;
import java.security.SecureRandom;

/** Secrets, nonces and session IDs. Thread-safe. */
final class Randomness {
    private final SecureRandom random = new SecureRandom();

    Opaque opaque(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return Opaque.copyOf(bytes);
    }

    long id() {
        return random.nextLong();
    }
}
