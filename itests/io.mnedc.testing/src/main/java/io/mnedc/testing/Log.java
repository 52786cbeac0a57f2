package io.mnedc.testing;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Collects what is logged while it is open. The log of tests goes to standard error. There it appears afterwards, too.
 */
public final class Log implements AutoCloseable {
    private final PrintStream before = System.err;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Starts to collect. */
    public Log() {
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    }

    /**
     * Something to do that may fail.
     *
     * @param <E> how it fails
     */
    public interface Task<E extends Exception> {
        /** Does it. */
        void run() throws E;
    }

    /** {@return what is logged meanwhile, by any thread} */
    public static <E extends Exception> String of(Task<E> task) throws E {
        try (Log log = new Log()) {
            task.run();
            return log.text();
        }
    }

    /** {@return what has been logged up to now} */
    public String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** {@return the lines that contain a text} */
    public List<String> lines(String part) {
        return text().lines().filter(line -> line.contains(part)).toList();
    }

    @Override
    public void close() {
        System.setErr(before);
        before.print(text());
    }
}
