package io.mnedc.relay.session;

import io.mnedc.relay.accept.Refusals;
import io.mnedc.relay.access.AccessControl;
import io.mnedc.relay.events.Events;
import io.mnedc.relay.settings.RelaySettings;
import io.mnedc.relay.work.Counter;
import io.mnedc.relay.work.DeviceLog;
import io.mnedc.relay.work.Randomness;
import io.mnedc.transport.SendBudget;
import java.util.function.Supplier;

/**
 * What the session of a device works with.
 *
 * @param identity what the relay says of itself
 * @param settings those in force now
 * @param counters of this relay
 * @param events what is recorded
 * @param log where people read what devices do
 * @param refusals who was refused
 * @param random makes secrets and session IDs
 * @param budget what may wait in all control streams together
 * @param sessions who is registered
 * @param access who may come in
 * @param leases who leases addresses
 */
public record SessionServices(
        Identity identity,
        Supplier<RelaySettings> settings,
        Counter.Set counters,
        Events events,
        DeviceLog log,
        Refusals refusals,
        Randomness random,
        SendBudget budget,
        Sessions sessions,
        AccessControl access,
        Leases leases) {
    /**
     * What a relay says of itself.
     *
     * @param software its name and version
     * @param epoch of this start
     */
    public record Identity(String software, long epoch) {}
}
