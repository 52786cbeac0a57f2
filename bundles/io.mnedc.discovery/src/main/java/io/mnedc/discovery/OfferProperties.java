package io.mnedc.discovery;

import io.mnedc.api.peer.OfferedService;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How an offered service is described by service properties. */
final class OfferProperties {
    private OfferProperties() {}

    static OfferedService read(
            Object name, @Nullable Object protocol, @Nullable Object port, @Nullable Object attributes) {
        if (!(name instanceof String text)) {
            throw new IllegalArgumentException(
                    OfferedService.NAME_PROPERTY + " = " + name + " is not a String, the service's name");
        }
        return new OfferedService(
                text,
                protocol == null ? "" : protocol.toString(),
                port(port),
                attributes == null ? Map.of() : OfferedService.attributes(attributes));
    }

    private static int port(@Nullable Object port) {
        if (port == null) {
            return 0;
        }
        try {
            return Integer.parseInt(port.toString().trim());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    OfferedService.PORT_PROPERTY + " = " + port + " is not a number from 1 to 65535", e);
        }
    }
}
