package io.mnedc.cluster.server;

import io.mnedc.api.identity.Identity;
import io.mnedc.security.OverlayTls;
import io.mnedc.security.OverlayTrust;
import io.mnedc.security.PeerName;
import io.mnedc.security.PeerTrust;
import io.mnedc.security.Role;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.apache.zookeeper.common.QuorumX509Util;
import org.apache.zookeeper.common.X509Exception.SSLContextException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS 1.3 between servers: each shows the certificate of its relay, and believes relays of its overlay that were not removed. ZooKeeper
 * itself knows key stores only. The identity is asked for at each connection, so a renewed certificate counts at once.
 */
public final class ServerTls extends QuorumX509Util {
    /** ALPN (RFC 7301) of a connection between two servers. */
    private static final String PROTOCOL = "mnedc-ensemble/1";

    private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);
    private static final int FIRST_BYTES_MILLIS = 5_000;

    /** Who this relay is now. */
    @FunctionalInterface
    public interface Shown {
        Identity identity() throws GeneralSecurityException;
    }

    private final Shown shown;
    private final Predicate<X509Certificate> removed;
    private final InstantSource clock;
    private final Map<Socket, X509Certificate> connections = new ConcurrentHashMap<>();

    /**
     * Connects nobody yet.
     *
     * @param removed whether a relay must stay out though its certificate is good
     */
    public ServerTls(Shown shown, Predicate<X509Certificate> removed, InstantSource clock) {
        this.shown = shown;
        this.removed = removed;
        this.clock = clock;
    }

    private SSLContext context() throws SSLContextException {
        try {
            Identity now = shown.identity();
            return OverlayTls.context(
                    now, PeerTrust.ofSockets((chain, socket) -> believe(chain, socket, now.trusted())));
        } catch (GeneralSecurityException e) {
            throw new SSLContextException("this relay has no identity for its server of the ensemble", e);
        }
    }

    private void believe(List<X509Certificate> chain, @Nullable Socket socket, Set<X509Certificate> trusted)
            throws CertificateException {
        // a relay has this certificate at its other doors, too
        if (!(socket instanceof SSLSocket secured) || !PROTOCOL.equals(secured.getHandshakeApplicationProtocol())) {
            throw new CertificateException("the other end does not speak " + PROTOCOL);
        }
        PeerName name = OverlayTrust.check(chain, Role.RELAY, trusted, clock.instant(), Duration.ZERO);
        if (!name.named()) {
            throw new CertificateException("the certificate does not say that it is a relay's of this overlay");
        }
        if (removed.test(chain.get(0))) {
            throw new CertificateException("this relay was removed from the overlay");
        }
        connections.put(socket, chain.get(0));
    }

    /** Ends the connections of relays that were removed since they were made: ZooKeeper leaves them. */
    void cutRemoved() {
        connections.forEach((socket, certificate) -> {
            if (socket.isClosed()) {
                connections.remove(socket);
            } else if (removed.test(certificate)) {
                connections.remove(socket);
                try {
                    socket.close();
                } catch (IOException e) {
                    LOG.debug("it has ended already", e);
                }
            }
        });
    }

    @Override
    public int getSslHandshakeTimeoutMillis() {
        return FIRST_BYTES_MILLIS;
    }

    @Override
    public SSLSocket createSSLSocket() throws SSLContextException, IOException {
        return set((SSLSocket) context().getSocketFactory().createSocket(), true);
    }

    @Override
    public SSLSocket createSSLSocket(Socket socket, byte @Nullable [] read) throws SSLContextException, IOException {
        byte[] first = read == null ? new byte[0] : read;
        return set(
                (SSLSocket) context().getSocketFactory().createSocket(socket, new ByteArrayInputStream(first), true),
                false);
    }

    private static SSLSocket set(SSLSocket socket, boolean client) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3"});
        parameters.setApplicationProtocols(new String[] {PROTOCOL});
        parameters.setNeedClientAuth(!client);
        socket.setSSLParameters(parameters);
        socket.setUseClientMode(client);
        return socket;
    }
}
