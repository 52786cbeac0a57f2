package io.mnedc.cluster;

import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.store.Transaction;
import io.mnedc.cluster.ZooKeeperStore.Times;
import io.mnedc.testing.store.StoreClients;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A real server, and relays that reach it through proxies, which cut connections at random and lose answers. */
public final class CutEnsemble implements AutoCloseable {
    private static final Times SHORT =
            new Times(Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(30), Duration.ofHours(1));

    private final TestServer server;
    private final String overlay;
    private final List<CuttingProxy> proxies = new ArrayList<>();
    private final boolean[] held;
    private final ZooKeeperStore observer;

    /**
     * Starts the server.
     *
     * @param directory for its data
     * @param relays how many
     * @param seed for what is cut
     */
    public CutEnsemble(Path directory, int relays, long seed) throws Exception {
        server = new TestServer(directory);
        overlay = "overlay-" + seed;
        held = new boolean[relays];
        for (int i = 0; i < relays; i++) {
            proxies.add(new CuttingProxy(server.port(), seed + i));
        }
        observer = ZooKeeperStore.open(server.address(), overlay);
    }

    /** {@return the store as a relay has it} */
    public ZooKeeperStore open(int relay) throws IOException {
        release(relay);
        proxies.get(relay).cut(false);
        return ZooKeeperStore.open(proxies.get(relay).address(), overlay, SHORT);
    }

    /** {@return whether a relay hears nothing} */
    public boolean isHeld(int relay) {
        return held[relay];
    }

    private void release(int relay) {
        held[relay] = false;
        proxies.get(relay).release();
    }

    /** Something may happen to the connection of a relay, or end; sometimes all connections end, or the server starts again. */
    public void disturb(Random random) throws Exception {
        int relay = random.nextInt(held.length);
        switch (random.nextInt(30)) {
            case 0, 1, 2, 3 -> proxies.get(relay).cut(true);
            case 4 -> proxies.get(relay).cutAll();
            case 5 -> {
                held[relay] = true;
                proxies.get(relay).hold();
            }
            case 6 -> server.disconnectAll();
            case 7 -> {
                server.stop();
                server.start();
            }
            case 8 -> proxies.get(relay).cut(false);
            default -> {
                // it lasts for a few steps
                if (held[relay]) {
                    release(relay);
                }
            }
        }
    }

    /** Answers of this relay's transactions get lost from now on. */
    public void cut(int relay) {
        proxies.get(relay).cut(true);
    }

    /** From now on nothing is disturbed. */
    public void calm() {
        for (int i = 0; i < held.length; i++) {
            proxies.get(i).cut(false);
            release(i);
        }
    }

    /** {@return the store as it is now, by a relay that is not disturbed} */
    public OverlayStore now() throws Exception {
        for (int attempts = 0; attempts < 10; attempts++) {
            // the server may just be starting again
            boolean made = StoreClients.await(
                    observer.commit(Transaction.EMPTY.put("probe/now", "")).handle((done, failure) -> failure == null));
            if (made) {
                return observer;
            }
        }
        throw new IOException("the server is not there");
    }

    /** {@return how often an answer was lost} */
    public int cuts() {
        return proxies.stream().mapToInt(CuttingProxy::cuts).sum();
    }

    @Override
    public void close() throws IOException {
        observer.close();
        for (CuttingProxy each : proxies) {
            each.close();
        }
        server.close();
    }
}
