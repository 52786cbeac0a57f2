package io.mnedc.device.dial;

import io.mnedc.api.finder.RelayFinder;
import io.mnedc.api.finder.RelayFinder.Found;
import io.mnedc.api.text.HostPort;
import io.mnedc.api.text.PlainText;
import io.mnedc.device.settings.RelayAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Has relays found that are not given by their names, apart from the loops. */
public final class Finders implements AutoCloseable {
    /** The DNS has several servers, and a dead one may be the first. */
    private static final Duration SRV_LIMIT = Duration.ofSeconds(10);

    /** A relay answers at once; but a packet may get lost, twice. */
    private static final Duration LAN_LIMIT = Duration.ofSeconds(4);

    private static final String LAN_KEY = "";

    /**
     * What was found.
     *
     * @param places in the order in which they are to be tried
     * @param problem why there are none; empty if there are some
     */
    record Finding(List<Found> places, String problem) {}

    private final Function<String, @Nullable RelayFinder> services;
    private final LookUps<Finding> lookUps;

    /**
     * Nothing is looked for yet.
     *
     * @param services who finds relays of a kind, now; null: nobody; any thread
     */
    public Finders(Function<String, @Nullable RelayFinder> services) {
        this.services = services;
        this.lookUps = new LookUps<>("mnedc-device-find", this::find, new Finding(List.of(), "a fault, see the log"));
    }

    /**
     * Looks for a relay.
     *
     * @param relay found by SRV records or announcements
     * @param loop where to tell the result
     * @param result told where it may be
     */
    void find(RelayAddress relay, Executor loop, Consumer<Finding> result) {
        lookUps.ask(relay.source() == RelayAddress.Source.LAN ? LAN_KEY : relay.host(), loop, result);
    }

    private Finding find(String key) {
        boolean lan = key.equals(LAN_KEY);
        String kind = lan ? RelayFinder.LAN : RelayFinder.SRV;
        RelayFinder finder = services.apply(kind);
        if (finder == null) {
            return none(kind + " needs the bundle io.mnedc.finder, which is not there");
        }
        try {
            List<Found> found = usable(finder.find(key, lan ? LAN_LIMIT : SRV_LIMIT));
            return found.isEmpty() ? none("what is found is no host with a port") : new Finding(found, "");
        } catch (IOException e) {
            return none(PlainText.of(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return none("the look-up was interrupted");
        }
    }

    private static Finding none(String problem) {
        return new Finding(List.of(), problem);
    }

    /** What others say goes through the same check as a setting. */
    private static List<Found> usable(List<Found> all) {
        Set<Found> usable = new LinkedHashSet<>();
        for (Found found : all) {
            if (usable.size() < RelayFinder.MOST && isUsable(found)) {
                usable.add(found);
            }
        }
        return List.copyOf(usable);
    }

    private static boolean isUsable(Found found) {
        try {
            RelayAddress.host(HostPort.text(found.host(), found.port()));
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @Override
    public void close() {
        lookUps.close();
    }
}
