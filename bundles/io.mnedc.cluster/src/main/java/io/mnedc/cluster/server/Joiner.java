package io.mnedc.cluster.server;

import io.mnedc.cluster.join.JoinException;
import io.mnedc.cluster.join.Joined;
import io.mnedc.security.JoinToken;
import java.io.IOException;
import java.nio.file.Path;

/** Redeems the join token of a relay, and puts key and certificate into the relay's directory. May be called again after a failure. */
@FunctionalInterface
public interface Joiner {
    /** See {@link io.mnedc.cluster.join.Joining#join}. */
    Joined join(JoinToken token, Path identity) throws JoinException, IOException;
}
