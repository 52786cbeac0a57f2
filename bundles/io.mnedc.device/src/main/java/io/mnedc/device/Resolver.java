package io.mnedc.device;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks up names apart from the loops, because that may take seconds. The thread lives only while there is work. */
final class Resolver implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Resolver.class);

    private final ThreadPoolExecutor thread;

    Resolver() {
        thread = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread made = new Thread(task, "mnedc-device-resolve");
            made.setDaemon(true);
            made.setContextClassLoader(Resolver.class.getClassLoader());
            return made;
        });
        thread.allowCoreThreadTimeOut(true);
    }

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
                try {
                    loop.execute(() -> result.accept(found));
                } catch (RejectedExecutionException e) {
                    LOG.debug("the device has ended meanwhile", e);
                }
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
        thread.shutdownNow();
    }
}
