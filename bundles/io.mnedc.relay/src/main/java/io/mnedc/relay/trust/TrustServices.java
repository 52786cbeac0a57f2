package io.mnedc.relay.trust;

import io.mnedc.relay.accept.Refusals;
import io.mnedc.relay.audit.AuditState;
import io.mnedc.relay.events.Events;
import io.mnedc.relay.work.Counter;
import io.mnedc.relay.work.DeviceLog;
import io.mnedc.transport.ControlLoop;
import io.mnedc.transport.SendBudget;

/**
 * What the secured side of a relay works with.
 *
 * @param loop serves control streams
 * @param budget what may wait in all control streams together
 * @param counters of this relay
 * @param events what is recorded
 * @param auditState what the audit log has told already
 * @param log where people read what devices do
 * @param refusals who was refused
 * @param admissions who was let in
 */
public record TrustServices(
        ControlLoop loop,
        SendBudget budget,
        Counter.Set counters,
        Events events,
        AuditState auditState,
        DeviceLog log,
        Refusals refusals,
        Admissions admissions) {}
