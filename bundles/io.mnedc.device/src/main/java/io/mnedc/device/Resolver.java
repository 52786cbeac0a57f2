package io.mnedc.device;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks up names apart from the loops, because that may take seconds. */
final class Resolver implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Resolver.class);

    /** Nobody waits for its end: a look-up cannot be interrupted. */
    private final IdleThread thread = new IdleThread("mnedc-device-resolve", Duration.ZERO);

    /**
     * Looks up a relay.
     *
     * @param relay what to look up
     * @param loop where to tell the result
     * @param result told all addresses; none if the name is not known
     */
    void resolve(RelayAddress relay, Executor loop, Consumer<List<InetSocketAddress>> result) {
        try {
            thread.execute(() -> {
                List<InetSocketAddress> found = lookUp(relay);
                loop.execute(() -> result.accept(found));
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("the device is ending", e);
        }
    }

    private static List<InetSocketAddress> lookUp(RelayAddress relay) {
        List<InetSocketAddress> found = new ArrayList<>();
        try {
            for (InetAddress address : InetAddress.getAllByName(relay.host())) {
                found.add(new InetSocketAddress(address, relay.port()));
            }
        } catch (UnknownHostException e) {
            found.clear();
        }
        return found;
    }

    @Override
    public void close() {
        thread.close();
    }
}
