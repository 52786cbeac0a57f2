package io.mnedc.names.system;

import java.io.IOException;

/** One way to make names known. Used by one thread at a time. */
interface Hook {
    /**
     * Brings the host in line. It is called once a second, and does little if nothing is different.
     *
     * @return empty: programs know the names; else why there is nothing to do it with, which is no problem
     * @throws IOException if it cannot; the message names the cure, and what was changed is undone
     */
    String apply(Wanted wanted) throws IOException;

    /**
     * Takes back what this host was told.
     *
     * @throws IOException if it cannot; the message says what is left
     */
    void undo() throws IOException;

    /** What is being done shall end soon; {@link #undo} follows. Any thread. */
    default void end() {}

    /** {@return what programs use now, for the log} */
    String what();
}
