package io.mnedc.discovery;

import io.mnedc.api.peer.Peer;
import io.mnedc.api.peer.PeerEvents;
import io.mnedc.api.peer.PeerListener;
import java.util.Map;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;

/** Tells Event Admin of the peers. Its package is an optional import: nobody but {@link EventAdminTracker} may load this class. */
final class PeerEventPublisher implements PeerListener {
    private final EventAdmin events;

    PeerEventPublisher(EventAdmin events) {
        this.events = events;
    }

    @Override
    public void joined(Peer peer) {
        post(PeerEvents.JOINED, peer, PeerFilter.attributes(peer));
    }

    @Override
    public void changed(Peer before, Peer now) {
        Map<String, Object> properties = PeerFilter.attributes(now);
        properties.put(PeerEvents.BEFORE, before);
        post(PeerEvents.CHANGED, now, properties);
    }

    @Override
    public void left(Peer peer) {
        post(PeerEvents.LEFT, peer, PeerFilter.attributes(peer));
    }

    private void post(String topic, Peer peer, Map<String, Object> properties) {
        properties.put(PeerEvents.PEER, peer);
        // posted: a handler that is slow must not hold up what the peers' listeners are told
        events.postEvent(new Event(topic, properties));
    }
}
