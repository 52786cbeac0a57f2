package io.mnedc.device.seal;

import io.mnedc.api.text.PlainText;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.PeerHandshake;
import io.mnedc.codec.ProtocolException;
import io.mnedc.codec.SealMessage;
import io.mnedc.device.seal.SealingException.Kind;
import io.mnedc.transport.TlsInMemory;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One end of one handshake: TLS 1.3 between two devices, and inside it the agreement on keys for both directions.
 *
 * <pre>
 * initiator                                     responder
 *    |-- TLS ClientHello ------------------------->|
 *    |<-------- TLS ServerHello ... Finished ------|
 *    |-- TLS Certificate ... Finished, OFFER ----->|  checks the peer, can open what the initiator seals
 *    |<------------------------------- ACCEPT -----|
 *    |  can open what the responder seals; seals   |
 *    |-- CONFIRM --------------------------------->|  seals, too; at the latest when the first sealed frame comes
 * </pre>
 *
 * The TLS session is used for nothing else: the next keys come from another handshake.
 */
final class SealingHandshake {
    private static final String PROTOCOL = "TLSv1.3";

    /** Alerts of a peer that does not believe this device (RFC 8446, section 6.2), as the JDK's messages name them. */
    private static final Pattern REFUSALS = Pattern.compile("certificate_|bad_certificate|unknown_ca|access_denied");

    private final long id;
    private final boolean initiator;
    private final String peerId;
    private final PeerEngines engines;
    private final List<SealCipher> ciphers;
    private final SealMessage.Keys own;
    private final TlsInMemory tls;
    private int heardParts;
    private int saidParts;
    private boolean admitted;
    private boolean complete;
    private @Nullable Opener opener;
    private @Nullable Sealer sealer;

    /**
     * Nothing is sent before {@link #begin}.
     *
     * @param id names it
     * @param initiator whether this end begins it
     * @param peerId who must be at the other end
     * @param engines where its engine comes from, and who admits the peer
     * @param ciphers what this end can use
     * @param own what this end will seal with
     * @throws SealingException if there is no engine
     */
    SealingHandshake(
            long id,
            boolean initiator,
            String peerId,
            PeerEngines engines,
            List<SealCipher> ciphers,
            SealMessage.Keys own)
            throws SealingException {
        this.id = id;
        this.initiator = initiator;
        this.peerId = peerId;
        this.engines = engines;
        this.ciphers = ciphers;
        this.own = own;
        try {
            this.tls = new TlsInMemory(engines.engine(peerId, initiator));
        } catch (GeneralSecurityException e) {
            throw new SealingException("no TLS here: " + e.getMessage(), Kind.LASTING);
        }
    }

    long id() {
        return id;
    }

    boolean initiator() {
        return initiator;
    }

    /** Begins: an initiator has a part to send then. */
    void begin() throws SealingException {
        try {
            tls.begin();
        } catch (SSLException e) {
            throw failure(e);
        }
    }

    /**
     * Takes a part of the peer's. Those that came before are ignored.
     *
     * @return whether it was the next one
     * @throws SealingException if the handshake has failed; there may still be something to send
     */
    boolean received(PeerHandshake part) throws SealingException {
        if (part.sequence() < heardParts) {
            return false;
        }
        if (part.sequence() > heardParts) {
            throw new SealingException("part " + heardParts + " of its handshake was lost", Kind.PASSING);
        }
        heardParts++;
        try {
            tls.received(part.tls().bytes());
            if (!admitted && tls.secured()) {
                admit();
            }
            if (admitted) {
                listen();
            }
        } catch (SSLException e) {
            throw failure(e);
        } catch (ProtocolException e) {
            throw new SealingException(PlainText.of(e), Kind.LASTING);
        }
        if (tls.closed() && !complete) {
            throw new SealingException("the peer does not want to talk to this device", Kind.REFUSED);
        }
        return true;
    }

    private static SealingException failure(SSLException e) {
        Throwable cause = e;
        while (cause.getCause() != null && !(cause instanceof CertificateException)) {
            cause = cause.getCause();
        }
        String message = PlainText.of(e);
        if (cause instanceof CertificateException) {
            return new SealingException(PlainText.of(cause), Kind.REFUSED);
        }
        return new SealingException(message, REFUSALS.matcher(message).find() ? Kind.REFUSED : Kind.LASTING);
    }

    private void admit() throws SealingException, SSLException {
        if (!PROTOCOL.equals(tls.session().getProtocol()) || !PeerEngines.ALPN.equals(tls.applicationProtocol())) {
            throw new SealingException(
                    "the peer speaks " + tls.session().getProtocol() + ", application protocol \""
                            + tls.applicationProtocol() + "\"",
                    Kind.LASTING);
        }
        try {
            engines.admit(peerId, tls.session());
        } catch (CertificateException e) {
            tls.close();
            throw new SealingException(PlainText.of(e), Kind.REFUSED);
        }
        admitted = true;
        if (initiator) {
            tls.say(new SealMessage.Offer(
                            ciphers.stream().map(SealCipher::number).toList(), own)
                    .encode());
        }
    }

    private void listen() throws ProtocolException, SealingException, SSLException {
        ByteBuffer heard = tls.heard();
        for (SealMessage message = SealMessage.decode(heard); message != null; message = SealMessage.decode(heard)) {
            heard(message);
        }
    }

    private void heard(SealMessage message) throws SealingException, SSLException {
        if (message instanceof SealMessage.Unknown) {
            return;
        }
        if (!initiator && opener == null && message instanceof SealMessage.Offer offer) {
            SealCipher chosen = SealCipher.choose(offer.ciphers(), ciphers)
                    .orElseThrow(() -> new SealingException(
                            "no cipher in common: the peer has numbers " + offer.ciphers() + ", this device " + ciphers,
                            Kind.LASTING));
            agree(chosen, offer.keys());
            tls.say(new SealMessage.Accept(chosen.number(), own).encode());
        } else if (initiator && opener == null && message instanceof SealMessage.Accept accept) {
            agree(
                    ciphers.stream()
                            .filter(each -> each.number() == accept.cipher())
                            .findFirst()
                            .orElseThrow(() -> new SealingException(
                                    "the peer chose cipher " + accept.cipher() + ", which was not offered",
                                    Kind.LASTING)),
                    accept.keys());
            tls.say(new SealMessage.Confirm().encode());
            complete = true;
        } else if (!initiator && opener != null && message instanceof SealMessage.Confirm) {
            complete = true;
        } else {
            throw new SealingException(
                    "the peer sent " + message.getClass().getSimpleName() + ", which is not allowed here",
                    Kind.LASTING);
        }
    }

    private void agree(SealCipher chosen, SealMessage.Keys peer) {
        opener = new Opener(chosen, peer);
        sealer = new Sealer(chosen, own);
    }

    /** {@return what opens the peer's frames; null while that is not agreed} */
    @Nullable
    Opener opener() {
        return opener;
    }

    /** {@return what seals for the peer; null while that is not agreed} */
    @Nullable
    Sealer sealer() {
        return sealer;
    }

    /** {@return whether the peer opens what this end seals, and this end may forget the handshake} */
    boolean complete() {
        return complete;
    }

    /** Ends it; nothing else may be called afterwards. */
    void release() {
        tls.release();
    }

    /** {@return parts to send, in order, which are taken} */
    List<Opaque> output() {
        byte[] bytes = tls.output();
        List<Opaque> parts = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += PeerHandshake.MAX_TLS) {
            byte[] piece = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + PeerHandshake.MAX_TLS));
            parts.add(new PeerHandshake(initiator, id, saidParts++, Opaque.copyOf(piece)).encode());
        }
        return parts;
    }
}
