/**
 * TLS, certificates, enrolment and renewal on the side of the relay. Start with {@link RelaySecurity}. Handshakes are computed on
 * threads of {@link Handshakes}, files are read by one thread more. Devices that are let in go to {@link Admissions}.
 */
@NullMarked
package io.mnedc.relay.trust;

import org.jspecify.annotations.NullMarked;
