package io.mnedc.cluster.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.PurgeTxnLog;
import org.apache.zookeeper.server.ZKDatabase;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;
import org.apache.zookeeper.server.quorum.RelayPeer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server of ZooKeeper, from its start to its end; another start is another object. Used by one thread, but for {@link #led}. */
final class EnsembleServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EnsembleServer.class);
    private static final int ELECTION = 3;
    private static final int BACKLOG = 16;
    private static final int END_SECONDS = 30;
    private static final int STEP_MILLIS = 250;

    private final EnsembleFiles files;
    private final ServerTls tls;
    private final NIOServerCnxnFactory clients;
    private final RelayPeer peer;
    private final int ends = Preparation.ends();

    private EnsembleServer(EnsembleFiles files, ServerTls tls, NIOServerCnxnFactory clients, RelayPeer peer) {
        this.files = files;
        this.tls = tls;
        this.clients = clients;
        this.peer = peer;
    }

    /**
     * Starts it. The thread's context class loader must be this bundle's, as ZooKeeper looks up classes by it.
     *
     * @throws IOException if it cannot be; the message has the cure
     */
    static EnsembleServer start(EnsembleFiles files, ServerTls tls) throws IOException {
        Preparation.server();
        files.refresh();
        var config = new QuorumPeerConfig();
        try {
            config.parse(files.configuration().toString());
        } catch (QuorumPeerConfig.ConfigException e) {
            throw new IOException("the server of the ensemble in " + files.configuration() + " cannot be set up", e);
        }
        if (config.getClientPortAddress() == null) {
            throw new IOException("the server in " + files.data()
                    + " is not in the ensemble's list of servers: it was removed. To bring it back, remove that directory and"
                    + " the relay's relay.crt.pem and relay.key.pem, and join again with a new token");
        }
        int port = config.getClientPortAddress().getPort();
        var clients = new NIOServerCnxnFactory();
        try {
            clients.configure(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    config.getMaxClientCnxns(),
                    BACKLOG,
                    false);
        } catch (IOException e) {
            throw new IOException(
                    "port " + port + " of this host cannot be used for the ensemble's server (" + e.getMessage()
                            + "): end what uses it, or choose another port in member",
                    e);
        }
        EnsembleServer made = null;
        try {
            RelayPeer peer = peer(config, files, clients, tls);
            made = new EnsembleServer(files, tls, clients, peer);
            peer.start();
            return made;
        } catch (IOException | RuntimeException e) {
            if (made != null) {
                made.close();
            } else {
                clients.shutdown();
            }
            throw new IOException(
                    "the server of the ensemble in " + files.data() + " cannot be started: " + e.getMessage(), e);
        }
    }

    private static RelayPeer peer(
            QuorumPeerConfig config, EnsembleFiles files, NIOServerCnxnFactory clients, ServerTls tls)
            throws IOException {
        // else it looks for a web server, and warns at length that there is none
        RelayPeer peer = Preparation.with(
                "zookeeper.admin.enableServer",
                "false",
                () -> new RelayPeer(tls, files.configuration().toString()));
        peer.setTxnFactory(new FileTxnSnapLog(config.getDataLogDir(), config.getDataDir()));
        peer.setElectionType(ELECTION);
        peer.setMyid(config.getServerId());
        peer.setTickTime(config.getTickTime());
        peer.setMinSessionTimeout(config.getMinSessionTimeout());
        peer.setMaxSessionTimeout(config.getMaxSessionTimeout());
        peer.setInitLimit(config.getInitLimit());
        peer.setSyncLimit(config.getSyncLimit());
        peer.setZKDatabase(new ZKDatabase(peer.getTxnFactory()));
        peer.setQuorumVerifier(config.getQuorumVerifier(), false);
        if (config.getLastSeenQuorumVerifier() != null) {
            peer.setLastSeenQuorumVerifier(config.getLastSeenQuorumVerifier(), false);
        }
        peer.initConfigInZKDatabase();
        peer.setCnxnFactory(clients);
        peer.setSslQuorum(true);
        peer.setUsePortUnification(false);
        peer.setLearnerType(config.getPeerType());
        peer.setSyncEnabled(true);
        peer.setQuorumListenOnAllIPs(true);
        peer.initialize();
        return peer;
    }

    /** {@return where the relay of this process connects} */
    String clientAddress() {
        return "127.0.0.1:" + clients.getLocalPort();
    }

    /** {@return whether it follows a leader or leads, so that it answers} */
    boolean serves() {
        return peer.serves();
    }

    /** {@return whether it will never work again} */
    boolean broken() {
        return !peer.isAlive() || Preparation.ends() != ends;
    }

    /** {@return the numbers of the servers that this one leads and that are up to date, its own among them; empty if it leads none} */
    Set<Integer> led() {
        return peer.led();
    }

    /** Ends the connections of relays that were removed since they were made. */
    void cutRemoved() {
        tls.cutRemoved();
    }

    /** Removes snapshots and logs that are not needed any more. */
    void purge() throws IOException {
        PurgeTxnLog.purge(files.data().toFile(), files.data().toFile(), files.snapshots());
    }

    /** Ends it and its threads, within 30 seconds. */
    @Override
    public void close() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS);
        boolean interrupted = Thread.interrupted();
        try {
            // once is not enough: an election that ends in the same moment makes another server
            do {
                peer.shutdown();
                interrupted |= joined();
            } while (peer.isAlive() && System.nanoTime() < end);
            peer.shutdown();
            clients.shutdown();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        if (peer.isAlive()) {
            LOG.warn("the server of the ensemble does not end");
        }
    }

    /** Waits a moment. {@return whether somebody has interrupted that} */
    private boolean joined() {
        try {
            peer.join(STEP_MILLIS);
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }
}
