package io.mnedc.device.seal;

/**
 * Which counters of a key are still good, so that no frame is taken twice. A frame is asked for before it is opened and
 * noted only once it has proved genuine: a forged counter must not shut out what follows. By one thread.
 */
sealed interface ReplayPolicy {
    /** {@return whether no frame with this counter can have been taken before} */
    boolean isNew(long counter);

    /** A frame with this counter was genuine; {@link #isNew} has let it through. */
    void taken(long counter);

    /** For one path that keeps the order: each counter is above all before, as an unsigned number. */
    final class StrictOrder implements ReplayPolicy {
        private long last;
        private boolean any;

        @Override
        public boolean isNew(long counter) {
            return !any || Long.compareUnsigned(counter, last) > 0;
        }

        @Override
        public void taken(long counter) {
            last = counter;
            any = true;
        }
    }

    /**
     * For paths that change the order: a counter may be up to {@value #SIZE} below the highest. As in RFC 6479, the bits
     * are a ring of words, and whole words are cleared as the window moves.
     */
    final class SlidingWindow implements ReplayPolicy {
        static final int SIZE = 1024;

        private static final int WORD_BITS = 6;

        /** A power of two, and more than the window needs: the words that are cleared are outside it. */
        private static final int WORDS = (2 * SIZE) >>> WORD_BITS;

        private final long[] seen = new long[WORDS];
        private long highest;
        private boolean any;

        @Override
        public boolean isNew(long counter) {
            if (!any || Long.compareUnsigned(counter, highest) > 0) {
                return true;
            }
            return Long.compareUnsigned(highest - counter, SIZE) < 0 && (seen[word(counter)] & bit(counter)) == 0;
        }

        @Override
        public void taken(long counter) {
            if (!any) {
                any = true;
                highest = counter;
            } else if (Long.compareUnsigned(counter, highest) > 0) {
                long before = highest >>> WORD_BITS;
                long words = Math.min(WORDS, (counter >>> WORD_BITS) - before);
                for (long i = 1; i <= words; i++) {
                    seen[(int) (before + i) & (WORDS - 1)] = 0;
                }
                highest = counter;
            }
            seen[word(counter)] |= bit(counter);
        }

        private static int word(long counter) {
            return (int) (counter >>> WORD_BITS) & (WORDS - 1);
        }

        private static long bit(long counter) {
            return 1L << counter;
        }
    }
}
