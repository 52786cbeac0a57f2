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

/** An entry of a {@link RelayRace} whose turn has come. */
final class RaceLeg {
    /** Addresses of one name; a name that stands for more is somebody's mistake. */
    static final int MOST_ADDRESSES = 32;

    /** The same of a host that was found: there may be many hosts. */
    static final int MOST_ADDRESSES_FOUND = 8;

    final RaceEntry entry;
    final RelayAddress relay;
    final long begun;

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
     * @param last what has worked last of this relay; null: nothing has
     * @param segments tells the most data in a segment to an address
     */
    RaceLeg(RaceEntry entry, long now, @Nullable Target last, ToIntFunction<InetSocketAddress> segments) {
        this.entry = entry;
        this.relay = entry.relay();
        this.begun = now;
        this.started = now;
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
        int most = relay.source() == RelayAddress.Source.HOST ? MOST_ADDRESSES : MOST_ADDRESSES_FOUND;
        AddressOrder.of(addresses, last == null ? null : last.address(), most).forEach(each -> add(place, each));
    }

    private void add(Place place, InetSocketAddress address) {
        waiting.add(new Target(place, address, segments.applyAsInt(address)));
    }

    /**
     * Its relay is at these hosts.
     *
     * @return what is to be tried next, what worked last first; the last one first
     */
    List<RaceEntry> found(Finders.Finding finding) {
        known = true;
        List<RaceEntry> entries = new ArrayList<>();
        for (RelayFinder.Found found : finding.places()) {
            entries.add(0, new RaceEntry(relay, new Place(relay, found.host(), found.port())));
        }
        RaceEntry remembered = last == null ? null : new RaceEntry(relay, last.place());
        // that of the LAN is being tried already
        if (remembered != null && entries.remove(remembered) && relay.source() != RelayAddress.Source.LAN) {
            entries.add(remembered);
        }
        return entries;
    }
}
