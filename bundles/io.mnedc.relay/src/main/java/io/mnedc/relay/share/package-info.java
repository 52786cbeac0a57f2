/**
 * What several relays of one overlay share: revocations, join tokens, enrolments, rules and CA certificates. Start with
 * {@link Sharing}, which keeps this relay's files and the shared store the same, on a thread of its own.
 */
@NullMarked
package io.mnedc.relay.share;

import org.jspecify.annotations.NullMarked;
