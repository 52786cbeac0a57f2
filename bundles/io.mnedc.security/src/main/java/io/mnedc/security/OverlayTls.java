package io.mnedc.security;

import io.mnedc.api.identity.Identity;
import java.security.GeneralSecurityException;
import java.security.Provider;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS contexts and engines of the overlay: TLS 1.3 (RFC 8446) and nothing older, ALPN (RFC 7301) always, sessions never
 * resumed. A resumed session would skip the check of the certificate, and the few connections that live for hours do not
 * need the time it saves. Thread-safe; an engine is not.
 */
public final class OverlayTls {
    /** ALPN of a control stream: both ends show a certificate. */
    public static final String CONTROL = "mnedc-control/1";
    /** ALPN of an enrolment: only the relay shows one. */
    public static final String ENROL = "mnedc-enrol/1";
    /** ALPN of a handshake between two devices. */
    public static final String PEER = "mnedc-peer/1";

    /** ALPN of a control stream between two relays of an overlay: both ends show a relay's certificate. */
    public static final String LINK = "mnedc-link/1";

    private static final Logger LOG = LoggerFactory.getLogger(OverlayTls.class);

    private static final String[] PROTOCOLS = {"TLSv1.3"};
    private static final String[] SUITES = {
        "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"
    };
    /** RFC 8446, section 4.6.1: no ticket lives longer; the JDK issues none when its sessions would. */
    private static final int LONGER_THAN_A_TICKET_MAY_LIVE = 7 * 24 * 3600 + 1;

    private OverlayTls() {}

    /**
     * Makes a context of the Java runtime's.
     *
     * @see #context(Provider, Identity, X509ExtendedTrustManager)
     */
    public static SSLContext context(@Nullable Identity identity, X509ExtendedTrustManager trust)
            throws GeneralSecurityException {
        return context(null, identity, trust);
    }

    /**
     * Makes a context; it serves any number of engines of either side.
     *
     * @param provider who makes it, if it can show the identity; null, or if not: the Java runtime
     * @param identity what to show; null: nothing, for enrolment
     * @param trust who is believed
     * @return the context
     * @throws GeneralSecurityException when the platform lacks TLS 1.3
     */
    public static SSLContext context(
            @Nullable Provider provider, @Nullable Identity identity, X509ExtendedTrustManager trust)
            throws GeneralSecurityException {
        SSLContext context = context(identity == null || everybodyCanShow(identity) ? provider : null);
        KeyManager[] keys = identity == null ? new KeyManager[0] : new KeyManager[] {new FixedKey(identity)};
        context.init(keys, new TrustManager[] {trust}, null);
        context.getServerSessionContext().setSessionTimeout(LONGER_THAN_A_TICKET_MAY_LIVE);
        context.getServerSessionContext().setSessionCacheSize(1);
        context.getClientSessionContext().setSessionCacheSize(1);
        return context;
    }

    /**
     * An engine of the side that dials.
     *
     * @param context with trust for the other side
     * @param alpn the one protocol to offer
     * @return a new engine, in client mode
     */
    public static SSLEngine client(SSLContext context, String alpn) {
        // without host and port: the JDK finds no session to resume
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(true);
        engine.setSSLParameters(parameters(alpn));
        return engine;
    }

    /**
     * An engine of the side that is dialled. It asks for a certificate; unless {@code required}, a client may show none,
     * and the caller looks at the session.
     *
     * @param context with an identity
     * @param required whether the handshake fails without the client's certificate
     * @param alpn the protocols to accept, by preference; a client that offers none of them is refused, or nothing is agreed
     *     on as with one that offers no ALPN at all: look at {@link SSLEngine#getApplicationProtocol}
     * @return a new engine, in server mode
     */
    public static SSLEngine server(SSLContext context, boolean required, String... alpn) {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = parameters(alpn);
        if (required) {
            parameters.setNeedClientAuth(true);
        } else {
            parameters.setWantClientAuth(true);
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** Keys in hardware sign through the Java runtime, and not all TLS knows Ed25519, say. */
    private static boolean everybodyCanShow(Identity identity) {
        return identity.key().getEncoded() != null
                && Keys.everybodyKnows(identity.chain().get(0).getPublicKey());
    }

    /** The bundle of a provider may go at any time, with what it has not loaded yet. */
    private static SSLContext context(@Nullable Provider provider) throws GeneralSecurityException {
        if (provider != null) {
            try {
                return SSLContext.getInstance("TLSv1.3", provider);
            } catch (LinkageError e) {
                LOG.debug("{} is gone", provider.getName(), e);
            }
        }
        return SSLContext.getInstance("TLSv1.3");
    }

    private static SSLParameters parameters(String... alpn) {
        SSLParameters parameters = new SSLParameters(SUITES.clone(), PROTOCOLS.clone());
        parameters.setApplicationProtocols(alpn.clone());
        return parameters;
    }
}
