package io.mnedc.fuzz;

import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.InfoDocument;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.ProtocolException;
import java.util.EnumSet;
import java.util.Set;

/**
 * The body of a document, whose signature was good: a peer may sign anything. It is refused with a code, or means the same after
 * it is written and read again, and applications can be shown it.
 */
public final class Documents {
    private static final Set<ErrorCode> REFUSALS =
            EnumSet.of(ErrorCode.PROTOCOL_VIOLATION, ErrorCode.TOO_LARGE, ErrorCode.DEVICE_ID_INVALID);
    private static final int BASE_ALLOCATION = 64 << 10;
    private static final int ALLOCATION_PER_BYTE = 96;

    private Documents() {}

    /** Takes one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        Opaque body = Opaque.copyOf(data);
        try {
            Checks.allocates(BASE_ALLOCATION + ALLOCATION_PER_BYTE * data.length, () -> InfoDocument.decode(body));
            InfoDocument document = InfoDocument.decode(body);
            Checks.same(document, InfoDocument.decode(document.encode()), "a document is the same after it is written");
            show(document.info());
        } catch (ProtocolException refused) {
            Checks.refusal(refused, REFUSALS);
        }
    }

    private static void show(NodeInfo info) {
        new OrchestrationInfo(
                info.platform(),
                info.executionType(),
                info.services().stream()
                        .map(service -> new OfferedService(
                                service.name(), service.protocol(), service.port(), service.attributes()))
                        .toList(),
                info.attributes());
    }
}
