package io.mnedc.cluster;

import io.mnedc.cluster.server.Superuser;
import java.util.List;
import java.util.Optional;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;

/**
 * Where the ensemble is, and who may use what the store puts there.
 *
 * @param servers addresses with ports and commas between them
 * @param proof what the client shows to a server, by the scheme {@code digest}
 * @param owners who may use the store's nodes
 */
record Access(String servers, Optional<String> proof, List<ACL> owners) {
    /** An ensemble in a network that only relays reach: whoever reaches it may do anything. */
    static Access open(String servers) {
        return new Access(servers, Optional.empty(), ZooDefs.Ids.OPEN_ACL_UNSAFE);
    }

    /** The server in this process. */
    static Access own(String server) {
        return new Access(server, Optional.of(Superuser.proof()), Superuser.NOBODY_ELSE);
    }

    /** Does not show the proof. */
    @Override
    public String toString() {
        return servers;
    }
}
