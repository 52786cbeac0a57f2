package io.mnedc.device.network;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.tun.TunSettings;
import io.mnedc.device.dial.Place;
import io.mnedc.device.dial.Resolver;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.device.settings.NetworkText;
import io.mnedc.device.settings.RelayAddress;
import io.mnedc.transport.Scheduler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether the interface gets the network that the relay announces: one that may be routed into the overlay, that
 * contains nothing by which the relay is reached, and that this device was in before. It looks again every few seconds,
 * because addresses outside change; what must not be any more is taken away, and comes back when it may be. On the control
 * loop.
 */
public final class NetworkGuard {
    private static final Logger LOG = LoggerFactory.getLogger(NetworkGuard.class);

    /** Between two looks. */
    public static final Duration LOOK = Duration.ofSeconds(5);

    /** The names of relays are looked up once in so many looks. */
    private static final int LOOKS_PER_LOOK_UP = 6;

    /** Addresses that are kept of the hosts that SRV records name, beside the latest. */
    private static final int MOST_FOUND = 128;

    /** What is guarded: the interface. */
    public interface Gate {
        /** It shall be like this. */
        void want(TunSettings settings);

        /** There shall be none. */
        void refuse(String problem);

        /** This host may be in other networks than before. */
        void recheck();

        /** {@link #outside} tells others. */
        void destinationsChanged();
    }

    private final Scheduler loop;
    private final Executor lookUps;
    private final Resolver.Names names;
    private final Duration look;
    private final Supplier<DeviceSettings> settings;
    private final Supplier<? extends Collection<InetAddress>> nameServers;
    private final Gate tun;
    private final KnownNetwork known;
    private final Map<RelayAddress, Set<InetAddress>> found = new HashMap<>();
    private volatile Set<InetAddress> outside = Set.of();
    private List<RelayAddress> relays = List.of();
    private List<InetAddress> connection = List.of();
    private @Nullable Membership membership;
    private volatile @Nullable VirtualNetwork pending;
    private String refusal = "";
    private Scheduler.@Nullable Timer looking;
    private int looks;
    private boolean lookingUp;

    /**
     * Nothing is looked at before a relay announces a network.
     *
     * @param loop the control loop
     * @param lookUps runs what asks the DNS
     * @param names the DNS
     * @param look how long it is between two looks
     * @param files runs what writes to the disk
     * @param nameServers tells the DNS servers of this host
     * @param tun gets the network
     */
    public NetworkGuard(
            Scheduler loop,
            Executor lookUps,
            Resolver.Names names,
            Duration look,
            Executor files,
            Supplier<DeviceSettings> settings,
            Supplier<? extends Collection<InetAddress>> nameServers,
            Gate tun) {
        this.loop = loop;
        this.lookUps = lookUps;
        this.names = names;
        this.look = look;
        this.settings = settings;
        this.nameServers = nameServers;
        this.tun = tun;
        this.known = new KnownNetwork(files);
    }

    /** These are the relays from now on. */
    public void relays(List<RelayAddress> now) {
        relays = now;
        found.keySet().retainAll(now);
        // they may be named no more
        found.keySet().removeIf(relay -> relay.source() == RelayAddress.Source.SRV);
        now.forEach(relay -> Place.literal(relay.host()).ifPresent(address -> found.put(relay, Set.of(address))));
        reached();
        lookUp();
        judge(false);
    }

    /** {@return where the relays are, as far as is known. Any thread} */
    public Set<InetAddress> outside() {
        return outside;
    }

    private void reached() {
        Set<InetAddress> now = new LinkedHashSet<>();
        found.values().forEach(now::addAll);
        if (!now.equals(outside)) {
            outside = Set.copyOf(now);
            tun.destinationsChanged();
        }
    }

    /** The DNS says where a relay is, and somebody is about to connect there. */
    public void found(Place place, List<InetSocketAddress> addresses) {
        RelayAddress relay = place.relay();
        if (relay.source() == RelayAddress.Source.LAN || relay.isTold()) {
            // anybody in the network may have said so; the one that proves itself is an end of the connection
            return;
        }
        Set<InetAddress> all = new LinkedHashSet<>();
        if (relay.source() == RelayAddress.Source.SRV) {
            found.getOrDefault(relay, Set.of()).stream().limit(MOST_FOUND).forEach(all::add);
        }
        addresses.stream().map(InetSocketAddress::getAddress).forEach(all::add);
        note(relay, all);
    }

    /** A relay that was found has proved itself there. */
    public void proved(Place place, InetSocketAddress address) {
        if (place.relay().source() == RelayAddress.Source.LAN || place.relay().isTold()) {
            note(place.relay(), List.of(address.getAddress()));
        }
    }

    /**
     * A relay has announced a network.
     *
     * @param now this device's place in it
     * @param ends both ends of the connection to that relay
     */
    public void joined(Membership now, List<InetAddress> ends) {
        membership = now;
        connection = ends;
        judge(true);
        if (looking == null) {
            looking = loop.repeat(look, this::again);
        }
    }

    /** The settings of the interface, or of what is allowed, are different now. */
    public void settingsChanged() {
        if (membership != null) {
            judge(true);
        }
    }

    /** This device has joined again: it may be another overlay. */
    public void forget() {
        // what was announced before is of the overlay before: it must not be remembered again
        membership = null;
        pending = null;
        known.forget(loop);
    }

    /** {@return the network that waits for the administrator's word; empty if none does. Any thread} */
    public Optional<String> waiting() {
        return Optional.ofNullable(pending).map(NetworkText::text);
    }

    /**
     * The administrator takes a network on.
     *
     * @param network as {@link #waiting} told it: another one may be announced by now
     * @return whether that one was waiting
     */
    public boolean accept(String network) {
        VirtualNetwork offered = pending;
        if (offered == null || !NetworkText.text(offered).equals(network)) {
            return false;
        }
        LOG.info("device {}: the virtual network {} is accepted", settings.get().deviceId(), network);
        known.remember(offered, loop);
        judge(false);
        return true;
    }

    /** Looks no more. */
    public void close() {
        Scheduler.Timer ending = looking;
        looking = null;
        membership = null;
        if (ending != null) {
            ending.cancel();
        }
    }

    private void again() {
        try {
            if (++looks % LOOKS_PER_LOOK_UP == 0) {
                lookUp();
            }
            judge(false);
            if (refusal.isEmpty()) {
                tun.recheck();
            }
        } catch (RuntimeException e) {
            // or it would never be looked again
            LOG.error(
                    "device {}: looking after the interface failed",
                    settings.get().deviceId(),
                    e);
        }
    }

    /**
     * Gives the interface what it may have.
     *
     * @param always whether the interface is to be told in any case
     */
    private void judge(boolean always) {
        Membership now = membership;
        if (now == null) {
            return;
        }
        known.read(settings.get().network().directory());
        VirtualNetwork network = now.network();
        pending = null;
        Optional<String> problem = settings.get()
                .network()
                .allowed()
                .complaint(network)
                .or(() -> needed(network))
                .or(() -> unknown(network));
        if (problem.isPresent()) {
            refuse(problem.get(), always);
            return;
        }
        remember(network);
        boolean was = !refusal.isEmpty();
        refusal = "";
        if (always || was) {
            tun.want(now.tun(settings.get()));
        }
    }

    private void refuse(String problem, boolean always) {
        boolean news = !problem.equals(refusal);
        refusal = problem;
        if (news) {
            LOG.error("device {}: no interface: {}", settings.get().deviceId(), problem);
        }
        if (news || always) {
            tun.refuse(problem);
        }
    }

    /** Why packets of this device's own would go astray. */
    private Optional<String> needed(VirtualNetwork network) {
        for (InetAddress end : connection) {
            if (network.contains(end)) {
                return Optional.of(contains(network, end, "an end of the connection to the relay"));
            }
        }
        for (RelayAddress relay : relays) {
            for (InetAddress address : found.getOrDefault(relay, Set.of())) {
                if (network.contains(address)) {
                    return Optional.of(contains(network, address, "where relay " + relay + " is"));
                }
            }
        }
        for (InetAddress server : nameServers.get()) {
            if (network.contains(server)) {
                return Optional.of(contains(network, server, "a DNS server of this host"));
            }
        }
        return Optional.empty();
    }

    private static String contains(VirtualNetwork network, InetAddress address, String what) {
        boolean ipv4 = address.getAddress().length == 4;
        return "the relay's virtual network " + (ipv4 ? network.cidr() : NetworkText.ipv6(network)) + " contains "
                + address.getHostAddress() + ", " + what
                + ": packets for it would go into the overlay; choose another " + (ipv4 ? "pool" : "IPv6 prefix")
                + " in the relay's setting " + (ipv4 ? "pool" : "ipv6.prefix") + " (PID io.mnedc.address)";
    }

    /** Why somebody has to say a word first. */
    private Optional<String> unknown(VirtualNetwork network) {
        if (settings.get().network().follow()) {
            return Optional.empty();
        }
        if (!known.problem().isEmpty()) {
            return Optional.of(known.problem());
        }
        VirtualNetwork before = known.network();
        if (before == null || network.within(before)) {
            return Optional.empty();
        }
        pending = network;
        return Optional.of("the relay's virtual network was " + NetworkText.text(before) + " and is now "
                + NetworkText.text(network) + ", which this device takes only if its administrator says so"
                + " (pool.change = ask): run  mnedc:acceptpool " + NetworkText.text(network)
                + "  on this device, or set pool.change = follow");
    }

    private void remember(VirtualNetwork network) {
        VirtualNetwork before = known.network();
        if (before == null) {
            known.remember(network, loop);
        } else if (!network.equals(before) && settings.get().network().follow()) {
            if (!network.within(before)) {
                LOG.warn(
                        "device {}: the relay's virtual network was {} and is now {}; this device follows (pool.change"
                                + " = follow)",
                        settings.get().deviceId(),
                        NetworkText.text(before),
                        NetworkText.text(network));
            }
            known.remember(network, loop);
        }
    }

    private void note(RelayAddress relay, Collection<InetAddress> addresses) {
        Set<InetAddress> now = new LinkedHashSet<>(addresses);
        // a name that is not found now may still be dialled where it was
        if (now.isEmpty() || now.equals(found.put(relay, now))) {
            return;
        }
        reached();
        if (membership != null) {
            judge(false);
        }
    }

    private void lookUp() {
        List<RelayAddress> named = relays.stream()
                .filter(relay -> relay.source() == RelayAddress.Source.HOST)
                .filter(relay -> Place.literal(relay.host()).isEmpty())
                .toList();
        if (named.isEmpty() || lookingUp) {
            return;
        }
        lookingUp = true;
        lookUps.execute(() -> {
            Map<RelayAddress, List<InetAddress>> said = new LinkedHashMap<>();
            named.forEach(relay -> said.put(relay, lookUp(relay)));
            loop.execute(() -> {
                lookingUp = false;
                said.keySet().retainAll(relays);
                said.forEach(this::note);
            });
        });
    }

    private List<InetAddress> lookUp(RelayAddress relay) {
        try {
            return Arrays.asList(names.lookUp(relay.host()));
        } catch (UnknownHostException e) {
            return List.of();
        }
    }
}
