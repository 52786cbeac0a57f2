package io.mnedc.relay.mesh;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.relay.session.Session;
import io.mnedc.transport.ControlStream;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The devices that are registered here, and the feeds by which other relays are told of them: each feed hears of every change from its
 * beginning on. Thread-safe; called under the lock of {@link io.mnedc.relay.session.Sessions}, too.
 */
final class LocalDevices {
    @GuardedBy("this")
    private final Map<String, Session> devices = new LinkedHashMap<>();

    @GuardedBy("this")
    private final Map<LinkStream, RegistrationFeed> feeds = new HashMap<>();

    /** A device has registered, or is different; {@return whether it is another session than before} */
    synchronized boolean put(Session session) {
        Session before = devices.put(session.deviceId(), session);
        feeds.values().forEach(feed -> feed.changed(session.deviceId(), Optional.of(session)));
        return !session.equals(before);
    }

    /** A device has left, unless another session of it is here. */
    synchronized void remove(Session session) {
        if (devices.remove(session.deviceId(), session)) {
            feeds.values().forEach(feed -> feed.changed(session.deviceId(), Optional.empty()));
        }
    }

    synchronized int count() {
        return devices.size();
    }

    synchronized List<Session> all() {
        return List.copyOf(devices.values());
    }

    /** {@return what tells another relay of all of them from now on} */
    synchronized RegistrationFeed feed(LinkStream link, ControlStream stream) {
        RegistrationFeed feed = new RegistrationFeed(stream, List.copyOf(devices.values()));
        feeds.put(link, feed);
        return feed;
    }

    /** A link is over. */
    synchronized void end(LinkStream link) {
        feeds.remove(link);
    }
}
