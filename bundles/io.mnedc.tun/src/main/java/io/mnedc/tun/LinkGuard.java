package io.mnedc.tun;

import io.mnedc.api.text.PlainText;
import io.mnedc.api.tun.TunException;
import io.mnedc.api.tun.TunSettings;
import io.mnedc.api.tun.TunSettings.Prefix;
import io.mnedc.api.tun.TunState;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compares an interface with what it should be, puts back what is missing, and says how it is. Thread-safe. */
final class LinkGuard implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LinkGuard.class);

    /** The kernel tells nobody that IPv6 is switched on again: only while it is off, somebody looks. */
    private static final long IPV6_LOOK = Duration.ofSeconds(10).toNanos();

    private final LinkConfiguration link;
    private final NetlinkSocket socket;
    private final RouteCheck routes;
    private final DestinationCheck destinations;
    private final TugOfWar tug = new TugOfWar();
    private final StateLog log = new StateLog();
    private final Supplier<Iterator<InetAddress>> known;
    private final Supplier<Collection<InetAddress>> outside;

    /** What was taken away last. */
    private final Set<String> taken = new LinkedHashSet<>();

    private String failure = "";
    private boolean canAsk = true;
    private List<RouteCheck.Astray> strayed = List.of();
    private long renamed = System.nanoTime() - 2 * StateLog.PAUSE;
    private volatile TunState state;
    private long next = Long.MAX_VALUE;

    /** The interface is not there any more. */
    static final class Gone extends Exception {
        private static final long serialVersionUID = 1L;

        private Gone(String message) {
            super(message);
        }

        static Gone away(String name) {
            return new Gone("somebody removed the interface " + name + " or moved it to another network namespace;"
                    + " close it and open it again");
        }

        /** The kernel takes almost any name; with this one, nobody could ask for it by its settings. */
        static Gone renamed(String name, String now) {
            return new Gone("somebody has given the interface " + name + " the name \"" + PlainText.of(now)
                    + "\", which is not one of letters, digits or _ . -; close it and open it again");
        }
    }

    /**
     * Begins with an interface that has its settings.
     *
     * @param link what it should be
     * @param known the addresses, apart from the ends of its networks, to which packets should go through it
     * @param outside those to which none may
     */
    LinkGuard(LinkConfiguration link, Supplier<Iterator<InetAddress>> known, Supplier<Collection<InetAddress>> outside)
            throws TunException {
        this.link = link;
        this.known = known;
        this.outside = outside;
        this.state = new TunState(link.name(), link.settings().addresses(), Optional.empty(), Optional.empty());
        try {
            socket = new NetlinkSocket();
        } catch (KernelException e) {
            throw e.toTunException();
        }
        routes = new RouteCheck(socket, link.index());
        destinations = new DestinationCheck(routes);
    }

    /** {@return how it is, as far as is known. Never waits} */
    TunState state() {
        return state;
    }

    /** {@return the settings in force} */
    synchronized TunSettings settings() {
        return link.settings();
    }

    /** Changes the interface; what this does is nobody else's interference. */
    synchronized void configure(TunSettings wanted) throws TunException {
        boolean same = wanted.equals(link.settings());
        link.change(wanted);
        if (!same) {
            tug.reset();
        }
        destinations.begin();
        try {
            look(System.nanoTime());
        } catch (Gone | KernelException e) {
            // the watching thread meets the same, and tells
            LOG.debug("interface {} was changed, but cannot be looked at", link.name(), e);
        }
    }

    /** Something has changed that may concern other addresses than the ends of the networks. */
    synchronized void askForDestinations() {
        destinations.begin();
    }

    /**
     * Looks at all, mends what it may, and knows the state then.
     *
     * @param now as {@link System#nanoTime()} has it
     */
    synchronized void look(long now) throws Gone, KernelException {
        LinkFacts facts = facts();
        link.followIpv6();
        List<Lack> lacks = lacks(facts);
        boolean due = tug.isDue(now);
        List<String> putBack = new ArrayList<>();
        if (!lacks.isEmpty() && due) {
            lacks.stream().map(lack -> lack.missing().name()).forEach(putBack::add);
            mend(lacks);
            facts = facts();
            lacks = lacks(facts);
        }
        if (lacks.isEmpty()) {
            failure = "";
        }
        List<RouteCheck.Astray> astray = ask(present(facts));
        if (!astray.isEmpty() && due && restore(astray, facts, putBack)) {
            facts = facts();
            astray = ask(present(facts));
        }
        boolean moving = !astray.isEmpty() && !facts.equals(facts());
        if (moving) {
            // somebody changes it this very moment: what the kernel said is of no worth, and there is a look at once
            astray = strayed;
        }
        strayed = astray;
        note(putBack, now);
        // a route that may not be put back yet shows as packets that go astray
        boolean whole = lacks.isEmpty() && (due || astray.isEmpty());
        if (whole) {
            tug.isWhole(now);
        }
        if (canAsk && astray.stream().noneMatch(RouteCheck.Astray::whole)) {
            destinations.round(known, present(facts), now);
        }
        state = new LinkReport(
                        link.name(),
                        lacks.stream().map(Lack::missing).toList(),
                        failure,
                        tug.isDisputed(),
                        List.copyOf(taken),
                        swallowed(),
                        astray,
                        destinations.warning(link.name()))
                .state(present(facts).addresses());
        next = Math.min(
                Math.min(tug.next(whole, now), destinations.next(now)),
                link.isIpv6SwitchedOff() ? IPV6_LOOK : Long.MAX_VALUE);
        if (!failure.isEmpty() && !tug.isDisputed()) {
            next = Math.min(next, TugOfWar.FIRST_PAUSE);
        }
        next = Math.min(next, moving ? 0 : log.say(state, now));
    }

    /** Remembers what was put back, and says so as long as that is worth a line. */
    private void note(List<String> putBack, long now) {
        if (putBack.isEmpty()) {
            return;
        }
        boolean known = tug.isDisputed();
        if (tug.putBack(now)) {
            taken.clear();
        }
        if (!known) {
            // what is said of a dispute does not change while it lasts
            taken.addAll(putBack);
        }
        if (failure.isEmpty() && !tug.isDisputed()) {
            LOG.warn(
                    "interface {}: somebody else has changed it; put back: {}",
                    link.name(),
                    String.join(", ", putBack));
        }
    }

    /** Where the kernel does not answer, the interface works all the same. */
    private List<RouteCheck.Astray> ask(TunSettings present) {
        if (!canAsk) {
            return List.of();
        }
        try {
            return routes.ask(present);
        } catch (KernelException e) {
            canAsk = false;
            LOG.warn("Routes that lead past interface {} will not be noticed: {}", link.name(), e.getMessage());
            return List.of();
        }
    }

    private Optional<LinkReport.Swallowed> swallowed() throws KernelException {
        if (!canAsk) {
            return Optional.empty();
        }
        Optional<LinkReport.Swallowed> found = Optional.empty();
        boolean all = true;
        for (InetAddress address : outside.get()) {
            Optional<RouteCheck.Taker> taker = routes.swallowed(address);
            all &= taker.isPresent();
            found = found.or(() -> taker.map(text -> new LinkReport.Swallowed(address, true, text)));
        }
        boolean each = all;
        return found.map(first -> new LinkReport.Swallowed(first.address(), each, first.taker()));
    }

    /** {@return nanoseconds after the last look when the next one is due without any event} */
    synchronized long next() {
        return next;
    }

    private LinkFacts facts() throws Gone, KernelException {
        LinkFacts facts = LinkFacts.read(socket, link.index());
        if (facts == null) {
            throw Gone.away(link.name());
        }
        if (!facts.name().equals(link.name())) {
            if (!TunSettings.isName(facts.name())) {
                throw Gone.renamed(link.name(), facts.name());
            }
            if (System.nanoTime() - renamed > StateLog.PAUSE) {
                renamed = System.nanoTime();
                LOG.warn("interface {} was renamed and is {} from now on", link.name(), facts.name());
            }
            link.renamed(facts.name());
        }
        return facts;
    }

    /** Puts something back. */
    private interface Cure {
        void apply() throws TunException, KernelException;
    }

    /** Something that is missing, and how it is put back. */
    private record Lack(LinkReport.Missing missing, Cure cure) {}

    private List<Lack> lacks(LinkFacts facts) {
        TunSettings wanted = link.settings();
        List<Lack> lacks = new ArrayList<>();
        if (!facts.up()) {
            lacks.add(new Lack(new LinkReport.Missing("the state UP", true), () -> link.bringUp(socket)));
        } else if (!facts.carrier()) {
            lacks.add(new Lack(new LinkReport.Missing("the carrier", true), () -> link.carrier(socket)));
        }
        if (facts.mtu() != wanted.mtu()) {
            lacks.add(new Lack(
                    new LinkReport.Missing("the MTU " + wanted.mtu(), false),
                    () -> link.restoreMtu(facts.mtu(), socket)));
        }
        for (Prefix address : wanted.addresses()) {
            if (!facts.addresses().contains(address)) {
                lacks.add(new Lack(
                        new LinkReport.Missing("the address " + address, !Networks.isIpv6(address)),
                        () -> add(address, facts)));
            }
        }
        return lacks;
    }

    private void add(Prefix address, LinkFacts facts) throws TunException {
        for (Prefix there : facts.addresses()) {
            // an IPv6 address can be there once only, whatever its length
            if (Networks.isIpv6(there) && there.address().equals(address.address())) {
                link.perform(new Change.AddressRemoved(there), socket);
            }
        }
        link.perform(new Change.AddressAdded(address), socket);
    }

    private void mend(List<Lack> lacks) {
        failure = "";
        for (Lack lack : lacks) {
            try {
                lack.cure().apply();
            } catch (TunException | KernelException e) {
                failure = String.valueOf(e.getMessage());
            }
        }
    }

    /** Puts back routes that are missing, and lists them. {@return whether there were any} */
    private boolean restore(List<RouteCheck.Astray> astray, LinkFacts facts, List<String> putBack) {
        boolean any = false;
        for (RouteCheck.Astray network : astray) {
            try {
                if (network.impostor() != null) {
                    any |= unmask(network.prefix(), network.impostor(), facts, putBack);
                } else if (link.restoreRoute(network.prefix(), source(network.prefix()), socket)) {
                    putBack.add("the route to " + network.prefix());
                    any = true;
                }
            } catch (KernelException e) {
                LOG.debug("{}", e.getMessage());
            }
        }
        return any;
    }

    /**
     * Takes an address away that stands before the interface's own one. In the overlay's network it does not work, because no
     * relay has leased it. {@return whether there was one}
     */
    private boolean unmask(Prefix network, InetAddress impostor, LinkFacts facts, List<String> putBack)
            throws KernelException {
        List<Prefix> there = facts.addresses().stream()
                .filter(each -> each.address().equals(impostor) && Networks.overlap(each, network))
                .toList();
        if (there.isEmpty()) {
            return false; // a route names an address of another interface
        }
        try {
            for (Prefix each : there) {
                link.perform(new Change.AddressRemoved(each), socket);
            }
            for (Prefix own : link.settings().addresses()) {
                // with the first IPv4 address of a network the kernel removes the others
                if (Networks.overlap(own, network) && !facts().addresses().contains(own)) {
                    link.perform(new Change.AddressAdded(own), socket);
                }
            }
        } catch (TunException | Gone e) {
            LOG.debug("{}", e.getMessage());
            return false;
        }
        putBack.add("the source address of packets to " + network + " (" + impostor.getHostAddress()
                + " had taken its place and is removed)");
        return true;
    }

    private @Nullable InetAddress source(Prefix network) {
        return link.settings().addresses().stream()
                .filter(a -> Networks.network(a).equals(network))
                .map(Prefix::address)
                .findFirst()
                .orElse(null);
    }

    /** The settings as far as they are there. */
    private TunSettings present(LinkFacts facts) {
        TunSettings wanted = link.settings();
        return new TunSettings(
                facts.name(),
                wanted.mtu(),
                wanted.addresses().stream().filter(facts.addresses()::contains).toList(),
                facts.up() ? wanted.routes() : List.of(),
                wanted.offload());
    }

    @Override
    public void close() {
        socket.close();
    }
}
