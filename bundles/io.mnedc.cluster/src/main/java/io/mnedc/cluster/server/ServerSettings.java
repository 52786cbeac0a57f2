package io.mnedc.cluster.server;

import java.nio.file.Path;

/**
 * What the server of a relay needs to know.
 *
 * @param member HOST:PORT where the servers of the other relays reach it
 * @param directory for its files alone
 * @param identity the relay's directory with its key and certificate, its setting {@code data.dir}
 * @param overlay the name of an overlay that begins here
 * @param join the join token of a relay that joins another one; empty: the overlay begins here
 * @param alone a wish to go on without the others, any text; empty: none
 */
public record ServerSettings(String member, Path directory, Path identity, String overlay, String join, String alone) {
    /**
     * {@return whether a server that runs with these settings need not be started again for other ones} The name and the token count at its
     * very first start only, and a wish that is taken back changes nothing.
     */
    public boolean suffices(ServerSettings other) {
        return member.equals(other.member)
                && directory.equals(other.directory)
                && identity.equals(other.identity)
                && (other.alone.isEmpty() || other.alone.equals(alone));
    }

    /** Does not show the token. */
    @Override
    public String toString() {
        return "server " + member + " in " + directory + (join.isEmpty() ? "" : ", which joins by a token");
    }
}
