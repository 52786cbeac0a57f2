package io.mnedc.lab;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a lab shall look like: routers, each with one LAN behind it, and hosts on those LANs. Names are unique in the
 * whole topology; addresses are given out in the order of the calls (router .1, then .10, .11, ...).
 */
public final class Topology {
    private static final int FIRST_HOST = 10;

    /** A namespace to make: a router when it has a LAN, else a host. */
    record Node(
            String name,
            @Nullable Network outside,
            String address,
            @Nullable Network lan) {}

    private final List<Node> nodes = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    Topology() {}

    /**
     * Adds a topmost router: no NAT, nothing outside.
     *
     * @param lan the network behind it, as {@code 192.168.1.0/24}
     * @return the LAN behind it
     */
    public Network router(String name, String lan) {
        Network inside = new Network(name, Ipv4Range.of(lan));
        add(new Node(name, null, "", inside));
        return inside;
    }

    List<Node> nodes() {
        return nodes;
    }

    private void add(Node node) {
        if (!node.name().matches("[a-z][a-z0-9-]{0,19}")) {
            throw new IllegalArgumentException("not a name of [a-z][a-z0-9-]{0,19}: " + node.name());
        }
        if (!names.add(node.name())) {
            throw new IllegalArgumentException("second node named " + node.name());
        }
        nodes.add(node);
    }

    /** The LAN behind a router. */
    public final class Network {
        private final String router;
        private final Ipv4Range range;
        private int next = FIRST_HOST;

        private Network(String router, Ipv4Range range) {
            this.router = router;
            this.range = range;
        }

        /** Adds a host to this LAN. */
        public Network host(String name) {
            add(new Node(name, this, range.address(next++), null));
            return this;
        }

        /**
         * Adds a NAT router whose outside is on this LAN. It masquerades what leaves, and drops what comes from
         * outside without belonging to a connection that began inside.
         *
         * @return the LAN behind it; its range may repeat one used behind another NAT
         */
        public Network nat(String name, String lan) {
            Network inside = new Network(name, Ipv4Range.of(lan));
            if (inside.range.equals(range)) {
                throw new IllegalArgumentException(name + " would have " + lan + " on both sides");
            }
            add(new Node(name, this, range.address(next++), inside));
            return inside;
        }

        String router() {
            return router;
        }

        String gateway() {
            return range.address(1);
        }

        int prefix() {
            return range.prefix();
        }
    }
}
