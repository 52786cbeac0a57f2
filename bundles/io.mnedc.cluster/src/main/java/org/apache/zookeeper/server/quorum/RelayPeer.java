package org.apache.zookeeper.server.quorum;

import java.util.HashSet;
import java.util.Set;
import javax.security.sasl.SaslException;
import org.apache.zookeeper.common.QuorumX509Util;
import org.apache.zookeeper.server.ZooKeeperServer;

/** A server with TLS of ours. */
public final class RelayPeer extends QuorumPeer {
    private final QuorumX509Util tls;

    /**
     * Makes a server that is not started; its setters must be called before.
     *
     * @param configuration its file, in which it notes where the newest list of servers is
     */
    public RelayPeer(QuorumX509Util tls, String configuration) throws SaslException {
        this.tls = tls;
        setConfigFileName(configuration);
    }

    @Override
    QuorumX509Util getX509Util() {
        return tls;
    }

    /** {@return whether it answers clients now: it follows a leader, or leads} */
    public boolean serves() {
        ZooKeeperServer active = getActiveServer();
        return active != null && active.isRunning();
    }

    /** {@return the numbers of the servers that this one leads and that are up to date, its own among them; empty if it does not lead} */
    public Set<Integer> led() {
        Leader now = leader;
        Set<Integer> numbers = new HashSet<>();
        if (now != null && serves()) {
            numbers.add((int) getMyId());
            now.getLearners().stream().filter(each -> each.synced()).forEach(each -> numbers.add((int) each.getSid()));
        }
        return numbers;
    }
}
