package io.mnedc.codec;

import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Bye;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.DataChallenge;
import io.mnedc.codec.ControlMessage.DataHello;
import io.mnedc.codec.ControlMessage.DataProof;
import io.mnedc.codec.ControlMessage.DataReady;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ControlMessage.Pong;
import io.mnedc.codec.ControlMessage.Publish;
import io.mnedc.codec.ControlMessage.Registrations;
import io.mnedc.codec.ControlMessage.RelayHello;
import io.mnedc.codec.ControlMessage.RelayWelcome;
import io.mnedc.codec.ControlMessage.Relays;
import io.mnedc.codec.ControlMessage.Renew;
import io.mnedc.codec.ControlMessage.Revocation;
import io.mnedc.codec.ControlMessage.SignAnswer;
import io.mnedc.codec.ControlMessage.SignRequest;
import io.mnedc.codec.ControlMessage.Unknown;
import io.mnedc.codec.ControlMessage.Welcome;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Control messages to bytes and back: length u32, type u16, then records of tag u16, length u16, value. The length
 * counts what follows it. Stateless and thread-safe.
 */
public final class ControlCodec {
    /** Bytes of the length field. */
    public static final int LENGTH_FIELD = 4;

    private static final int TYPE_FIELD = 2;

    private static final int HELLO = 1;
    private static final int WELCOME = 2;
    private static final int ERROR = 3;
    private static final int PING = 4;
    private static final int PONG = 5;
    static final int ANNOUNCE = 6;
    private static final int PUBLISH = 7;
    private static final int ENVELOPE = 8;
    private static final int BYE = 9;
    private static final int ENROL = 10;
    private static final int RENEW = 11;
    private static final int CREDENTIALS = 12;
    private static final int RELAYS = 13;
    private static final int DATA_HELLO = 16;
    private static final int DATA_CHALLENGE = 17;
    private static final int DATA_PROOF = 18;
    private static final int DATA_READY = 19;

    private static final int RELAY_HELLO = 32;
    private static final int RELAY_WELCOME = 33;
    static final int REGISTRATIONS = 34;
    private static final int SIGN_REQUEST = 35;
    private static final int SIGN_ANSWER = 36;
    private static final int REVOCATION = 37;

    private ControlCodec() {}

    /**
     * Checks a length field before anything is allocated for it.
     *
     * @param length the field's value
     * @param most what is allowed now: {@link Protocol#MAX_HANDSHAKE_MESSAGE} or {@link Protocol#MAX_MESSAGE}
     * @return the length
     * @throws ProtocolException {@link ErrorCode#PROTOCOL_VIOLATION} if it is less than a type field,
     *     {@link ErrorCode#TOO_LARGE} if it is more than allowed
     */
    public static int checkLength(int length, int most) throws ProtocolException {
        if (length < TYPE_FIELD || length > most) {
            throw new ProtocolException(
                    length >= 0 && length < TYPE_FIELD ? ErrorCode.PROTOCOL_VIOLATION : ErrorCode.TOO_LARGE,
                    "control message of " + Integer.toUnsignedString(length) + " bytes is not in " + TYPE_FIELD + ".."
                            + most);
        }
        return length;
    }

    /**
     * Writes a message.
     *
     * @param message what to write
     * @return its bytes, length field included, ready to be read
     * @throws IllegalArgumentException if a field is not what {@link #decode} would accept. Sentences and software
     *     names are shortened instead, and control characters in texts replaced
     */
    public static ByteBuffer encode(ControlMessage message) {
        RecordWriter records = new RecordWriter();
        int type = write(message, records);
        int length = TYPE_FIELD + records.size();
        if (length > Protocol.MAX_MESSAGE) {
            throw new IllegalArgumentException(
                    message.getClass().getSimpleName() + " of " + length + " bytes is over " + Protocol.MAX_MESSAGE);
        }
        ByteBuffer out =
                ByteBuffer.allocate(LENGTH_FIELD + length).putInt(length).putShort((short) type);
        records.writeTo(out);
        return out.flip();
    }

    /**
     * Writes a message that another one carries.
     *
     * @param message what to write
     * @return type and records, without a length field, as {@link #decode} takes them
     * @throws IllegalArgumentException as {@link #encode}
     */
    public static Opaque body(ControlMessage message) {
        byte[] encoded = encode(message).array();
        return Opaque.owning(Arrays.copyOfRange(encoded, LENGTH_FIELD, encoded.length));
    }

    private static int write(ControlMessage message, RecordWriter out) {
        // a chain: switching over patterns is not in Java 17
        if (message instanceof Hello m) {
            out.deviceId(Tag.DEVICE_ID, m.deviceId())
                    .int64(Tag.INSTANCE, m.instance())
                    .shortened(Tag.SOFTWARE, m.software(), Protocol.MAX_TEXT)
                    .int32(Tag.CAPABILITIES, m.capabilities())
                    .int8(Tag.SECURITY, m.security())
                    .nested(Tag.INFO, NodeRecords.write(m.info(), Protocol.MAX_SERVICES));
            NodeRecords.write(m.document(), out);
            out.optionalListening(Tag.LISTENING, m.listening());
            return HELLO;
        } else if (message instanceof Welcome m) {
            refuse(complaint(m));
            out.int8(Tag.MINOR, m.minor())
                    .int64(Tag.SESSION_ID, m.sessionId())
                    .opaque(Tag.SECRET, m.secret(), Protocol.SECRET, Protocol.SECRET)
                    .int32(Tag.NODE, m.node())
                    .int32(Tag.NETWORK, m.network())
                    .int8(Tag.PREFIX_LENGTH, m.prefixLength())
                    .int64(Tag.ULA_PREFIX, m.ulaPrefix())
                    .int32(Tag.KEEPALIVE, m.keepaliveMillis())
                    .int64(Tag.RELAY_EPOCH, m.relayEpoch())
                    .shortened(Tag.SOFTWARE, m.software(), Protocol.MAX_TEXT)
                    .optionalLabel(Tag.LABEL, m.label());
            return WELCOME;
        } else if (message instanceof ErrorReport m) {
            out.int16(Tag.ERROR_CODE, m.code())
                    .shortened(Tag.SENTENCE, m.sentence(), Protocol.MAX_SENTENCE)
                    .int8(Tag.FATAL, m.fatal() ? 1 : 0)
                    .int32(Tag.RETRY, clampRetry(m.retryMillis()));
            return ERROR;
        } else if (message instanceof Ping m) {
            out.int64(Tag.TOKEN, m.token());
            return PING;
        } else if (message instanceof Pong m) {
            out.int64(Tag.TOKEN, m.token());
            return PONG;
        } else if (message instanceof Announce m) {
            out.int64(Tag.SEQUENCE, m.sequence()).int8(Tag.PART, m.part().number());
            m.changes().forEach(change -> NodeRecords.write(change, out));
            return ANNOUNCE;
        } else if (message instanceof Publish m) {
            out.nested(Tag.INFO, NodeRecords.write(m.info(), Protocol.MAX_SERVICES));
            NodeRecords.write(m.document(), out);
            out.optionalListening(Tag.LISTENING, m.listening());
            return PUBLISH;
        } else if (message instanceof Envelope m) {
            refuse(complaint(m));
            out.int32(Tag.SOURCE, m.source())
                    .int32(Tag.DESTINATION, m.destination())
                    .int8(Tag.KIND, m.kind())
                    .opaque(Tag.PAYLOAD, m.payload(), 0, Protocol.MAX_ENVELOPE);
            return ENVELOPE;
        } else if (message instanceof Bye m) {
            out.shortened(Tag.SENTENCE, m.reason(), Protocol.MAX_SENTENCE);
            return BYE;
        } else if (message instanceof Enrol m) {
            out.deviceId(Tag.DEVICE_ID, m.deviceId())
                    .int64(Tag.JOIN_ID, m.joinId())
                    .opaque(Tag.JOIN_SECRET, m.joinSecret(), Protocol.JOIN_SECRET, Protocol.JOIN_SECRET)
                    .opaque(Tag.CSR, m.request(), 0, Protocol.MAX_CERTIFICATE)
                    .shortened(Tag.SOFTWARE, m.software(), Protocol.MAX_TEXT)
                    .optionalInt8(Tag.ROLE, m.role());
            return ENROL;
        } else if (message instanceof Renew m) {
            out.opaque(Tag.CSR, m.request(), 0, Protocol.MAX_CERTIFICATE);
            return RENEW;
        } else if (message instanceof Credentials m) {
            certificates(out, Tag.CERTIFICATE, m.chain(), Protocol.MAX_CHAIN);
            certificates(out, Tag.TRUSTED, m.trusted(), Protocol.MAX_TRUSTED);
            out.int64(Tag.TIME, m.timeMillis())
                    .texts(Tag.OVERLAY, m.overlay(), Protocol.MAX_OVERLAY_LINES, Protocol.MAX_OVERLAY_LINE);
            return CREDENTIALS;
        } else if (message instanceof DataHello m) {
            out.int64(Tag.SESSION_ID, m.sessionId()).opaque(Tag.NONCE, m.nonce(), Protocol.NONCE, Protocol.NONCE);
            return DATA_HELLO;
        } else if (message instanceof DataChallenge m) {
            out.opaque(Tag.NONCE, m.nonce(), Protocol.NONCE, Protocol.NONCE);
            return DATA_CHALLENGE;
        } else if (message instanceof DataProof m) {
            out.opaque(Tag.MAC, m.mac(), Protocol.SECRET, Protocol.SECRET);
            return DATA_PROOF;
        } else if (message instanceof DataReady m) {
            out.opaque(Tag.MAC, m.mac(), Protocol.SECRET, Protocol.SECRET);
            return DATA_READY;
        }
        return writeOfRelay(message, out);
    }

    private static int writeOfRelay(ControlMessage message, RecordWriter out) {
        if (message instanceof Relays m) {
            RelayRecords.write(m, out);
            return RELAYS;
        } else if (message instanceof RelayHello m) {
            refuse(RegistrationRecords.complaint(m));
            out.deviceId(Tag.RELAY_ID, m.relayId())
                    .int64(Tag.RELAY_EPOCH, m.epoch())
                    .shortened(Tag.SOFTWARE, m.software(), Protocol.MAX_TEXT)
                    .int32(Tag.KEEPALIVE, m.keepaliveMillis());
            return RELAY_HELLO;
        } else if (message instanceof RelayWelcome m) {
            out.int64(Tag.SESSION_ID, m.sessionId()).opaque(Tag.SECRET, m.secret(), Protocol.SECRET, Protocol.SECRET);
            return RELAY_WELCOME;
        } else if (message instanceof Registrations m) {
            out.int64(Tag.SEQUENCE, m.sequence()).int8(Tag.PART, m.part().number());
            m.changes().forEach(change -> RegistrationRecords.write(change, out));
            return REGISTRATIONS;
        } else if (message instanceof SignRequest m) {
            out.int64(Tag.REQUEST, m.number()).opaque(Tag.MESSAGE, m.message(), 0, Protocol.MAX_HANDSHAKE_MESSAGE);
            certificates(out, Tag.CERTIFICATE, m.chain(), Protocol.MAX_CHAIN);
            return SIGN_REQUEST;
        } else if (message instanceof SignAnswer m) {
            out.int64(Tag.REQUEST, m.number()).opaque(Tag.MESSAGE, m.message(), 0, Protocol.MAX_SIGN_ANSWER);
            return SIGN_ANSWER;
        } else if (message instanceof Revocation m) {
            out.deviceId(Tag.DEVICE_ID, m.deviceId()).optionalInt8(Tag.REVOKED, m.revoked() ? 1 : 0);
            return REVOCATION;
        }
        throw new IllegalArgumentException("cannot write " + message);
    }

    private static void certificates(RecordWriter out, Tag tag, List<Opaque> list, int most) {
        if (list.size() > most) {
            throw new IllegalArgumentException(list.size() + " of " + tag + " are over " + most);
        }
        list.forEach(certificate -> out.opaque(tag, certificate, 0, Protocol.MAX_CERTIFICATE));
    }

    private static void refuse(@Nullable String complaint) {
        if (complaint != null) {
            throw new IllegalArgumentException(complaint);
        }
    }

    /**
     * Reads a message.
     *
     * @param in type and records, without the length field, from position to limit
     * @return the message; {@link Unknown} if its type is one of a newer version
     * @throws ProtocolException if it is not well-formed or a field is over its limit
     */
    public static ControlMessage decode(ByteBuffer in) throws ProtocolException {
        checkLength(in.remaining(), Protocol.MAX_MESSAGE);
        int type = (in.get() & 0xff) << 8 | (in.get() & 0xff); // whatever the buffer's order
        return switch (type) {
            case HELLO -> hello(new RecordReader(in, "HELLO"));
            case WELCOME -> welcome(new RecordReader(in, "WELCOME"));
            case ERROR -> error(new RecordReader(in, "ERROR"));
            case PING -> new Ping(new RecordReader(in, "PING").int64(Tag.TOKEN));
            case PONG -> new Pong(new RecordReader(in, "PONG").int64(Tag.TOKEN));
            case ANNOUNCE -> announce(new RecordReader(in, "ANNOUNCE"));
            case PUBLISH -> publish(new RecordReader(in, "PUBLISH"));
            case ENVELOPE -> envelope(new RecordReader(in, "ENVELOPE"));
            case BYE -> new Bye(new RecordReader(in, "BYE").optionalText(Tag.SENTENCE, Protocol.MAX_SENTENCE));
            case ENROL -> enrol(new RecordReader(in, "ENROL"));
            case RENEW -> new Renew(new RecordReader(in, "RENEW").upTo(Tag.CSR, Protocol.MAX_CERTIFICATE));
            case CREDENTIALS -> credentials(new RecordReader(in, "CREDENTIALS"));
            case DATA_HELLO -> dataHello(new RecordReader(in, "DATA_HELLO"));
            case DATA_CHALLENGE ->
                new DataChallenge(new RecordReader(in, "DATA_CHALLENGE").fixed(Tag.NONCE, Protocol.NONCE));
            case DATA_PROOF -> new DataProof(new RecordReader(in, "DATA_PROOF").fixed(Tag.MAC, Protocol.SECRET));
            case DATA_READY -> new DataReady(new RecordReader(in, "DATA_READY").fixed(Tag.MAC, Protocol.SECRET));
            case RELAYS -> RelayRecords.relays(new RecordReader(in, "RELAYS"));
            case RELAY_HELLO -> RegistrationRecords.hello(new RecordReader(in, "RELAY_HELLO"));
            case RELAY_WELCOME -> RegistrationRecords.welcome(new RecordReader(in, "RELAY_WELCOME"));
            case REGISTRATIONS -> RegistrationRecords.registrations(new RecordReader(in, "REGISTRATIONS"));
            case SIGN_REQUEST -> RegistrationRecords.signRequest(new RecordReader(in, "SIGN_REQUEST"));
            case SIGN_ANSWER -> RegistrationRecords.signAnswer(new RecordReader(in, "SIGN_ANSWER"));
            case REVOCATION -> RegistrationRecords.revocation(new RecordReader(in, "REVOCATION"));
            default -> new Unknown(type);
        };
    }

    private static Hello hello(RecordReader in) throws ProtocolException {
        return new Hello(
                in.deviceId(Tag.DEVICE_ID),
                in.int64(Tag.INSTANCE),
                in.optionalText(Tag.SOFTWARE, Protocol.MAX_TEXT),
                in.optionalInt32(Tag.CAPABILITIES),
                in.unsigned8(Tag.SECURITY),
                NodeRecords.info(in),
                NodeRecords.document(in),
                in.optionalListening(Tag.LISTENING));
    }

    private static Publish publish(RecordReader in) throws ProtocolException {
        return new Publish(NodeRecords.info(in), NodeRecords.document(in), in.optionalListening(Tag.LISTENING));
    }

    private static Welcome welcome(RecordReader in) throws ProtocolException {
        Welcome welcome = new Welcome(
                in.unsigned8(Tag.MINOR),
                in.int64(Tag.SESSION_ID),
                in.fixed(Tag.SECRET, Protocol.SECRET),
                in.int32(Tag.NODE),
                in.int32(Tag.NETWORK),
                in.unsigned8(Tag.PREFIX_LENGTH),
                in.int64(Tag.ULA_PREFIX),
                in.int32(Tag.KEEPALIVE),
                in.int64(Tag.RELAY_EPOCH),
                in.optionalText(Tag.SOFTWARE, Protocol.MAX_TEXT),
                in.optionalLabel(Tag.LABEL));
        String complaint = complaint(welcome);
        if (complaint != null) {
            throw in.violation(complaint);
        }
        return welcome;
    }

    private static @Nullable String complaint(Welcome welcome) {
        if (welcome.prefixLength() < 8 || welcome.prefixLength() > 30) {
            return "prefix length " + welcome.prefixLength() + " is not in 8..30";
        }
        int hostMask = -1 >>> welcome.prefixLength();
        boolean leasable = welcome.node() > Protocol.RELAY_NODE && welcome.node() < hostMask;
        if (!leasable || (welcome.network() & hostMask) != 0) {
            return "node " + welcome.node() + " does not fit the pool";
        }
        if (welcome.ulaPrefix() >>> 56 != 0xfd) {
            return String.format("IPv6 prefix %016x is not unique local: it must begin with fd", welcome.ulaPrefix());
        }
        if (welcome.keepaliveMillis() < Protocol.MIN_KEEPALIVE || welcome.keepaliveMillis() > Protocol.MAX_KEEPALIVE) {
            return "keepalive of " + welcome.keepaliveMillis() + " ms is not in " + Protocol.MIN_KEEPALIVE + ".."
                    + Protocol.MAX_KEEPALIVE;
        }
        return null;
    }

    private static ErrorReport error(RecordReader in) throws ProtocolException {
        return new ErrorReport(
                in.unsigned16(Tag.ERROR_CODE),
                in.optionalText(Tag.SENTENCE, Protocol.MAX_SENTENCE),
                in.unsigned8(Tag.FATAL) != 0,
                clampRetry(in.optionalInt32(Tag.RETRY)));
    }

    /** An error must get through, so a senseless wait is brought into its range rather than refused. */
    private static int clampRetry(int millis) {
        return Math.max(0, Math.min(millis, Protocol.MAX_RETRY));
    }

    private static Announce announce(RecordReader in) throws ProtocolException {
        int number = in.unsigned8(Tag.PART);
        Part part = Part.of(number).orElseThrow(() -> in.violation("part " + number + " is unknown"));
        List<Change> changes = new ArrayList<>();
        in.forEach(
                Tag.PRESENT,
                value -> changes.add(new Change.Present(NodeRecords.node(new RecordReader(value, "PRESENT")))),
                Tag.ABSENT,
                value -> changes.add(new Change.Absent(in.asDeviceId(value))));
        return new Announce(in.int64(Tag.SEQUENCE), part, changes);
    }

    private static Envelope envelope(RecordReader in) throws ProtocolException {
        Envelope envelope = new Envelope(
                in.int32(Tag.SOURCE),
                in.int32(Tag.DESTINATION),
                in.unsigned8(Tag.KIND),
                in.upTo(Tag.PAYLOAD, Protocol.MAX_ENVELOPE));
        String complaint = complaint(envelope);
        if (complaint != null) {
            throw in.violation(complaint);
        }
        return envelope;
    }

    private static @Nullable String complaint(Envelope envelope) {
        if (envelope.source() < 0 || envelope.source() > Protocol.MAX_NODE) {
            return "source node " + Integer.toUnsignedString(envelope.source()) + " is over " + Protocol.MAX_NODE;
        }
        if (envelope.destination() < Protocol.RELAY_NODE || envelope.destination() > Protocol.MAX_NODE) {
            return "destination node " + Integer.toUnsignedString(envelope.destination()) + " is not in 1.."
                    + Protocol.MAX_NODE;
        }
        return null;
    }

    private static Enrol enrol(RecordReader in) throws ProtocolException {
        return new Enrol(
                in.deviceId(Tag.DEVICE_ID),
                in.int64(Tag.JOIN_ID),
                in.fixed(Tag.JOIN_SECRET, Protocol.JOIN_SECRET),
                in.upTo(Tag.CSR, Protocol.MAX_CERTIFICATE),
                in.optionalText(Tag.SOFTWARE, Protocol.MAX_TEXT),
                in.optionalUnsigned8(Tag.ROLE));
    }

    private static Credentials credentials(RecordReader in) throws ProtocolException {
        return new Credentials(
                in.opaques(Tag.CERTIFICATE, Protocol.MAX_CHAIN, Protocol.MAX_CERTIFICATE),
                in.opaques(Tag.TRUSTED, Protocol.MAX_TRUSTED, Protocol.MAX_CERTIFICATE),
                in.int64(Tag.TIME),
                in.texts(Tag.OVERLAY, Protocol.MAX_OVERLAY_LINES, Protocol.MAX_OVERLAY_LINE));
    }

    private static DataHello dataHello(RecordReader in) throws ProtocolException {
        return new DataHello(in.int64(Tag.SESSION_ID), in.fixed(Tag.NONCE, Protocol.NONCE));
    }
}
