package io.mnedc.security;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Optional;

/**
 * A CA of the overlay, for people.
 *
 * @param fingerprint as {@link Fingerprints} writes it
 * @param certificate of the CA
 * @param inUse whether certificates are issued by it
 * @param key where its key is; empty: taken away
 */
public record OverlayCa(String fingerprint, X509Certificate certificate, boolean inUse, Optional<Path> key) {}
