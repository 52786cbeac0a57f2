package io.mnedc.security;

import java.util.List;

/**
 * What a relay hands to a device, each certificate as DER.
 *
 * @param chain the device's certificate first; empty when only the trusted ones are told
 * @param trusted the CAs of the overlay, and certificates by which they vouch for each other
 */
public record Credentials(List<byte[]> chain, List<byte[]> trusted) {
    /** Copies the lists. */
    public Credentials {
        chain = List.copyOf(chain);
        trusted = List.copyOf(trusted);
    }
}
