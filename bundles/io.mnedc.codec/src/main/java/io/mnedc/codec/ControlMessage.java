package io.mnedc.codec;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A message of the control stream, or of the data stream's handshake. Immutable. */
public sealed interface ControlMessage {
    /**
     * Device to relay, first: who it is.
     *
     * @param deviceId its unique ID
     * @param instance a random number of this start of the device, to tell a reconnect from a clone
     * @param software what it runs, such as {@code mnedc/0.1.0}
     * @param capabilities {@code CAN_…} bits of {@link Protocol}
     * @param security {@code SECURITY_…} of {@link Protocol}
     * @param info what it tells its peers
     * @param document the same, signed; null without TLS, and if it is too large for a first message
     * @param listening what multicast it takes
     */
    record Hello(
            String deviceId,
            long instance,
            String software,
            int capabilities,
            int security,
            NodeInfo info,
            @Nullable SignedInfo document,
            Listening listening)
            implements ControlMessage {
        /** Without a document. */
        public Hello(String deviceId, long instance, String software, int capabilities, int security, NodeInfo info) {
            this(deviceId, instance, software, capabilities, security, info, null, Listening.NONE);
        }

        /** {@return the same device, telling this} */
        public Hello telling(Publish said) {
            return new Hello(
                    deviceId,
                    instance,
                    software,
                    capabilities,
                    security,
                    said.info(),
                    said.document(),
                    said.listening());
        }

        /** {@return what the device tells} */
        public Publish told() {
            return new Publish(info, document, listening);
        }
    }

    /**
     * Relay to device: it is registered.
     *
     * @param minor the minor version that is spoken
     * @param sessionId names this session when the data stream is opened
     * @param secret {@value Protocol#SECRET} random bytes that bind the data stream
     * @param node the device's node number
     * @param network the pool's network address
     * @param prefixLength the pool's prefix length, 8 to 30
     * @param ulaPrefix the upper 64 bits of the IPv6 virtual addresses; the first byte is 0xfd
     * @param keepaliveMillis how often each side sends something at least, 100 to 3,600,000
     * @param relayEpoch a random number of this start of the relay
     * @param software what the relay runs
     * @param label the device's name in the overlay, as in {@link NodeRecord}
     */
    record Welcome(
            int minor,
            long sessionId,
            Opaque secret,
            int node,
            int network,
            int prefixLength,
            long ulaPrefix,
            int keepaliveMillis,
            long relayEpoch,
            String software,
            String label)
            implements ControlMessage {
        /** Without a label. */
        public Welcome(
                int minor,
                long sessionId,
                Opaque secret,
                int node,
                int network,
                int prefixLength,
                long ulaPrefix,
                int keepaliveMillis,
                long relayEpoch,
                String software) {
            this(
                    minor,
                    sessionId,
                    secret,
                    node,
                    network,
                    prefixLength,
                    ulaPrefix,
                    keepaliveMillis,
                    relayEpoch,
                    software,
                    "");
        }
    }

    /**
     * Either way: something is wrong. Its layout is the same in all versions.
     *
     * @param code the number of an {@link ErrorCode}, or one of a newer version
     * @param sentence what is wrong and what helps
     * @param fatal whether the sender closes the connection after it
     * @param retryMillis how long to wait before connecting again, at most {@value Protocol#MAX_RETRY}; 0 if unsaid
     */
    record ErrorReport(int code, String sentence, boolean fatal, int retryMillis) implements ControlMessage {
        /** {@return a fatal report} */
        public static ErrorReport fatal(ErrorCode code, String sentence) {
            return new ErrorReport(code.number(), sentence, true, 0);
        }

        /** {@return a report after which the connection goes on} */
        public static ErrorReport notice(ErrorCode code, String sentence) {
            return new ErrorReport(code.number(), sentence, false, 0);
        }
    }

    /**
     * Either way: to be answered by {@link Pong} with the same token.
     *
     * @param token anything
     */
    record Ping(long token) implements ControlMessage {}

    /**
     * The answer to a {@link Ping}.
     *
     * @param token the ping's
     */
    record Pong(long token) implements ControlMessage {}

    /**
     * Relay to device: who is there. After the welcome a snapshot comes in one or more parts, then changes. The
     * sequence grows by one with each message, so that a gap is seen.
     *
     * @param sequence 1 for the first announcement of a session
     * @param part where in a snapshot this is
     * @param changes in order
     */
    record Announce(long sequence, Part part, List<Change> changes) implements ControlMessage {
        /** Copies the list. */
        public Announce {
            changes = List.copyOf(changes);
        }
    }

    /** One announced change. */
    sealed interface Change {
        /**
         * A device joined, or is different now.
         *
         * @param node its record
         */
        record Present(NodeRecord node) implements Change {}

        /**
         * A device left.
         *
         * @param deviceId who
         */
        record Absent(String deviceId) implements Change {}
    }

    /**
     * A registered device as its peers see it. Its addresses follow from the node number.
     *
     * @param deviceId its unique ID
     * @param node its node number
     * @param software what it runs
     * @param capabilities {@code CAN_…} bits of {@link Protocol}
     * @param info what it tells its peers, for those who do not read documents
     * @param document the same, signed; null if it has not said anything signed
     * @param label its name in the overlay, which the relay has settled: a DNS label of {@code a-z 0-9 -}, at most
     *     {@value Protocol#MAX_LABEL} characters. Empty from a relay that settles none
     * @param listening what multicast it takes, as it has told the relay
     */
    record NodeRecord(
            String deviceId,
            int node,
            String software,
            int capabilities,
            NodeInfo info,
            @Nullable SignedInfo document,
            String label,
            Listening listening) {
        /** Without a label. */
        public NodeRecord(
                String deviceId,
                int node,
                String software,
                int capabilities,
                NodeInfo info,
                @Nullable SignedInfo document) {
            this(deviceId, node, software, capabilities, info, document, "", Listening.NONE);
        }

        /** Without a document. */
        public NodeRecord(String deviceId, int node, String software, int capabilities, NodeInfo info) {
            this(deviceId, node, software, capabilities, info, null);
        }
    }

    /**
     * Orchestration information that its device vouches for. A relay passes it on as it is.
     *
     * @param body an {@link InfoDocument}, encoded; at most {@value Protocol#MAX_BODY} bytes
     * @param scheme how it is signed: a SignatureScheme of TLS 1.3 (RFC 8446, section 4.2.3)
     * @param signature at most {@value Protocol#MAX_SIGNATURE} bytes
     * @param chain certificates in DER, the signer's own first, each signed by the next; at least one
     */
    record SignedInfo(Opaque body, int scheme, Opaque signature, List<Opaque> chain) {
        /** Copies the list. */
        public SignedInfo {
            chain = List.copyOf(chain);
        }

        /** {@return about how many bytes it takes on the wire} */
        public int size() {
            return body.size()
                    + signature.size()
                    + chain.stream().mapToInt(Opaque::size).sum();
        }
    }

    /**
     * Orchestration information.
     *
     * @param platform what the device runs on
     * @param executionType how it runs what is given to it
     * @param services what it offers, at most {@value Protocol#MAX_SERVICES}; in a document
     *     {@value Protocol#MAX_SIGNED_SERVICES}
     * @param attributes anything else, at most {@value Protocol#MAX_ATTRIBUTES}; keys of 1 to {@value Protocol#MAX_TEXT}
     *     visible ASCII characters without {@code =}, values of at most {@value Protocol#MAX_ATTRIBUTE_VALUE} bytes
     */
    record NodeInfo(
            String platform, String executionType, List<ServiceRecord> services, Map<String, String> attributes) {
        /** Nothing said. */
        public static final NodeInfo NONE = new NodeInfo("", "", List.of(), Map.of());

        /** Copies list and map. */
        public NodeInfo {
            services = List.copyOf(services);
            attributes = Map.copyOf(attributes);
        }

        /** Without attributes. */
        public NodeInfo(String platform, String executionType, List<ServiceRecord> services) {
            this(platform, executionType, services, Map.of());
        }
    }

    /**
     * An offered service.
     *
     * @param name what it is called
     * @param protocol how it is spoken to; may be empty
     * @param port 0 to 65,535; 0 if unsaid
     * @param attributes anything else about it, within the limits of {@link NodeInfo#attributes}
     */
    record ServiceRecord(String name, String protocol, int port, Map<String, String> attributes) {
        /** Copies the map. */
        public ServiceRecord {
            attributes = Map.copyOf(attributes);
        }

        /** Without attributes. */
        public ServiceRecord(String name, String protocol, int port) {
            this(name, protocol, port, Map.of());
        }
    }

    /**
     * Device to relay: it tells something else about itself now.
     *
     * @param info replaces the one before
     * @param document the same, signed; null without TLS
     * @param listening what multicast it takes
     */
    record Publish(NodeInfo info, @Nullable SignedInfo document, Listening listening) implements ControlMessage {
        /** Of one that takes no multicast. */
        public Publish(NodeInfo info, @Nullable SignedInfo document) {
            this(info, document, Listening.NONE);
        }

        /** Without a document. */
        public Publish(NodeInfo info) {
            this(info, null);
        }
    }

    /**
     * Device to device, passed on by the relay, which fills in the true source.
     *
     * @param source the sender's node; what a device fills in is replaced
     * @param destination the receiver's node, 1 to {@value Protocol#MAX_NODE}
     * @param kind what the payload is: 1 handshake between devices, 2 orchestration exchange (reserved)
     * @param payload at most {@value Protocol#MAX_ENVELOPE} bytes
     */
    record Envelope(int source, int destination, int kind, Opaque payload) implements ControlMessage {}

    /**
     * Device to relay: it leaves on purpose.
     *
     * @param reason a sentence for the relay's log
     */
    record Bye(String reason) implements ControlMessage {}

    /**
     * Device to relay, first and only message of an enrolment: asks for a certificate. A relay that joins the overlay sends it, too.
     *
     * @param deviceId what it wants to be called; of a relay it says nothing
     * @param joinId names the join token
     * @param joinSecret the join token's {@value Protocol#JOIN_SECRET} secret bytes
     * @param request a PKCS #10 request (RFC 2986) in DER, at most {@value Protocol#MAX_CERTIFICATE} bytes
     * @param software what it runs
     * @param role what it wants to be: {@link Protocol#ROLE_DEVICE}, {@link Protocol#ROLE_RELAY}, or what a newer version knows
     */
    record Enrol(String deviceId, long joinId, Opaque joinSecret, Opaque request, String software, int role)
            implements ControlMessage {
        /** That of a device. */
        public Enrol(String deviceId, long joinId, Opaque joinSecret, Opaque request, String software) {
            this(deviceId, joinId, joinSecret, request, software, Protocol.ROLE_DEVICE);
        }
    }

    /**
     * Device to relay: asks for a certificate that lasts longer, for the key that it has registered with.
     *
     * @param request a PKCS #10 request (RFC 2986) in DER, at most {@value Protocol#MAX_CERTIFICATE} bytes
     */
    record Renew(Opaque request) implements ControlMessage {}

    /**
     * Relay to device: what it needs to prove itself and to check others. The answer to {@link Enrol} and
     * {@link Renew}; without a chain after the welcome, and whenever the trusted certificates change.
     *
     * @param chain the device's certificates in DER, its own first; empty if they stay as they are
     * @param trusted the overlay's CA certificates in DER, which replace those before; empty if they stay
     * @param timeMillis the relay's clock, in milliseconds since 1970-01-01T00:00Z
     * @param overlay what a relay that joins must know of the overlay, {@code KEY=VALUE} each; nothing for a device
     */
    record Credentials(List<Opaque> chain, List<Opaque> trusted, long timeMillis, List<String> overlay)
            implements ControlMessage {
        /** Copies the lists. */
        public Credentials {
            chain = List.copyOf(chain);
            trusted = List.copyOf(trusted);
            overlay = List.copyOf(overlay);
        }

        /** Those of a device. */
        public Credentials(List<Opaque> chain, List<Opaque> trusted, long timeMillis) {
            this(chain, trusted, timeMillis, List.of());
        }
    }

    /**
     * Data stream, device to relay, first: which session it belongs to.
     *
     * @param sessionId of the welcome
     * @param nonce {@value Protocol#NONCE} random bytes that the relay proves itself with
     */
    record DataHello(long sessionId, Opaque nonce) implements ControlMessage {}

    /**
     * Data stream, relay to device.
     *
     * @param nonce {@value Protocol#NONCE} random bytes that the device proves itself with
     */
    record DataChallenge(Opaque nonce) implements ControlMessage {}

    /**
     * Data stream, device to relay.
     *
     * @param mac over the relay's nonce, see {@link io.mnedc.codec.session.DataBinding}
     */
    record DataProof(Opaque mac) implements ControlMessage {}

    /**
     * Data stream, relay to device: frames may flow.
     *
     * @param mac over the device's nonce
     */
    record DataReady(Opaque mac) implements ControlMessage {}

    /**
     * Relay to device: all relays of the overlay, so that the device finds another one. After the welcome, and whenever they change.
     *
     * @param relays all of them, the sender too; at most {@value Protocol#MAX_RELAYS}
     */
    record Relays(List<RelayRecord> relays) implements ControlMessage {
        /** Copies the list. */
        public Relays {
            relays = List.copyOf(relays);
        }
    }

    /**
     * A relay of the overlay.
     *
     * @param relayId its ID among the relays, of the form of a device ID
     * @param addresses where it is dialled, each {@code HOST:PORT} in ASCII of at most {@value Protocol#MAX_ADDRESS} characters; at most
     *     {@value Protocol#MAX_ADDRESSES}
     * @param load how busy it is, 0 to {@value Protocol#MAX_LOAD}: a relay with more gets fewer devices. {@value Protocol#MAX_LOAD}: none
     *     should come
     */
    record RelayRecord(String relayId, List<String> addresses, int load) {
        /** Copies the list. */
        public RelayRecord {
            addresses = List.copyOf(addresses);
        }
    }

    /**
     * Relay to relay, first, in both directions: who it is.
     *
     * @param relayId its ID among the relays of the overlay, of the form of a device ID
     * @param epoch a random number of this start of the relay
     * @param software what it runs
     * @param keepaliveMillis how often it sends something at least, {@value Protocol#MIN_KEEPALIVE} to
     *     {@value Protocol#MAX_KEEPALIVE}
     */
    record RelayHello(String relayId, long epoch, String software, int keepaliveMillis) implements ControlMessage {}

    /**
     * Relay to relay, from the one that was dialled, behind its {@link RelayHello}: how the data stream between them is opened.
     *
     * @param sessionId names the link when its data stream is opened
     * @param secret {@value Protocol#SECRET} random bytes that bind the data stream
     */
    record RelayWelcome(long sessionId, Opaque secret) implements ControlMessage {}

    /**
     * Relay to relay: which devices are registered at the sender. A snapshot comes first, in one or more parts, then changes. The
     * sequence grows by one with each message, so that a gap is seen.
     *
     * @param sequence 1 for the first one of a link
     * @param part where in a snapshot this is
     * @param changes in order; a device is in a snapshot at most once
     */
    record Registrations(long sequence, Part part, List<Registration> changes) implements ControlMessage {
        /** Copies the list. */
        public Registrations {
            changes = List.copyOf(changes);
        }
    }

    /** One changed registration. */
    sealed interface Registration {
        /** {@return whose it is} */
        String deviceId();

        /**
         * A device is registered at the sender, or is different now.
         *
         * @param node its record
         * @param groups what it belongs to in the access rules, at most {@value Protocol#MAX_GROUPS}
         * @param instance of its start, as in {@link Hello}
         * @param fence which of two registrations of the device counts
         */
        record Here(NodeRecord node, List<String> groups, long instance, Fence fence) implements Registration {
            /** Copies the list. */
            public Here {
                groups = List.copyOf(groups);
            }

            @Override
            public String deviceId() {
                return node.deviceId();
            }
        }

        /**
         * A device is not registered at the sender any more.
         *
         * @param deviceId who
         */
        record Gone(String deviceId) implements Registration {}
    }

    /**
     * Relay to relay: asks one that has the CA's key for a certificate. Answered by {@link SignAnswer}, in any order.
     *
     * @param number names the request on this link; the answer repeats it
     * @param message type and records of an {@link Enrol} or {@link Renew}, as {@link ControlCodec#body} makes them; at most
     *     {@value Protocol#MAX_HANDSHAKE_MESSAGE} bytes
     * @param chain of RENEW: the certificates of the device that asks, in DER, its own first; empty: the sender asks for itself.
     *     Empty for ENROL
     */
    record SignRequest(long number, Opaque message, List<Opaque> chain) implements ControlMessage {
        /** Copies the list. */
        public SignRequest {
            chain = List.copyOf(chain);
        }
    }

    /**
     * Relay to relay: the answer to a {@link SignRequest}.
     *
     * @param number of the request
     * @param message type and records of a {@link Credentials} or {@link ErrorReport}; at most
     *     {@value Protocol#MAX_SIGN_ANSWER} bytes
     */
    record SignAnswer(long number, Opaque message) implements ControlMessage {}

    /**
     * Relay to relay: a device was shut out, or is let in again. What the relays share says the same, perhaps later.
     *
     * @param deviceId whose certificate it is about
     * @param revoked whether it is shut out
     */
    record Revocation(String deviceId, boolean revoked) implements ControlMessage {}

    /**
     * Orders the registrations of one device at several relays: the greater one counts. A relay that registers a device takes one that
     * is greater than all that it knows of, and then has the store of the overlay decide.
     *
     * @param claim the version of the store's entry that says where the device is; 0: it never said
     * @param moves how often the device has registered elsewhere since, unknown to the store; 0: the store has decided
     */
    record Fence(long claim, int moves) implements Comparable<Fence> {
        /** Of a device that was registered nowhere yet. */
        public static final Fence NONE = new Fence(0, 0);

        /** {@return that of a registration which follows this one} */
        public Fence moved() {
            return new Fence(claim, moves == Integer.MAX_VALUE ? moves : moves + 1);
        }

        /** {@return whether the store has decided} */
        public boolean settled() {
            return moves == 0 && claim > 0;
        }

        @Override
        public int compareTo(Fence other) {
            int byClaim = Long.compare(claim, other.claim);
            return byClaim != 0 ? byClaim : Integer.compare(moves, other.moves);
        }
    }

    /**
     * A message of a newer version, to be ignored.
     *
     * @param type its number
     */
    record Unknown(int type) implements ControlMessage {}

    /** {@return the error code of a report, if this version knows it} */
    static Optional<ErrorCode> codeOf(ErrorReport report) {
        return ErrorCode.of(report.code());
    }
}
