package io.mnedc.cluster.server;

import java.io.IOException;
import java.nio.file.Path;

/** Redeems the join token of a relay. */
@FunctionalInterface
public interface Joiner {
    /**
     * What a relay is told that joins.
     *
     * @param overlay the name of the overlay
     * @param number of its server
     * @param servers those inside the other relays that vote, as {@link ServerEntry#all} reads them; empty if there are none
     * @param external those of an ensemble of the operator's, HOST:PORT with commas between; empty if there are none
     */
    record Joined(String overlay, int number, String servers, String external) {}

    /**
     * Has the token redeemed, and puts key and certificate into the relay's directory. May be called again after a failure.
     *
     * @param token as text
     * @param identity the relay's directory
     * @throws IOException if that cannot be; the message has the cure and not the token
     */
    Joined join(String token, Path identity) throws IOException;
}
