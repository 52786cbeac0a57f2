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
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ControlMessage.Pong;
import io.mnedc.codec.ControlMessage.Publish;
import io.mnedc.codec.ControlMessage.Registration;
import io.mnedc.codec.ControlMessage.Registrations;
import io.mnedc.codec.ControlMessage.RelayHello;
import io.mnedc.codec.ControlMessage.RelayRecord;
import io.mnedc.codec.ControlMessage.RelayWelcome;
import io.mnedc.codec.ControlMessage.Relays;
import io.mnedc.codec.ControlMessage.Renew;
import io.mnedc.codec.ControlMessage.Revocation;
import io.mnedc.codec.ControlMessage.ServiceRecord;
import io.mnedc.codec.ControlMessage.SignAnswer;
import io.mnedc.codec.ControlMessage.SignRequest;
import io.mnedc.codec.ControlMessage.SignedInfo;
import io.mnedc.codec.ControlMessage.Unknown;
import io.mnedc.codec.ControlMessage.Welcome;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Messages as docs/protocol-vectors.txt writes them. */
final class Notation {
    private final StringBuilder out;

    private Notation(String name) {
        out = new StringBuilder(name);
    }

    static String of(ControlMessage message) {
        if (message instanceof Hello m) {
            return new Notation("HELLO")
                    .text("DEVICE_ID", m.deviceId())
                    .hex64("INSTANCE", m.instance())
                    .text("SOFTWARE", m.software())
                    .hex32("CAPABILITIES", m.capabilities())
                    .number("SECURITY", m.security())
                    .info(m.info())
                    .document(m.document())
                    .listening(m.listening())
                    .end();
        } else if (message instanceof Welcome m) {
            return welcome(m);
        } else if (message instanceof ErrorReport m) {
            return new Notation("ERROR")
                    .number("ERROR_CODE", m.code())
                    .text("SENTENCE", m.sentence())
                    .number("FATAL", m.fatal() ? 1 : 0)
                    .number("RETRY", m.retryMillis())
                    .end();
        } else if (message instanceof Ping m) {
            return new Notation("PING").hex64("TOKEN", m.token()).end();
        } else if (message instanceof Pong m) {
            return new Notation("PONG").hex64("TOKEN", m.token()).end();
        } else if (message instanceof Announce m) {
            Notation notation = new Notation("ANNOUNCE")
                    .number("SEQUENCE", m.sequence())
                    .number("PART", m.part().number());
            m.changes().forEach(notation::change);
            return notation.end();
        } else if (message instanceof Publish m) {
            return new Notation("PUBLISH")
                    .info(m.info())
                    .document(m.document())
                    .listening(m.listening())
                    .end();
        } else if (message instanceof Envelope m) {
            return new Notation("ENVELOPE")
                    .number("SOURCE", m.source())
                    .number("DESTINATION", m.destination())
                    .number("KIND", m.kind())
                    .bytes("PAYLOAD", m.payload())
                    .end();
        } else if (message instanceof Bye m) {
            return new Notation("BYE").text("SENTENCE", m.reason()).end();
        } else if (message instanceof DataHello m) {
            return new Notation("DATA_HELLO")
                    .hex64("SESSION_ID", m.sessionId())
                    .bytes("NONCE", m.nonce())
                    .end();
        } else if (message instanceof DataChallenge m) {
            return new Notation("DATA_CHALLENGE").bytes("NONCE", m.nonce()).end();
        } else if (message instanceof DataProof m) {
            return new Notation("DATA_PROOF").bytes("MAC", m.mac()).end();
        } else if (message instanceof DataReady m) {
            return new Notation("DATA_READY").bytes("MAC", m.mac()).end();
        } else if (message instanceof Enrol m) {
            return new Notation("ENROL")
                    .text("DEVICE_ID", m.deviceId())
                    .hex64("JOIN_ID", m.joinId())
                    .bytes("JOIN_SECRET", m.joinSecret())
                    .bytes("CSR", m.request())
                    .text("SOFTWARE", m.software())
                    .role(m.role())
                    .end();
        } else if (message instanceof Renew m) {
            return new Notation("RENEW").bytes("CSR", m.request()).end();
        } else if (message instanceof Credentials m) {
            Notation notation = new Notation("CREDENTIALS");
            m.chain().forEach(certificate -> notation.bytes("CERTIFICATE", certificate));
            m.trusted().forEach(certificate -> notation.bytes("TRUSTED", certificate));
            notation.number("TIME", m.timeMillis());
            m.overlay().forEach(line -> notation.text("OVERLAY", line));
            return notation.end();
        } else if (message instanceof Relays m) {
            Notation notation = new Notation("RELAYS");
            m.relays().forEach(notation::relay);
            return notation.end();
        } else if (message instanceof RelayHello m) {
            return new Notation("RELAY_HELLO")
                    .text("RELAY_ID", m.relayId())
                    .hex64("RELAY_EPOCH", m.epoch())
                    .text("SOFTWARE", m.software())
                    .number("KEEPALIVE", m.keepaliveMillis())
                    .end();
        } else if (message instanceof RelayWelcome m) {
            return new Notation("RELAY_WELCOME")
                    .hex64("SESSION_ID", m.sessionId())
                    .bytes("SECRET", m.secret())
                    .end();
        } else if (message instanceof Registrations m) {
            Notation notation = new Notation("REGISTRATIONS")
                    .number("SEQUENCE", m.sequence())
                    .number("PART", m.part().number());
            m.changes().forEach(notation::registration);
            return notation.end();
        } else if (message instanceof SignRequest m) {
            Notation notation =
                    new Notation("SIGN_REQUEST").hex64("REQUEST", m.number()).bytes("MESSAGE", m.message());
            m.chain().forEach(certificate -> notation.bytes("CERTIFICATE", certificate));
            return notation.end();
        } else if (message instanceof SignAnswer m) {
            return new Notation("SIGN_ANSWER")
                    .hex64("REQUEST", m.number())
                    .bytes("MESSAGE", m.message())
                    .end();
        } else if (message instanceof Revocation m) {
            return new Notation("REVOCATION")
                    .text("DEVICE_ID", m.deviceId())
                    .number("REVOKED", m.revoked() ? 1 : 0)
                    .end();
        } else if (message instanceof Unknown m) {
            return "UNKNOWN " + m.type();
        }
        throw new IllegalArgumentException(message.toString());
    }

    private static String welcome(Welcome m) {
        byte[] network = ByteBuffer.allocate(4).putInt(m.network()).array();
        return new Notation("WELCOME")
                .number("MINOR", m.minor())
                .hex64("SESSION_ID", m.sessionId())
                .bytes("SECRET", m.secret())
                .number("NODE", m.node())
                .put(
                        "NETWORK",
                        (network[0] & 0xff) + "." + (network[1] & 0xff) + "." + (network[2] & 0xff) + "."
                                + (network[3] & 0xff))
                .number("PREFIX_LENGTH", m.prefixLength())
                .hex64("ULA_PREFIX", m.ulaPrefix())
                .number("KEEPALIVE", m.keepaliveMillis())
                .hex64("RELAY_EPOCH", m.relayEpoch())
                .text("SOFTWARE", m.software())
                .label(m.label())
                .end();
    }

    private Notation label(String label) {
        return label.isEmpty() ? this : text("LABEL", label);
    }

    private Notation role(int role) {
        return role == Protocol.ROLE_DEVICE ? this : number("ROLE", role);
    }

    private void relay(RelayRecord relay) {
        Notation nested = new Notation("{").text("RELAY_ID", relay.relayId());
        relay.addresses().forEach(address -> nested.text("ADDRESS", address));
        put("RELAY", nested.number("LOAD", relay.load()).nested());
    }

    private void registration(Registration registration) {
        if (registration instanceof Registration.Here here) {
            Notation nested = new Notation("{");
            nested.change(new Change.Present(here.node()));
            here.groups().forEach(group -> nested.text("GROUP", group));
            put(
                    "HERE",
                    nested.hex64("INSTANCE", here.instance())
                            .number("CLAIM", here.fence().claim())
                            .number("MOVES", here.fence().moves())
                            .nested());
        } else {
            text("GONE", registration.deviceId());
        }
    }

    private void change(Change change) {
        if (change instanceof Change.Absent absent) {
            text("ABSENT", absent.deviceId());
        } else if (change instanceof Change.Present present) {
            NodeRecord node = present.node();
            put(
                    "PRESENT",
                    new Notation("{")
                            .text("DEVICE_ID", node.deviceId())
                            .number("NODE", node.node())
                            .text("SOFTWARE", node.software())
                            .hex32("CAPABILITIES", node.capabilities())
                            .info(node.info())
                            .document(node.document())
                            .label(node.label())
                            .listening(node.listening())
                            .nested());
        }
    }

    private Notation listening(Listening listening) {
        if (listening.equals(Listening.NONE)) {
            return this;
        }
        Notation nested = new Notation("{").number("FLAGS", listening.broadcast() ? 1 : 0);
        listening.groups().forEach(group -> nested.put("GROUP", group.toString()));
        return put("LISTENING", nested.nested());
    }

    private Notation info(NodeInfo info) {
        Notation nested =
                new Notation("{").text("PLATFORM", info.platform()).text("EXECUTION_TYPE", info.executionType());
        for (ServiceRecord service : info.services()) {
            nested.put(
                    "SERVICE",
                    new Notation("{")
                            .text("SERVICE_NAME", service.name())
                            .text("SERVICE_PROTOCOL", service.protocol())
                            .number("SERVICE_PORT", service.port())
                            .attributes(service.attributes())
                            .nested());
        }
        return put("INFO", nested.attributes(info.attributes()).nested());
    }

    private Notation attributes(Map<String, String> attributes) {
        new TreeMap<>(attributes)
                .forEach((key, value) -> put(
                        "ATTRIBUTE",
                        new Notation("{")
                                .text("ATTRIBUTE_KEY", key)
                                .text("ATTRIBUTE_VALUE", value)
                                .nested()));
        return this;
    }

    private Notation document(@Nullable SignedInfo document) {
        if (document == null) {
            return this;
        }
        Notation nested = new Notation("{")
                .bytes("BODY", document.body())
                .number("SCHEME", document.scheme())
                .bytes("SIGNATURE", document.signature());
        document.chain().forEach(certificate -> nested.bytes("CERTIFICATE", certificate));
        return put("DOCUMENT", nested.nested());
    }

    static String of(InfoDocument document) {
        return new Notation("DOCUMENT")
                .text("DEVICE_ID", document.deviceId())
                .number("ISSUE", document.issue())
                .info(document.info())
                .end();
    }

    private Notation put(String name, String value) {
        out.append(' ').append(name).append('=').append(value);
        return this;
    }

    private Notation text(String name, String value) {
        return put(name, '"' + value + '"');
    }

    private Notation number(String name, long value) {
        return put(name, Long.toString(value));
    }

    private Notation hex32(String name, int value) {
        return put(name, String.format("0x%08x", value));
    }

    private Notation hex64(String name, long value) {
        return put(name, String.format("0x%016x", value));
    }

    private Notation bytes(String name, Opaque value) {
        return put(name, value.size() == 0 ? "-" : HexFormat.of().formatHex(value.bytes()));
    }

    private String nested() {
        return out.append('}').toString().replaceFirst("^\\{ ", "{");
    }

    private String end() {
        return out.toString();
    }
}
