package io.mnedc.codec.session;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.Publish;
import io.mnedc.codec.ControlMessage.Registration;
import io.mnedc.codec.ControlMessage.RelayHello;
import io.mnedc.codec.ControlMessage.RelayWelcome;
import io.mnedc.codec.ControlMessage.Relays;
import io.mnedc.codec.ControlMessage.Revocation;
import io.mnedc.codec.ControlMessage.SignAnswer;
import io.mnedc.codec.ControlMessage.SignRequest;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Part;
import java.util.List;

/** What a state machine wants to be done, in order. */
public sealed interface Effect {
    /**
     * Send a message.
     *
     * @param message what
     */
    record Send(ControlMessage message) implements Effect {}

    /**
     * Close the connection, once everything is sent.
     *
     * @param why for the log
     */
    record Close(String why) implements Effect {}

    /**
     * Relay: lease an address and call {@link RelaySession#leased} or {@link RelaySession#refused}.
     *
     * @param hello who asks
     */
    record Lease(Hello hello) implements Effect {}

    /**
     * Relay: the device tells something else about itself.
     *
     * @param publication what
     */
    record Published(Publish publication) implements Effect {}

    /**
     * Relay: pass on to the destination. Device: an envelope came.
     *
     * @param envelope as received; its source is not to be trusted by a relay
     */
    record Forward(Envelope envelope) implements Effect {}

    /**
     * Relay: the device asks for a certificate that lasts longer.
     *
     * @param request a PKCS #10 request in DER, not checked
     */
    record Renewal(Opaque request) implements Effect {}

    /**
     * Device: the relay tells its time, and certificates if there are other ones.
     *
     * @param credentials as received
     */
    record Credentialed(Credentials credentials) implements Effect {}

    /**
     * Device: the relay has registered it.
     *
     * @param welcome with the lease and the data stream's secret
     */
    record Registered(Welcome welcome) implements Effect {}

    /**
     * Device: everybody who is there; who is not in it has left.
     *
     * @param nodes all registered devices, or the first of them
     * @param leftOut how many more there are, above the {@link PeerBound}
     */
    record Snapshot(List<NodeRecord> nodes, long leftOut) implements Effect {
        /**
         * All of them.
         *
         * @param nodes all registered devices
         */
        public Snapshot(List<NodeRecord> nodes) {
            this(nodes, 0);
        }
    }

    /**
     * Device: who came, changed or left.
     *
     * @param changes in order
     */
    record Changes(List<Change> changes) implements Effect {}

    /**
     * The peer reports a problem.
     *
     * @param report what
     */
    record Reported(ErrorReport report) implements Effect {}

    /**
     * Relay: a data stream has proved that it belongs to a session.
     *
     * @param sessionId which
     */
    record Bound(long sessionId) implements Effect {}

    /**
     * Device: all relays of the overlay.
     *
     * @param relays as received
     */
    record RelaysTold(Relays relays) implements Effect {}

    /**
     * Relay: another relay says who it is. The one that was dialled calls {@link LinkSession#accepted} or {@link
     * LinkSession#refused}.
     *
     * @param hello as received; the ID is to be checked against the certificate
     */
    record Greeted(RelayHello hello) implements Effect {}

    /**
     * Relay: the link to another relay is up, seen from the one that dialled.
     *
     * @param welcome with the data stream's secret
     */
    record Linked(RelayWelcome welcome) implements Effect {}

    /**
     * Relay: which devices are registered at another relay.
     *
     * @param part where in a snapshot this is
     * @param changes in order
     */
    record RegisteredThere(Part part, List<Registration> changes) implements Effect {}

    /**
     * Relay: another relay asks for a certificate.
     *
     * @param request as received; nothing of it is checked
     */
    record SignatureWanted(SignRequest request) implements Effect {}

    /**
     * Relay: another relay answers a request for a certificate, or what was never asked.
     *
     * @param answer as received; nothing of it is checked
     */
    record SignatureAnswered(SignAnswer answer) implements Effect {}

    /**
     * Relay: another relay says that a device was shut out, or is let in again.
     *
     * @param revocation as received
     */
    record RevokedThere(Revocation revocation) implements Effect {}
}
