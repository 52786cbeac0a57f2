/**
 * The audit log, a listener of relay events. It uses nothing else of the relay. Start with {@link AuditLog}, which writes on the
 * thread that tells it of events.
 */
@NullMarked
package io.mnedc.relay.audit;

import org.jspecify.annotations.NullMarked;
