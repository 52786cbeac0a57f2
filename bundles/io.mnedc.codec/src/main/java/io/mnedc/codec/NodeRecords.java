package io.mnedc.codec;

import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.ServiceRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The nested records on devices: node, orchestration information, services. */
final class NodeRecords {
    private NodeRecords() {}

    static void write(Change change, RecordWriter out) {
        if (change instanceof Change.Present present) {
            out.nested(Tag.PRESENT, write(present.node()));
        } else if (change instanceof Change.Absent absent) {
            out.deviceId(Tag.ABSENT, absent.deviceId());
        }
    }

    private static RecordWriter write(NodeRecord node) {
        if (!isDevice(node.node())) {
            throw new IllegalArgumentException("node " + node.node() + " is not a device's");
        }
        return new RecordWriter()
                .deviceId(Tag.DEVICE_ID, node.deviceId())
                .int32(Tag.NODE, node.node())
                .shortened(Tag.SOFTWARE, node.software(), Protocol.MAX_TEXT)
                .int32(Tag.CAPABILITIES, node.capabilities())
                .nested(Tag.INFO, write(node.info()));
    }

    static RecordWriter write(NodeInfo info) {
        if (info.services().size() > Protocol.MAX_SERVICES) {
            throw new IllegalArgumentException(info.services().size() + " services are over " + Protocol.MAX_SERVICES);
        }
        RecordWriter out = new RecordWriter()
                .text(Tag.PLATFORM, info.platform(), Protocol.MAX_TEXT)
                .text(Tag.EXECUTION_TYPE, info.executionType(), Protocol.MAX_TEXT);
        for (ServiceRecord service : info.services()) {
            if (service.name().isBlank()) {
                throw new IllegalArgumentException("a service has a blank name");
            }
            out.nested(
                    Tag.SERVICE,
                    new RecordWriter()
                            .text(Tag.SERVICE_NAME, service.name(), Protocol.MAX_TEXT)
                            .text(Tag.SERVICE_PROTOCOL, service.protocol(), Protocol.MAX_TEXT)
                            .int16(Tag.SERVICE_PORT, service.port()));
        }
        return out;
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
                info(in));
    }

    /** The orchestration information within some records; {@link NodeInfo#NONE} if it is not there. */
    static NodeInfo info(RecordReader outer) throws ProtocolException {
        ByteBuffer value = outer.nested(Tag.INFO);
        if (value == null) {
            return NodeInfo.NONE;
        }
        RecordReader in = new RecordReader(value, "INFO");
        List<ServiceRecord> services = new ArrayList<>();
        for (ByteBuffer one : in.repeated(Tag.SERVICE, Protocol.MAX_SERVICES)) {
            RecordReader service = new RecordReader(one, "SERVICE");
            String name = service.text(Tag.SERVICE_NAME, Protocol.MAX_TEXT);
            if (name.isBlank()) {
                throw service.violation("SERVICE_NAME is blank");
            }
            services.add(new ServiceRecord(
                    name,
                    service.optionalText(Tag.SERVICE_PROTOCOL, Protocol.MAX_TEXT),
                    service.unsigned16(Tag.SERVICE_PORT)));
        }
        return new NodeInfo(
                in.optionalText(Tag.PLATFORM, Protocol.MAX_TEXT),
                in.optionalText(Tag.EXECUTION_TYPE, Protocol.MAX_TEXT),
                services);
    }
}
