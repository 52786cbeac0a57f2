package io.mnedc.device.info;

import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.ServiceRecord;
import io.mnedc.codec.Protocol;
import java.util.ArrayList;
import java.util.List;

/** Orchestration information as applications see it, and as the protocol has it. */
final class InfoRecords {
    private InfoRecords() {}

    /** {@return all of it, for a document} */
    static NodeInfo whole(OrchestrationInfo info) {
        List<ServiceRecord> services = new ArrayList<>();
        for (OfferedService service : info.services()) {
            services.add(new ServiceRecord(service.name(), service.protocol(), service.port(), service.attributes()));
        }
        return new NodeInfo(info.platform(), info.executionType(), services, info.attributes());
    }

    /** {@return as many services as may be told without a signature} */
    static NodeInfo unsigned(NodeInfo whole) {
        return new NodeInfo(
                whole.platform(),
                whole.executionType(),
                whole.services().stream().limit(Protocol.MAX_SERVICES).toList(),
                whole.attributes());
    }

    /** {@return what a device of version 1.0 understands; it fits in a first message} */
    static NodeInfo basics(NodeInfo whole) {
        List<ServiceRecord> services = whole.services().stream()
                .limit(Protocol.MAX_SERVICES)
                .map(service -> new ServiceRecord(service.name(), service.protocol(), service.port()))
                .toList();
        return new NodeInfo(whole.platform(), whole.executionType(), services);
    }

    static OrchestrationInfo of(NodeInfo info) {
        List<OfferedService> services = new ArrayList<>();
        for (ServiceRecord service : info.services()) {
            services.add(new OfferedService(service.name(), service.protocol(), service.port(), service.attributes()));
        }
        return new OrchestrationInfo(info.platform(), info.executionType(), services, info.attributes());
    }
}
