package io.mnedc.rsa;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.peer.OfferedService;
import io.mnedc.fuzz.Checks;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.osgi.service.remoteserviceadmin.EndpointDescription;

/** A remote service as a hostile peer may describe it: lines of {@code KEY=VALUE}. In this package because the parts are nobody else's. */
public final class EndpointFuzz {
    private static final Place PLACE = Place.of(VirtualNetwork.parse("10.0.0.0/24", "fd12:3456:789a:1::/64"), 3);
    private static final long MOST_ALLOCATION = 1 << 20;

    private EndpointFuzz() {}

    /** Takes one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        Map<String, String> attributes = new LinkedHashMap<>();
        new String(data, StandardCharsets.UTF_8).lines().forEach(line -> {
            int equals = line.indexOf('=');
            if (equals > 0) {
                attributes.put(line.substring(0, equals), line.substring(equals + 1));
            }
        });
        OfferedService service;
        EndpointDescription endpoint;
        try {
            service = new OfferedService("x", EndpointForm.PROTOCOL, 0, attributes);
            endpoint = EndpointForm.read(service, PLACE);
        } catch (IllegalArgumentException e) {
            return;
        }
        Checks.allocates(MOST_ALLOCATION, () -> EndpointForm.read(service, PLACE));
        endpoint.getProperties().forEach((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            Checks.that(!lower.startsWith("mnedc.") && !lower.startsWith("service.exported."), "has no effect here");
            Checks.that(
                    !(value instanceof String text) || !text.contains("://") || PLACE.holds(text), "is at its peer");
        });
        Checks.that(
                endpoint.getInterfaces().stream().noneMatch(type -> type.startsWith("org.osgi.")),
                "offers nothing of the framework's");
        Checks.that(
                EndpointForm.read(EndpointForm.write(endpoint, PLACE, new ArrayList<>()), PLACE)
                        .getId()
                        .equals(endpoint.getId().trim()),
                "what is read can be told");
    }
}
