package io.mnedc.lab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The standard topology of demo, tests and bench. Devices a and b cannot reach each other, nor can the relay reach
 * them; both LANs of a and b are 192.168.0.0/24, as in so many homes and plants.
 *
 * <pre>
 *                  main router  192.168.1.1
 *       .-----------.-----+----------------.
 *     relay         c     nat-a            nat-b1  192.168.1.x
 *  192.168.1.10   .11     |                |
 *                         a                nat-b2  192.168.11.10
 *                         192.168.0.10     |
 *                                          b       192.168.0.10
 * </pre>
 */
public final class NestedNats implements AutoCloseable {
    /** The devices, in the order of their names. */
    public static final List<String> DEVICES = List.of("a", "b", "c");

    private final Lab lab;

    private NestedNats(Lab lab) {
        this.lab = lab;
    }

    /** Builds it with its files in a temporary directory. */
    public static NestedNats build() {
        return new NestedNats(Lab.build(NestedNats::plan));
    }

    /** Builds it with its files in this directory, which is left there. */
    public static NestedNats build(Path directory) {
        return new NestedNats(Lab.build(directory, NestedNats::plan));
    }

    public Lab lab() {
        return lab;
    }

    public Host relay() {
        return lab.host("relay");
    }

    /** Behind one NAT. */
    public Host a() {
        return lab.host("a");
    }

    /** Behind two nested NATs. */
    public Host b() {
        return lab.host("b");
    }

    /** On the relay's LAN. */
    public Host c() {
        return lab.host("c");
    }

    /** Hosts a, b and c. */
    public List<Host> devices() {
        List<Host> hosts = new ArrayList<>();
        DEVICES.forEach(name -> hosts.add(lab.host(name)));
        return hosts;
    }

    @Override
    public void close() {
        lab.close();
    }

    private static void plan(Topology topology) {
        Topology.Network main = topology.router("main", "192.168.1.0/24");
        main.host("relay").host("c");
        main.nat("nat-a", "192.168.0.0/24").host("a");
        main.nat("nat-b1", "192.168.11.0/24").nat("nat-b2", "192.168.0.0/24").host("b");
    }
}
