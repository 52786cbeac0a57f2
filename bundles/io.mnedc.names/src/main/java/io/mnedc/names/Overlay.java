package io.mnedc.names;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.device.RelayLink.Registration;
import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.api.peer.Peer;
import io.mnedc.api.peer.PeerSnapshot;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Who has which name, and offers what, at one moment. Immutable. */
final class Overlay {
    /** The label of the service address. */
    static final String RELAY = "relay";

    private final PeerSnapshot peers;
    private final Registration self;
    private final OrchestrationInfo own;
    private final Map<String, Host> byLabel = new HashMap<>();
    private final Map<InetAddress, Host> byAddress = new HashMap<>();
    private final Map<String, List<Instance>> types = new TreeMap<>();
    private final Map<String, Instance> instances = new HashMap<>();
    /** By the label with the number 2: the last number that was given. */
    private final Map<String, Integer> numbers = new HashMap<>();

    Overlay(PeerSnapshot peers, Registration self, OrchestrationInfo own) {
        this.peers = peers;
        this.self = self;
        this.own = own;
        add(RELAY, VirtualNetwork.RELAY_NODE, List.of());
        add(self.name(), self.node(), own.services());
        for (Peer peer : peers.peers()) {
            // what a peer does not vouch for may be the relay's invention
            List<OfferedService> services = peer.verified() ? peer.info().services() : List.of();
            add(new Host(peer.name(), peer.ipv4(), peer.ipv6(), services));
        }
    }

    /** Whether it would be the same if it were made of these. */
    boolean isOf(PeerSnapshot otherPeers, Registration otherSelf, OrchestrationInfo otherOwn) {
        return peers.sequence() == otherPeers.sequence() && self.equals(otherSelf) && own.equals(otherOwn);
    }

    private void add(String label, int node, List<OfferedService> services) {
        add(new Host(label, self.network().ipv4(node), self.network().ipv6(node), services));
    }

    /** The first one has a name, or an address: a relay may announce anything. */
    private void add(Host host) {
        if (host.label().isEmpty() || byLabel.putIfAbsent(host.label(), host) != null) {
            return;
        }
        byAddress.putIfAbsent(host.ipv4(), host);
        byAddress.putIfAbsent(host.ipv6(), host);
        for (OfferedService service : host.services()) {
            ServiceType.of(service).ifPresent(type -> add(host, service, type));
        }
    }

    private void add(Host host, OfferedService service, ServiceType type) {
        String end = " on " + host.label();
        byte[] label = Label.of(service.name(), 1, end);
        if (instances.containsKey(key(Label.key(label), type))) {
            // from where the last search ended: else many equal names would cost the square of their number
            String search = key(Label.key(Label.of(service.name(), 2, end)), type);
            int number = numbers.getOrDefault(search, 1);
            do {
                number++;
                label = Label.of(service.name(), number, end);
            } while (instances.containsKey(key(Label.key(label), type)));
            numbers.put(search, number);
        }
        Instance instance = new Instance(label, type, host, service);
        instances.put(key(Label.key(label), type), instance);
        types.computeIfAbsent(type.key(), unused -> new ArrayList<>()).add(instance);
    }

    private static String key(String instance, ServiceType type) {
        return instance + "\0" + type.key();
    }

    Registration self() {
        return self;
    }

    /** {@return a number that changes with the directory, for the SOA record} */
    long serial() {
        return peers.sequence() & 0xffff_ffffL;
    }

    /** {@return all, by label} */
    List<Host> hosts() {
        return byLabel.values().stream()
                .sorted(Comparator.comparing(Host::label))
                .toList();
    }

    /** {@return the host with this label, in lower case} */
    @Nullable
    Host host(String label) {
        return byLabel.get(label);
    }

    /** {@return the host with this virtual address} */
    @Nullable
    Host host(InetAddress address) {
        return byAddress.get(address);
    }

    /** {@return the services of a type; none if nobody offers any} */
    List<Instance> ofType(String type) {
        return types.getOrDefault(type, List.of());
    }

    /** {@return one of each type} */
    List<ServiceType> types() {
        return types.values().stream().map(all -> all.get(0).type()).toList();
    }

    /** {@return the service with this first label, as a key} */
    @Nullable
    Instance instance(String label, String type) {
        return instances.get(label + "\0" + type);
    }
}
