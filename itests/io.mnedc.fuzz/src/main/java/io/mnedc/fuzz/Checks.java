package io.mnedc.fuzz;

import com.sun.management.ThreadMXBean;
import io.mnedc.api.text.PlainText;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.ProtocolException;
import java.lang.management.ManagementFactory;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What several targets check. A check that fails is a finding. */
public final class Checks {
    /** The longest sentence of an error, in characters: its 512 bytes are ASCII but for an ellipsis. */
    private static final int MOST_SENTENCE = 512;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Checks() {}

    /** Something that may allocate. */
    @FunctionalInterface
    public interface Work<E extends Exception> {
        /** Does it. */
        void run() throws E;
    }

    /** Demands what must always be so. */
    public static void that(boolean truth, String claim) {
        if (!truth) {
            throw new AssertionError("not so: " + claim);
        }
    }

    /** Demands what must always be so, with a detail for the report. */
    public static void that(boolean truth, String claim, Object detail) {
        if (!truth) {
            throw new AssertionError("not so: " + claim + ": " + detail);
        }
    }

    /** Demands that two values are the same. */
    public static void same(@Nullable Object one, @Nullable Object other, String claim) {
        if (one == null || !one.equals(other)) {
            throw new AssertionError("not so: " + claim + ": " + one + " and " + other);
        }
    }

    /** Demands that a refusal is one that may be sent, logged and shown on a terminal as it is. */
    public static void refusal(ProtocolException refused, Set<ErrorCode> codes) {
        String sentence = String.valueOf(refused.getMessage());
        that(codes.contains(refused.code()), "a refusal has one of the codes for this", refused.code());
        sentence(sentence);
    }

    /** Demands that a complaint says something, briefly, and can be shown on a terminal. */
    public static void sentence(String sentence) {
        that(sentence.length() >= 10 && sentence.length() <= MOST_SENTENCE, "a complaint is a sentence", sentence);
        that(sentence.codePoints().allMatch(PlainText::isPlain), "a complaint can be shown", sentence);
    }

    /**
     * Demands that work allocates no more than so many bytes. Classes are loaded and call sites linked once only, so
     * only what is too much a second time counts.
     */
    public static <E extends Exception> void allocates(long most, Work<E> work) throws E {
        if (allocated(work) > most) {
            long again = allocated(work);
            that(again <= most, "no more is allocated than " + most, again);
        }
    }

    private static <E extends Exception> long allocated(Work<E> work) throws E {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        work.run();
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
