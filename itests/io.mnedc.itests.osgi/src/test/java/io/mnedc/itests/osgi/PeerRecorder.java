package io.mnedc.itests.osgi;

import io.mnedc.api.peer.Peer;
import io.mnedc.api.peer.PeerListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what a listener is told. */
final class PeerRecorder implements PeerListener {
    private final List<String> events = new CopyOnWriteArrayList<>();

    @Override
    public void joined(Peer peer) {
        events.add("joined " + peer.deviceId());
    }

    @Override
    public void changed(Peer before, Peer now) {
        events.add("changed " + now.deviceId());
    }

    @Override
    public void left(Peer peer) {
        events.add("left " + peer.deviceId());
    }

    List<String> seen() {
        return events;
    }
}
