package io.mnedc.lab;

import java.util.Random;

/** What a test with chance in it draws from: printed, and to be repeated with {@code -Dmnedc.seed}. */
public final class Seed {
    private Seed() {}

    public static Random random(Class<?> test) {
        long wanted = Long.getLong("mnedc.seed", 0);
        long seed = wanted == 0 ? System.nanoTime() : wanted;
        System.out.println(test.getSimpleName() + ": -Dmnedc.seed=" + seed);
        return new Random(seed);
    }
}
