package io.mnedc.security.shared;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The files of one kind of shared things at one relay: texts by names, as people see them. Used by one thread at a time. */
public interface LocalFiles {
    /** {@return the kind: part of keys and of messages} */
    String kind();

    /**
     * Reads them.
     *
     * @return texts by names, as they are stored; empty if that cannot be told now, such as in the middle of an edit
     * @throws IOException if they cannot be read
     */
    Optional<Map<String, String>> read() throws IOException;

    /** {@return the names for which there is something that the last {@link #read} could not tell} */
    default Set<String> unclear() {
        return Set.of();
    }

    /** {@return a number that is another one when {@link #read} may say something else; -1: look each time} */
    default long stamp() {
        return -1;
    }

    /** {@return whether the files are gone altogether: that is no edit, and they are written again} */
    boolean missing();

    /**
     * Checks what another relay has stored.
     *
     * @param name part of the key
     * @param text any
     * @throws IllegalArgumentException if it cannot be that; the message says why
     */
    void check(String name, String text);

    /**
     * Replaces one text by what is shared.
     *
     * @param before what {@link #read} said; if it is something else now, nothing changes
     * @param now the new text; empty: there is none any more
     * @throws IOException if it cannot be written
     */
    void write(String name, Optional<String> before, Optional<String> now) throws IOException;

    /**
     * Decides between what was edited here and what was changed by another relay.
     *
     * @param here the file's; empty: removed
     * @param shared the store's, another one; empty: removed
     * @return what is to be shared; empty: nothing
     * @throws IOException if that is not to be decided by a program; both stay as they are
     */
    Optional<String> decide(String name, Optional<String> here, Optional<String> shared) throws IOException;

    /** Takes note of all that is shared now, before any file is written. */
    default void shared(Map<String, String> now) {}
}
