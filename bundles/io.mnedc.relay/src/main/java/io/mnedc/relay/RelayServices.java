package io.mnedc.relay;

import io.mnedc.relay.accept.HalfOpen;
import io.mnedc.relay.accept.Refusals;
import io.mnedc.relay.access.AccessControl;
import io.mnedc.relay.access.DataDirectory;
import io.mnedc.relay.events.Events;
import io.mnedc.relay.session.ControlSessions;
import io.mnedc.relay.session.Leases;
import io.mnedc.relay.session.SessionServices;
import io.mnedc.relay.session.Sessions;
import io.mnedc.relay.settings.RelaySettings;
import io.mnedc.relay.trust.TrustServices;
import io.mnedc.relay.work.Counter;
import io.mnedc.relay.work.DeviceLog;
import io.mnedc.relay.work.Memory;
import io.mnedc.relay.work.Randomness;
import io.mnedc.transport.ControlLoop;
import io.mnedc.transport.SendBudget;
import java.util.function.Supplier;

/**
 * The parts of a relay that others use. They are built first; each room gets a record of those that it needs.
 *
 * @param loop serves control streams and takes decisions
 * @param data what the relay keeps on disk
 * @param session what sessions of devices work with
 * @param controls the control streams of devices that were let in
 * @param halfOpen who has not proved yet who he is
 */
public record RelayServices(
        ControlLoop loop, DataDirectory data, SessionServices session, ControlSessions controls, HalfOpen halfOpen) {
    /**
     * Builds them, and puts access rules and revocations in force.
     *
     * @param settings those in force now
     * @param counters of this relay
     * @param events what is recorded
     */
    static RelayServices of(
            Supplier<RelaySettings> settings,
            String software,
            Counter.Set counters,
            DataDirectory data,
            Events events,
            ControlLoop loop) {
        DeviceLog log = new DeviceLog();
        Randomness random = new Randomness();
        Refusals refusals = new Refusals(counters, events);
        Sessions sessions = new Sessions(
                counters, events, log, () -> settings.get().policy().cloneSwapsPerMinute(), loop);
        AccessControl access = AccessControl.start(
                sessions, events, data, settings.get().policy().rules());
        SessionServices session = new SessionServices(
                new SessionServices.Identity(software, random.id()),
                settings,
                counters,
                events,
                log,
                refusals,
                random,
                SendBudget.ofMemory(Memory.most()),
                sessions,
                access,
                new Leases(sessions));
        HalfOpen halfOpen = new HalfOpen(() -> settings.get().security().halfOpenPerSource(), refusals);
        return new RelayServices(loop, data, session, new ControlSessions(session), halfOpen);
    }

    /** What the secured side works with. */
    TrustServices trust() {
        return new TrustServices(
                loop,
                session.budget(),
                session.counters(),
                session.events(),
                data.auditState(),
                session.log(),
                session.refusals(),
                controls);
    }

    /** Who is registered. */
    public Sessions sessions() {
        return session.sessions();
    }

    /** Who may come in, and who may talk to whom. */
    public AccessControl access() {
        return session.access();
    }
}
