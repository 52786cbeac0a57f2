package io.mnedc.names;

import io.mnedc.names.system.Wanted;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the programs of this host should know: all names, and where the device answers them. By one thread at a time. */
final class SystemView implements Supplier<@Nullable Wanted> {
    private final Names names;
    private final Supplier<String> card;
    private @Nullable Zone last;
    private @Nullable Wanted made;

    /**
     * Looks when it is asked.
     *
     * @param card the name of the device's interface now; empty: there is none
     */
    SystemView(Names names, Supplier<String> card) {
        this.names = names;
        this.card = card;
    }

    @Override
    public @Nullable Wanted get() {
        Zone zone = names.current();
        String name = card.get();
        int index = index(name);
        if (zone == null || index <= 0) {
            return null;
        }
        Wanted before = made;
        if (before != null
                && zone.equals(last)
                && before.link().index() == index
                && before.link().card().equals(name)) {
            return before;
        }
        Wanted now = of(zone, name, index);
        last = zone;
        made = now;
        return now;
    }

    private static Wanted of(Zone zone, String card, int index) {
        String apex = zone.apex().toString(true);
        Overlay overlay = zone.overlay();
        List<String> domains = new ArrayList<>(List.of(apex));
        domains.addAll(ReverseZones.of(overlay.self().network()));
        List<Wanted.Host> hosts = overlay.hosts().stream()
                .map(host -> new Wanted.Host(host.label() + "." + apex, addresses(host)))
                .toList();
        Host relay = overlay.host(Overlay.RELAY);
        if (relay == null) {
            throw new IllegalStateException("the service address always has a name");
        }
        return new Wanted(new Wanted.Link(card, index, addresses(relay), domains, Overlay.RELAY + "." + apex), hosts);
    }

    private static List<String> addresses(Host host) {
        return List.of(host.ipv4().getHostAddress(), host.ipv6().getHostAddress());
    }

    private static int index(String card) {
        try {
            NetworkInterface found = card.isEmpty() ? null : NetworkInterface.getByName(card);
            return found == null ? 0 : found.getIndex();
        } catch (SocketException e) {
            // it is going just now
            return 0;
        }
    }
}
