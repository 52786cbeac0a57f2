package io.mnedc.rsa;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.api.peer.Peer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.service.remoteserviceadmin.EndpointDescription;

/** Endpoints and peers as tests need them. */
final class TestEndpoints {
    static final VirtualNetwork NETWORK = VirtualNetwork.parse("10.0.0.0/24", "fd12:3456:789a:1::/64");

    private TestEndpoints() {}

    static Place place(int node) {
        return Place.of(NETWORK, node);
    }

    /** As FastBin describes one at a node. */
    static Map<String, Object> properties(int node, String id) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("endpoint.id", id);
        properties.put("endpoint.framework.uuid", "framework-" + node);
        properties.put("endpoint.service.id", 57L);
        properties.put("objectClass", new String[] {"com.acme.Camera"});
        properties.put("endpoint.package.version.com.acme", "1.2.0");
        properties.put("service.imported.configs", new String[] {"aries.fastbin"});
        properties.put("aries.fastbin.address", "tcp://10.0.0." + node + ":2543");
        return properties;
    }

    static EndpointDescription endpoint(int node, String id, Object... more) {
        Map<String, Object> properties = properties(node, id);
        for (int i = 0; i < more.length; i += 2) {
            properties.put((String) more[i], more[i + 1]);
        }
        return new EndpointDescription(properties);
    }

    static OfferedService offered(int node, String id, Object... more) {
        return EndpointForm.write(endpoint(node, id, more), place(node), new ArrayList<>());
    }

    static Peer peer(int node, boolean verified, OfferedService... services) {
        return new Peer(
                "d" + node,
                "d" + node,
                node,
                NETWORK.ipv4(node),
                NETWORK.ipv6(node),
                "test",
                true,
                new OrchestrationInfo("", "", List.of(services)),
                verified,
                Set.of("group-" + node),
                Instant.EPOCH);
    }
}
