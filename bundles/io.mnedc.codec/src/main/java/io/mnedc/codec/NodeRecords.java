package io.mnedc.codec;

import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.ServiceRecord;
import io.mnedc.codec.ControlMessage.SignedInfo;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The nested records on devices: node, orchestration information and its signed form, services, attributes. */
final class NodeRecords {
    private NodeRecords() {}

    static void write(Change change, RecordWriter out) {
        if (change instanceof Change.Present present) {
            out.nested(Tag.PRESENT, write(present.node()));
        } else if (change instanceof Change.Absent absent) {
            out.deviceId(Tag.ABSENT, absent.deviceId());
        }
    }

    static RecordWriter write(NodeRecord node) {
        if (!isDevice(node.node())) {
            throw new IllegalArgumentException("node " + node.node() + " is not a device's");
        }
        RecordWriter out = new RecordWriter()
                .deviceId(Tag.DEVICE_ID, node.deviceId())
                .int32(Tag.NODE, node.node())
                .shortened(Tag.SOFTWARE, node.software(), Protocol.MAX_TEXT)
                .int32(Tag.CAPABILITIES, node.capabilities())
                .nested(Tag.INFO, write(node.info(), Protocol.MAX_SERVICES));
        write(node.document(), out);
        return out.optionalLabel(Tag.LABEL, node.label()).optionalListening(Tag.LISTENING, node.listening());
    }

    static void write(@Nullable SignedInfo document, RecordWriter out) {
        if (document == null) {
            return;
        }
        if (document.chain().isEmpty() || document.chain().size() > Protocol.MAX_CHAIN) {
            throw new IllegalArgumentException(
                    document.chain().size() + " certificates are not in 1.." + Protocol.MAX_CHAIN);
        }
        RecordWriter record = new RecordWriter()
                .opaque(Tag.BODY, document.body(), 0, Protocol.MAX_BODY)
                .int16(Tag.SCHEME, document.scheme())
                .opaque(Tag.SIGNATURE, document.signature(), 0, Protocol.MAX_SIGNATURE);
        document.chain()
                .forEach(certificate -> record.opaque(Tag.CERTIFICATE, certificate, 0, Protocol.MAX_CERTIFICATE));
        out.nested(Tag.DOCUMENT, record);
    }

    static RecordWriter write(NodeInfo info, int mostServices) {
        if (info.services().size() > mostServices) {
            throw new IllegalArgumentException(info.services().size() + " services are over " + mostServices);
        }
        RecordWriter out = new RecordWriter()
                .text(Tag.PLATFORM, info.platform(), Protocol.MAX_TEXT)
                .text(Tag.EXECUTION_TYPE, info.executionType(), Protocol.MAX_TEXT);
        for (ServiceRecord service : info.services()) {
            if (service.name().isBlank()) {
                throw new IllegalArgumentException("a service has a blank name");
            }
            RecordWriter record = new RecordWriter()
                    .text(Tag.SERVICE_NAME, service.name(), Protocol.MAX_TEXT)
                    .text(Tag.SERVICE_PROTOCOL, service.protocol(), Protocol.MAX_TEXT)
                    .int16(Tag.SERVICE_PORT, service.port());
            write(service.attributes(), record);
            out.nested(Tag.SERVICE, record);
        }
        write(info.attributes(), out);
        if (out.size() > Protocol.MAX_INFO) {
            throw new IllegalArgumentException(
                    "orchestration information of " + out.size() + " bytes is over " + Protocol.MAX_INFO);
        }
        return out;
    }

    /** In the order of the keys, so that the same attributes are the same bytes. */
    private static void write(Map<String, String> attributes, RecordWriter out) {
        if (attributes.size() > Protocol.MAX_ATTRIBUTES) {
            throw new IllegalArgumentException(attributes.size() + " attributes are over " + Protocol.MAX_ATTRIBUTES);
        }
        new TreeMap<>(attributes).forEach((key, value) -> {
            if (!isKey(key)) {
                throw new IllegalArgumentException("\"" + key + "\" is no key of an attribute");
            }
            out.nested(
                    Tag.ATTRIBUTE,
                    new RecordWriter()
                            .text(Tag.ATTRIBUTE_KEY, key, Protocol.MAX_TEXT)
                            .text(Tag.ATTRIBUTE_VALUE, value, Protocol.MAX_ATTRIBUTE_VALUE));
        });
    }

    private static boolean isDevice(int node) {
        return node > Protocol.RELAY_NODE && node <= Protocol.MAX_NODE;
    }

    static NodeRecord node(RecordReader in) throws ProtocolException {
        int node = in.int32(Tag.NODE);
        if (!isDevice(node)) {
            throw in.violation("node " + Integer.toUnsignedString(node) + " is not a device's");
        }
        return new NodeRecord(
                in.deviceId(Tag.DEVICE_ID),
                node,
                in.optionalText(Tag.SOFTWARE, Protocol.MAX_TEXT),
                in.optionalInt32(Tag.CAPABILITIES),
                info(in),
                document(in),
                in.optionalLabel(Tag.LABEL),
                in.optionalListening(Tag.LISTENING));
    }

    /** The signed orchestration information within some records; null if it is not there. */
    static @Nullable SignedInfo document(RecordReader outer) throws ProtocolException {
        ByteBuffer value = outer.nested(Tag.DOCUMENT);
        if (value == null) {
            return null;
        }
        RecordReader in = new RecordReader(value, "DOCUMENT");
        List<Opaque> chain = in.opaques(Tag.CERTIFICATE, Protocol.MAX_CHAIN, Protocol.MAX_CERTIFICATE);
        if (chain.isEmpty()) {
            throw in.violation("CERTIFICATE is missing");
        }
        return new SignedInfo(
                in.upTo(Tag.BODY, Protocol.MAX_BODY),
                in.unsigned16(Tag.SCHEME),
                in.upTo(Tag.SIGNATURE, Protocol.MAX_SIGNATURE),
                chain);
    }

    /** The orchestration information within some records; {@link NodeInfo#NONE} if it is not there. */
    static NodeInfo info(RecordReader outer) throws ProtocolException {
        return info(outer, Protocol.MAX_SERVICES);
    }

    static NodeInfo info(RecordReader outer, int mostServices) throws ProtocolException {
        ByteBuffer value = outer.nested(Tag.INFO);
        if (value == null) {
            return NodeInfo.NONE;
        }
        int size = value.remaining();
        RecordReader in = new RecordReader(value, "INFO");
        String platform = in.optionalText(Tag.PLATFORM, Protocol.MAX_TEXT);
        String executionType = in.optionalText(Tag.EXECUTION_TYPE, Protocol.MAX_TEXT);
        List<ServiceRecord> services = new ArrayList<>();
        for (ByteBuffer one : in.repeated(Tag.SERVICE, mostServices)) {
            RecordReader service = in.within(one, "SERVICE");
            String name = service.text(Tag.SERVICE_NAME, Protocol.MAX_TEXT);
            if (name.isBlank()) {
                throw service.violation("SERVICE_NAME is blank");
            }
            services.add(new ServiceRecord(
                    name,
                    service.optionalText(Tag.SERVICE_PROTOCOL, Protocol.MAX_TEXT),
                    service.unsigned16(Tag.SERVICE_PORT),
                    attributes(service)));
        }
        Map<String, String> attributes = attributes(in);
        // a text that is missing is written as an empty one: what is passed on must not exceed the limit
        size += in.missing() * RecordReader.OVERHEAD;
        if (size > Protocol.MAX_INFO) {
            throw new ProtocolException(
                    ErrorCode.TOO_LARGE, "INFO has " + size + " bytes, at most " + Protocol.MAX_INFO);
        }
        return new NodeInfo(platform, executionType, services, attributes);
    }

    /** As in a TXT record of DNS-SD (RFC 6763, section 6.4), but for white space. */
    private static boolean isKey(String key) {
        return !key.isEmpty() && key.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '=');
    }

    private static Map<String, String> attributes(RecordReader outer) throws ProtocolException {
        Map<String, String> attributes = new HashMap<>();
        for (ByteBuffer one : outer.repeated(Tag.ATTRIBUTE, Protocol.MAX_ATTRIBUTES)) {
            RecordReader in = outer.within(one, "ATTRIBUTE");
            String key = in.text(Tag.ATTRIBUTE_KEY, Protocol.MAX_TEXT);
            if (!isKey(key)) {
                throw in.violation("ATTRIBUTE_KEY has something else than visible ASCII characters without =");
            }
            if (attributes.put(key, in.optionalText(Tag.ATTRIBUTE_VALUE, Protocol.MAX_ATTRIBUTE_VALUE)) != null) {
                throw in.violation("ATTRIBUTE " + key + " is there twice");
            }
        }
        return attributes;
    }
}
