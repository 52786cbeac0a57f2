package io.mnedc.lab.bench;

import org.jspecify.annotations.Nullable;

/**
 * A system and what came out.
 *
 * @param id a short name without spaces, as {@code openvpn-tcp}
 * @param title how the tables call it
 * @param failure why it could not be started, or not be measured in full; null when all went well
 */
record Measured(
        String id,
        String title,
        Kind kind,
        Figures figures,
        @Nullable String failure) {
    Measured failed(String reason) {
        return new Measured(id, title, kind, figures, failure == null ? reason : failure);
    }
}
