package io.mnedc.relay.events;

import io.mnedc.api.relay.RelayEvent;
import io.mnedc.api.relay.RelayEvent.Kind;
import io.mnedc.relay.work.Counter;
import java.time.InstantSource;
import java.util.List;

/** Has the listeners of one relay told of what happens there. Thread-safe. */
public final class EventRecorder implements Events {
    private final InstantSource clock;
    private final Counter.Set counters;
    private final List<EventListeners> listeners;

    /**
     * Of one relay.
     *
     * @param clock the time of the events
     * @param counters counts what is lost
     * @param listeners those of this relay, and those of others
     */
    public EventRecorder(InstantSource clock, Counter.Set counters, EventListeners... listeners) {
        this.clock = clock;
        this.counters = counters;
        this.listeners = List.of(listeners);
    }

    @Override
    public void record(Kind kind, String device, String remote, String detail) {
        RelayEvent event = new RelayEvent(clock.instant(), kind, device, remote, detail);
        for (EventListeners each : listeners) {
            int lost = each.tell(event);
            if (lost > 0) {
                counters.add(Counter.EVENTS_LOST, lost);
            }
        }
    }
}
