package io.mnedc.device.info;

import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.OrchestrationInfo;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Tells more than fits in a first message. */
public final class LargeInfo {
    private LargeInfo() {}

    public static OrchestrationInfo of(String platform) {
        List<OfferedService> services = IntStream.range(0, OrchestrationInfo.MAX_SERVICES)
                .mapToObj(i -> new OfferedService("service-" + i, "tcp", i, Map.of("path", "x".repeat(50))))
                .toList();
        return new OrchestrationInfo(platform, "osgi", services);
    }
}
