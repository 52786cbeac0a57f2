package io.mnedc.tun;

import io.mnedc.api.tun.TunSettings;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Asks the kernel where packets to single addresses go, some at a time: all of them once after each change of routes or of
 * the addresses, and then no more. Not thread-safe.
 */
final class DestinationCheck {
    /** So many are asked for in one round. */
    static final int ROUND = 64;

    /** Between two rounds. */
    static final long PAUSE = Duration.ofSeconds(1).toNanos();

    /** So many that go elsewhere are kept and asked for in each round; more make no better warning. */
    static final int MOST_ASTRAY = 16;

    private final RouteCheck routes;
    private final Map<InetAddress, RouteCheck.Taker> astray = new LinkedHashMap<>();
    private final Set<InetAddress> seen = new HashSet<>();
    private Iterator<InetAddress> left = Collections.emptyIterator();
    private boolean underWay;
    private boolean again;
    private long last = System.nanoTime() - PAUSE;

    DestinationCheck(RouteCheck routes) {
        this.routes = routes;
    }

    /** All shall be asked for; what is under way comes to its end first. */
    void begin() {
        again = true;
    }

    /** Asks for the next ones, if it is time to. */
    void round(Supplier<Iterator<InetAddress>> all, TunSettings present, long now) throws KernelException {
        if (next(now) > 0) {
            return;
        }
        last = now;
        if (!underWay) {
            underWay = true;
            again = false;
            left = all.get();
            seen.clear();
        }
        for (InetAddress before : Set.copyOf(astray.keySet())) {
            if (isReached(before, present)) {
                astray.remove(before);
            }
        }
        for (int i = 0; i < ROUND && left.hasNext(); i++) {
            InetAddress address = left.next();
            boolean known = astray.containsKey(address);
            if (!known && astray.size() < MOST_ASTRAY && !isReached(address, present)) {
                astray.put(address, routes.taker(address, RouteCheck.own(present, address)));
                known = true;
            }
            if (known) {
                seen.add(address);
            }
        }
        if (!left.hasNext()) {
            underWay = false;
            // those that are not asked for any more have left
            astray.keySet().retainAll(seen);
        }
    }

    private boolean isReached(InetAddress address, TunSettings present) throws KernelException {
        InetAddress own = RouteCheck.own(present, address);
        // without an address of the family nobody sends any
        return own == null || routes.isReached(address, own);
    }

    /** {@return nanoseconds until the next round; {@link Long#MAX_VALUE} if none is needed} */
    long next(long now) {
        return underWay || again ? Math.max(0, last + PAUSE - now) : Long.MAX_VALUE;
    }

    /** {@return which addresses go elsewhere; empty if none does} */
    Optional<String> warning(String name) {
        return astray.entrySet().stream().findFirst().map(first -> {
            int more = astray.size() - 1;
            String which = first.getKey().getHostAddress()
                    + (more == 0
                            ? ""
                            : " and " + more + (astray.size() == MOST_ASTRAY ? " or more" : "") + " other addresses");
            return "packets to " + which + " do not go into interface " + name + " and are not sealed: "
                    + first.getValue().text() + "; "
                    + first.getValue().cure();
        });
    }
}
