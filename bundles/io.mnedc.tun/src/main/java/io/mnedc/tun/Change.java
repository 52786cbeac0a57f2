package io.mnedc.tun;

import io.mnedc.api.tun.TunSettings;
import io.mnedc.api.tun.TunSettings.Prefix;
import io.mnedc.libc.Errno;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** One difference between two settings of an interface, and how the kernel is asked for it. */
sealed interface Change {
    /** {@return the request} */
    NetlinkMessage message(int index);

    /** {@return what undoes it} */
    Change inverse();

    /** {@return what it does, as in "cannot (action)"} */
    String action();

    /** {@return whether an error only says that there is nothing left to do} */
    default boolean isDoneBy(int errno) {
        return false;
    }

    /** The largest packet changes. */
    record Mtu(int from, int to) implements Change {
        @Override
        public NetlinkMessage message(int index) {
            return Rtnetlink.mtu(index, to);
        }

        @Override
        public Change inverse() {
            return new Mtu(to, from);
        }

        @Override
        public String action() {
            return "set the MTU " + to;
        }
    }

    /** It carries multicast from now on, or not any more. */
    record Multicast(boolean to) implements Change {
        @Override
        public NetlinkMessage message(int index) {
            return Rtnetlink.multicast(index, to);
        }

        @Override
        public Change inverse() {
            return new Multicast(!to);
        }

        @Override
        public String action() {
            return (to ? "switch on" : "switch off") + " the multicast";
        }
    }

    /** An address comes. */
    record AddressAdded(Prefix prefix) implements Change {
        @Override
        public NetlinkMessage message(int index) {
            return Rtnetlink.addAddress(index, prefix);
        }

        @Override
        public Change inverse() {
            return new AddressRemoved(prefix);
        }

        @Override
        public String action() {
            return "add the address " + prefix;
        }
    }

    /** An address goes. */
    record AddressRemoved(Prefix prefix) implements Change {
        @Override
        public NetlinkMessage message(int index) {
            return Rtnetlink.removeAddress(index, prefix);
        }

        @Override
        public Change inverse() {
            return new AddressAdded(prefix);
        }

        @Override
        public String action() {
            return "remove the address " + prefix;
        }

        @Override
        public boolean isDoneBy(int errno) {
            return errno == Errno.EADDRNOTAVAIL;
        }
    }

    /** A route comes. */
    record RouteAdded(Prefix prefix) implements Change {
        @Override
        public NetlinkMessage message(int index) {
            return Rtnetlink.addRoute(index, prefix);
        }

        @Override
        public Change inverse() {
            return new RouteRemoved(prefix);
        }

        @Override
        public String action() {
            return "add the route to " + Networks.network(prefix);
        }
    }

    /** A route goes. */
    record RouteRemoved(Prefix prefix) implements Change {
        @Override
        public NetlinkMessage message(int index) {
            return Rtnetlink.removeRoute(index, prefix);
        }

        @Override
        public Change inverse() {
            return new RouteAdded(prefix);
        }

        @Override
        public String action() {
            return "remove the route to " + Networks.network(prefix);
        }

        @Override
        public boolean isDoneBy(int errno) {
            return errno == Errno.ESRCH;
        }
    }

    /**
     * Compares settings.
     *
     * @return what leads from one to the other, in the order in which it must be done
     */
    static List<Change> between(TunSettings from, TunSettings to) {
        Set<Prefix> oldAddresses = new LinkedHashSet<>(from.addresses());
        Set<Prefix> newAddresses = new LinkedHashSet<>(to.addresses());
        Set<Prefix> oldRoutes = routes(from);
        Set<Prefix> newRoutes = routes(to);
        List<Prefix> gone =
                oldAddresses.stream().filter(a -> !newAddresses.contains(a)).toList();
        // With an IPv4 address the kernel removes the others in its network and, with the last one, all IPv4 routes:
        // what shall stay is taken away in good order and put back.
        boolean ipv4Gone = gone.stream().anyMatch(a -> !Networks.isIpv6(a));
        Predicate<Prefix> addressStays = a -> oldAddresses.contains(a)
                && newAddresses.contains(a)
                && gone.stream().noneMatch(g -> !Networks.isIpv6(g) && Networks.overlap(g, a));
        Predicate<Prefix> routeStays =
                r -> oldRoutes.contains(r) && newRoutes.contains(r) && (Networks.isIpv6(r) || !ipv4Gone);

        List<Change> changes = new ArrayList<>();
        if (from.mtu() != to.mtu()) {
            changes.add(new Mtu(from.mtu(), to.mtu()));
        }
        if (from.multicast() != to.multicast()) {
            changes.add(new Multicast(to.multicast()));
        }
        oldRoutes.stream().filter(routeStays.negate()).map(RouteRemoved::new).forEach(changes::add);
        oldAddresses.stream()
                .filter(addressStays.negate())
                .map(AddressRemoved::new)
                .forEach(changes::add);
        newAddresses.stream()
                .filter(addressStays.negate())
                .map(AddressAdded::new)
                .forEach(changes::add);
        newRoutes.stream().filter(routeStays.negate()).map(RouteAdded::new).forEach(changes::add);
        return changes;
    }

    /** {@return the routes, but for those that come with an address} */
    private static Set<Prefix> routes(TunSettings settings) {
        Set<Prefix> routes =
                settings.routes().stream().map(Networks::network).collect(Collectors.toCollection(LinkedHashSet::new));
        settings.addresses().stream().map(Networks::network).forEach(routes::remove);
        return routes;
    }
}
