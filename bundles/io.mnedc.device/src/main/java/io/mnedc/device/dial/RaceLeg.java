package io.mnedc.device.dial;

import io.mnedc.api.finder.RelayFinder;
import io.mnedc.device.settings.RelayAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** An entry of a {@link RelayRace}, or a host that one has found, whose turn has come. */
final class RaceLeg {
    /** Addresses of one name; a name that stands for more is somebody's mistake. */
    static final int MOST_ADDRESSES = 32;

    /** The same of a host that was found: there may be many hosts. */
    static final int MOST_ADDRESSES_FOUND = 8;

    final RaceEntry entry;
    final RelayAddress relay;
    final long begun;

    /** What has found it, or what it finds; null: it is a configured host. */
    final @Nullable RaceSearch search;

    /** Addresses that are not tried yet. */
    final Deque<Target> waiting = new ArrayDeque<>();

    final List<RaceFailure> failures = new ArrayList<>();

    /** Whether its look-up has ended. */
    boolean known;

    /** Whether its failure is told. */
    boolean told;

    /** When its last attempt began. */
    long started;

    private final @Nullable Target last;
    private final ToIntFunction<InetSocketAddress> segments;

    /**
     * Nothing is known yet.
     *
     * @param search what has found it; a new one if it is to find hosts itself; null: it is a configured host
     * @param last what has worked last of this relay; null: nothing has
     * @param segments tells the most data in a segment to an address
     */
    RaceLeg(
            RaceEntry entry,
            long now,
            @Nullable RaceSearch search,
            @Nullable Target last,
            ToIntFunction<InetSocketAddress> segments) {
        this.entry = entry;
        this.relay = entry.relay();
        this.begun = now;
        this.started = now;
        this.search = search;
        this.last = last;
        this.segments = segments;
    }

    /**
     * Announcements take their time. The address that a relay had before is tried meanwhile: it must prove itself in any
     * case.
     */
    void tryRemembered() {
        if (relay.source() == RelayAddress.Source.LAN && last != null) {
            add(last.place(), last.address());
        }
    }

    /** Its host has these addresses. */
    void found(Place place, List<InetSocketAddress> addresses) {
        known = true;
        int most = relay.isFound() ? MOST_ADDRESSES_FOUND : MOST_ADDRESSES;
        AddressOrder.of(addresses, last == null ? null : last.address(), most).forEach(each -> add(place, each));
    }

    private void add(Place place, InetSocketAddress address) {
        waiting.add(new Target(place, address, segments.applyAsInt(address)));
    }

    /** Its relay is at these hosts. {@return what is to be tried in turn, what worked last first} */
    List<Place> found(Finders.Finding finding) {
        known = true;
        List<Place> places = new ArrayList<>();
        for (RelayFinder.Found found : finding.places()) {
            places.add(new Place(relay, found.host(), found.port()));
        }
        // that of the LAN is being tried already
        if (last != null && places.remove(last.place()) && relay.source() != RelayAddress.Source.LAN) {
            places.add(0, last.place());
        }
        return places;
    }
}
