package io.mnedc.discovery;

import io.mnedc.api.peer.Peer;
import io.mnedc.api.peer.PeerListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what it is told. */
class Recorder implements PeerListener {
    private final List<String> events = new CopyOnWriteArrayList<>();

    @Override
    public void joined(Peer peer) {
        events.add("+" + peer.deviceId());
    }

    @Override
    public void changed(Peer before, Peer now) {
        events.add(before.info().platform() + ">" + now.info().platform());
    }

    @Override
    public void left(Peer peer) {
        events.add("-" + peer.deviceId());
    }

    List<String> events() {
        return events;
    }

    /** Waits for as many events. */
    List<String> await(int count) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (events.size() < count && System.nanoTime() < end) {
            Thread.sleep(2);
        }
        return events;
    }
}
