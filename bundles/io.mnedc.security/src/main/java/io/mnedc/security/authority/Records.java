package io.mnedc.security.authority;

import io.mnedc.security.RefusedException;
import io.mnedc.security.files.RecordFile;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/** Where join tokens and enrolments are kept: a record for each name of a kind. Thread-safe, and safe beside other processes. */
interface Records {
    /** What there is; the name of its directory. */
    enum Kind {
        TOKENS("tokens"),
        DEVICES("devices");

        private final String directory;

        Kind(String directory) {
            this.directory = directory;
        }

        @Override
        public String toString() {
            return directory;
        }
    }

    /**
     * A record as it was read.
     *
     * @param place where it is, in messages
     * @param text of its fields
     */
    record Stored(Object place, String text) {
        Properties fields() throws IOException {
            return RecordFile.parse(place, text);
        }
    }

    /** A change that is being put together. What it has found must be so still when it is made, or it is put together again. */
    interface Draft {
        Optional<Stored> find(Kind kind, String name) throws IOException;

        /** Under the condition that the device is not revoked meanwhile. */
        void unlessRevoked(String deviceId);

        /**
         * Gives a relay its number in the ensemble, the same again for the same key.
         *
         * @param key the fingerprint of its key
         * @throws RefusedException if no relay can join; the message has the cure
         */
        EnsembleMember member(String key) throws RefusedException;

        /** In this order, if a crash cuts the change in two. */
        void put(Kind kind, String name, Properties fields);

        void remove(Kind kind, String name);
    }

    /**
     * Puts a change together. Perhaps several times; only the last one counts.
     *
     * @param <T> what comes of it
     * @param <X> why it may be refused
     */
    interface Change<T, X extends Exception> {
        T draft(Draft draft) throws IOException, X;
    }

    /** {@return the name of a device's record} */
    String nameOf(String deviceId);

    Optional<Stored> find(Kind kind, String name) throws IOException;

    /** {@return the names of all} */
    Set<String> names(Kind kind) throws IOException;

    /** {@return a number that is another one when there may be others} */
    long stamp(Kind kind);

    /** {@return when it was written; {@link Instant#MAX} if that is not known} */
    Instant written(Kind kind, String name) throws IOException;

    /**
     * Checks that a change can be made, as far as is known.
     *
     * @throws IOException if it cannot
     */
    void checkReady() throws IOException;

    /** {@return how many there may be} */
    int most(Kind kind);

    /**
     * Makes a change, all of it or nothing.
     *
     * @throws IOException if it could not be made
     */
    <T, X extends Exception> T change(Change<T, X> change) throws IOException, X;
}
