package io.mnedc.rsa;

import java.time.Duration;
import java.util.Map;
import org.apache.aries.rsa.provider.fastbin.Activator;
import org.fusesource.hawtdispatch.Dispatch;
import org.fusesource.hawtdispatch.DispatchPriority;
import org.fusesource.hawtdispatch.DispatchQueue;
import org.osgi.framework.BundleContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * FastBin, the distribution provider of Apache Aries, at one address. As a bundle of its own it would listen on all interfaces until
 * a configuration says something else. Used by one thread at a time.
 */
final class Provider extends Activator {
    private static final Logger LOG = LoggerFactory.getLogger(Provider.class);
    private static final Duration APART = Duration.ofMillis(20);

    /** The one dispatcher of HawtDispatch in this bundle has been ended, or is ending. */
    private static boolean ended;

    Provider(BundleContext context) {
        bundleContext = context;
        // an activator's own, for work that comes from Config Admin
        executor.shutdown();
    }

    /** The activator would begin its work on a thread of its own. */
    @Override
    protected void reconfigure() {}

    /**
     * Listens, and offers itself to Remote Service Admin.
     *
     * @param address to listen at and to be called at
     * @param timeout of a call to a peer
     * @throws Exception if it cannot; nothing is left of it then
     */
    void open(String address, int port, Duration timeout) throws Exception {
        begin();
        updated(Properties.of(Map.of(
                "uri", "tcp://" + address + ":" + port, "exportedAddress", address, "timeout", timeout.toMillis())));
        doStart();
    }

    /** Ends what {@link #open} began. */
    void close() {
        doStop();
    }

    private static void begin() throws InterruptedException {
        if (ended) {
            ProviderGroup.renew();
            long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (ended) {
                try {
                    Dispatch.restart();
                    ended = false;
                } catch (IllegalStateException e) {
                    // it ends on its own threads
                    if (System.nanoTime() > end) {
                        throw e;
                    }
                    Thread.sleep(APART.toMillis());
                }
            }
        }
        int number = 0;
        for (DispatchQueue each : Dispatch.getThreadQueues(DispatchPriority.DEFAULT)) {
            String name = "mnedc-rsa-calls-" + ++number;
            each.execute((Runnable) () -> Thread.currentThread().setName(name));
        }
    }

    /** Ends the threads of HawtDispatch, after {@link #close}. They are begun again by {@link #open}. */
    static void endThreads() {
        if (!ended) {
            ended = true;
            ProviderGroup.endWithItsThreads();
            Dispatch.shutdown();
            LOG.debug("the threads of the provider end");
        }
    }
}
