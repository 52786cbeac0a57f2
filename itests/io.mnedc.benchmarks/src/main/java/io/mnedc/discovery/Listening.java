package io.mnedc.discovery;

import io.mnedc.api.device.RelayLink;
import io.mnedc.api.peer.PeerListener;
import java.time.Duration;

/** A directory with one listener, as the bundle has them. */
public final class Listening implements AutoCloseable {
    private final ListenerDispatch dispatch;
    private final RelayLink.Subscription subscription;

    private Listening(RelayLink link, PeerListener listener) {
        Directory[] made = new Directory[1];
        dispatch = new ListenerDispatch(() -> made[0].view());
        made[0] = new Directory(dispatch::put);
        dispatch.add(listener, listener, peer -> true);
        subscription = link.subscribe(made[0]);
    }

    public static Listening begin(RelayLink link, PeerListener listener) {
        return new Listening(link, listener);
    }

    @Override
    public void close() {
        subscription.close();
        dispatch.close(Duration.ofSeconds(2));
    }
}
