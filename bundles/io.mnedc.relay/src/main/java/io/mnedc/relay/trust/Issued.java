package io.mnedc.relay.trust;

import io.mnedc.codec.ControlMessage.Credentials;
import java.util.Set;

/**
 * A new certificate, made here or by another relay.
 *
 * @param deviceId who it is for; empty for a relay that joins
 * @param groups what it belongs to
 * @param message to send
 */
public record Issued(String deviceId, Set<String> groups, Credentials message) {
    public Issued {
        groups = Set.copyOf(groups);
    }

    /** {@return which place a relay that joins has in the ensemble, for people} */
    String number() {
        return message.overlay().stream()
                .filter(line -> line.startsWith("number="))
                .findFirst()
                .orElse("without a number");
    }
}
