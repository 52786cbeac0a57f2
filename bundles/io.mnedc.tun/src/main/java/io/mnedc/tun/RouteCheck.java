package io.mnedc.tun;

import io.mnedc.api.tun.TunSettings;
import io.mnedc.api.tun.TunSettings.Prefix;
import io.mnedc.libc.Errno;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Asks the kernel whether packets to the virtual networks go into the interface. Not thread-safe. */
final class RouteCheck {
    private final NetlinkSocket socket;
    private final int index;

    RouteCheck(NetlinkSocket socket, int index) {
        this.socket = socket;
        this.index = index;
    }

    /**
     * A network of which packets go elsewhere.
     *
     * @param prefix the network
     * @param whole whether both ends of it do
     * @param taker what takes them, see {@link #taker}
     * @param address one that goes elsewhere
     * @param impostor what they have as their source instead of the interface's own address, if that is all that is wrong:
     *     then they go into the interface, and nobody takes them; else null
     */
    record Astray(
            Prefix prefix,
            boolean whole,
            Taker taker,
            InetAddress address,
            @Nullable InetAddress impostor) {}

    /**
     * What takes packets.
     *
     * @param text a clause with the route as ip(8) writes it, or what else is known
     * @param cure what to do about it
     */
    record Taker(String text, String cure) {}

    /** {@return the networks of the settings that go elsewhere} */
    List<Astray> ask(TunSettings settings) throws KernelException {
        List<Astray> found = new ArrayList<>();
        for (Prefix network : networks(settings)) {
            InetAddress own = own(settings, network.address());
            InetAddress first = Networks.first(network, own);
            InetAddress last = Networks.last(network, own);
            boolean firstAstray = isAstray(first, own);
            boolean lastAstray = isAstray(last, own);
            if (firstAstray || lastAstray) {
                InetAddress address = firstAstray ? first : last;
                found.add(new Astray(network, firstAstray && lastAstray, taker(address, own), address, null));
            } else if (own != null) {
                disguised(settings, network, first, last).ifPresent(found::add);
            }
        }
        return found;
    }

    /** Packets of applications that leave the choice of their source to the system: with a wrong one, peers drop them. */
    private Optional<Astray> disguised(TunSettings settings, Prefix network, InetAddress first, InetAddress last)
            throws KernelException {
        InetAddress fromFirst = impostor(settings, first);
        InetAddress fromLast = impostor(settings, last);
        InetAddress impostor = fromFirst == null ? fromLast : fromFirst;
        if (impostor == null) {
            return Optional.empty();
        }
        Taker taker = new Taker(
                "they get the source address " + impostor.getHostAddress() + ", which is not this device's",
                "remove that address (ip address show), or the route that names it (ip route show)");
        boolean whole = fromFirst != null && fromLast != null;
        return Optional.of(new Astray(network, whole, taker, fromFirst == null ? last : first, impostor));
    }

    private @Nullable InetAddress impostor(TunSettings settings, InetAddress to) throws KernelException {
        Route answer;
        try {
            answer = lookup(to, null, false);
        } catch (KernelException e) {
            if (isAnswer(e.errno())) {
                return null; // a route has changed this very moment
            }
            throw e;
        }
        InetAddress source = answer == null || answer.out() != index ? null : answer.source();
        boolean own = source == null
                || settings.addresses().stream().anyMatch(each -> each.address().equals(source));
        return own ? null : source;
    }

    /** Before and after an application has chosen the interface's address as its source: rules may tell them apart. */
    private boolean isAstray(InetAddress to, @Nullable InetAddress own) throws KernelException {
        return !isReached(to, null, own) || (own != null && !isReached(to, own, own));
    }

    /** {@return whether packets from the interface's own address to another one go into the interface} */
    boolean isReached(InetAddress to, InetAddress own) throws KernelException {
        return isReached(to, own, own);
    }

    private boolean isReached(InetAddress to, @Nullable InetAddress from, @Nullable InetAddress own)
            throws KernelException {
        try {
            Route answer = lookup(to, from, false);
            return answer != null && answer.type() == Route.UNICAST && answer.out() == index;
        } catch (KernelException e) {
            if (isAnswer(e.errno())) {
                return e.errno() == Errno.EINVAL && !isUnderstood(own);
            }
            throw e;
        }
    }

    /** EINVAL is both a blackhole's answer and that of a kernel which does not understand the question. */
    private boolean isUnderstood(@Nullable InetAddress own) throws KernelException {
        try {
            return own == null || lookup(own, own, false) != null;
        } catch (KernelException e) {
            if (e.errno() == Errno.EINVAL) {
                return false;
            }
            throw e;
        }
    }

    /** {@return what takes the packets to an address that go elsewhere} */
    Taker taker(InetAddress to, @Nullable InetAddress from) throws KernelException {
        Taker found = takerOf(to, null);
        return found == null && from != null ? or(takerOf(to, from)) : or(found);
    }

    /** {@return the route by which packets go into the interface; empty if they go elsewhere} */
    Optional<Taker> swallowed(InetAddress to) throws KernelException {
        try {
            Route taken = lookup(to, null, false);
            if (taken == null || taken.type() != Route.UNICAST || taken.out() != index) {
                return Optional.empty();
            }
            Route route = written(to, null, taken);
            return Optional.of(new Taker(
                    "route \"" + route.text() + "\" of this machine leads them there",
                    cure(route, to.getAddress().length == 4 ? "" : "-6 ")));
        } catch (KernelException e) {
            if (isAnswer(e.errno())) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static Taker or(@Nullable Taker found) {
        return found == null
                ? new Taker("a route took them that has just gone", "look at it with ip route show")
                : found;
    }

    private @Nullable Taker takerOf(InetAddress to, @Nullable InetAddress from) throws KernelException {
        String family = to.getAddress().length == 4 ? "" : "-6 ";
        try {
            Route taken = lookup(to, from, false);
            if (taken == null || (taken.type() == Route.UNICAST && taken.out() == index)) {
                return null;
            }
            Route route = written(to, from, taken);
            return new Taker("route \"" + route.text() + "\" of this machine takes them", cure(route, family));
        } catch (KernelException e) {
            if (!isAnswer(e.errno())) {
                throw e;
            }
            return refusal(to, e.errno(), family);
        }
    }

    private static String cure(Route route, String family) {
        if (route.isInOtherTable()) {
            return "remove it or the rule that leads there (ip " + family + "rule show)";
        }
        return "remove it (ip " + family + "route del " + route.text() + ")";
    }

    /** The route as it was written; what becomes of it, if the kernel tells no better. */
    private Route written(InetAddress to, @Nullable InetAddress from, Route taken) throws KernelException {
        try {
            Route route = lookup(to, from, true);
            if (route == null) {
                return taken;
            }
            return route.out() != 0
                    ? route
                    : new Route(
                            route.type(),
                            route.destination(),
                            taken.gateway(),
                            taken.out(),
                            route.table(),
                            route.metric(),
                            taken.source());
        } catch (KernelException e) {
            if (isAnswer(e.errno())) {
                return taken;
            }
            throw e;
        }
    }

    private Taker refusal(InetAddress to, int errno, String family) throws KernelException {
        int type = switch (errno) {
            case Errno.EHOSTUNREACH -> Route.UNREACHABLE;
            case Errno.EINVAL -> Route.BLACKHOLE;
            case Errno.EACCES -> Route.PROHIBIT;
            default -> 0;
        };
        if (type == 0) {
            return new Taker("this machine has no route for them", "look at it with ip " + family + "route show");
        }
        List<Route> found = new ArrayList<>();
        Prefix host = new Prefix(to, to.getAddress().length * 8);
        socket.dump(Rtnetlink.getRoutes(to, type), "list the routes of the machine", answer -> {
            Route route = Rtnetlink.route(answer, to);
            if (route != null && route.type() == type && Networks.overlap(route.destination(), host)) {
                boolean better = found.isEmpty()
                        || route.destination().length()
                                > found.get(0).destination().length();
                if (better) {
                    found.clear();
                    found.add(route);
                }
            }
        });
        if (found.isEmpty()) {
            String word = Route.typeName(type);
            return new Taker(
                    "a rule that says " + word + " takes them", "remove the rule (ip " + family + "rule show)");
        }
        return new Taker(
                "route \"" + found.get(0).text() + "\" of this machine takes them", cure(found.get(0), family));
    }

    private @Nullable Route lookup(InetAddress to, @Nullable InetAddress from, boolean asWritten)
            throws KernelException {
        List<Route> answers = new ArrayList<>(1);
        socket.dump(Rtnetlink.lookup(to, from, asWritten), "ask for the route to " + to.getHostAddress(), answer -> {
            Route route = Rtnetlink.route(answer, to);
            if (route != null) {
                answers.add(route);
            }
        });
        return answers.isEmpty() ? null : answers.get(0);
    }

    /** {@return whether an error is the kernel's answer, by its routes, and no failure} */
    private static boolean isAnswer(int errno) {
        return errno == Errno.ENETUNREACH
                || errno == Errno.EHOSTUNREACH
                || errno == Errno.EACCES
                || errno == Errno.EINVAL
                || errno == Errno.EAGAIN;
    }

    /** {@return the networks that are reached through the interface, without host addresses} */
    static Set<Prefix> networks(TunSettings settings) {
        Set<Prefix> all = settings.addresses().stream()
                .filter(p -> p.length() < p.address().getAddress().length * 8)
                .map(Networks::network)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        settings.routes().stream().map(Networks::network).forEach(all::add);
        return all;
    }

    /** {@return the interface's own address of a family; null if it has none} */
    static @Nullable InetAddress own(TunSettings settings, InetAddress family) {
        Optional<InetAddress> own = settings.addresses().stream()
                .map(Prefix::address)
                .filter(a -> a.getAddress().length == family.getAddress().length)
                .findFirst();
        return own.orElse(null);
    }
}
