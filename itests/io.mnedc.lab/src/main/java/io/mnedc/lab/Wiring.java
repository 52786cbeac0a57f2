package io.mnedc.lab;

/**
 * The commands that turn a topology into namespaces, links, addresses and NAT rules. A router has a bridge
 * {@code lan} and, when it is a NAT, an interface {@code wan}; a host has {@code eth0}. All interfaces are born in
 * their namespace, so the root namespace never sees one.
 */
final class Wiring {
    private Wiring() {}

    /** Input of {@code ip -batch}: all namespaces and the cables between them. */
    static String links(String prefix, Topology topology) {
        StringBuilder batch = new StringBuilder();
        for (Topology.Node node : topology.nodes()) {
            batch.append("netns add ").append(prefix).append(node.name()).append('\n');
        }
        int port = 0;
        for (Topology.Node node : topology.nodes()) {
            Topology.Network outside = node.outside();
            if (outside != null) {
                batch.append("link add p%d netns %s type veth peer name %s netns %s\n"
                        .formatted(port++, prefix + outside.router(), outer(node), prefix + node.name()));
            }
        }
        return batch.toString();
    }

    /** A shell script for inside one node's namespace. */
    static String setup(Topology topology, Topology.Node node) {
        StringBuilder script = new StringBuilder("ip -batch - <<'END'\nlink set lo up\n");
        Topology.Network outside = node.outside();
        Topology.Network lan = node.lan();
        if (lan != null) {
            bridge(script, topology, lan);
        }
        if (outside != null) {
            String name = outer(node);
            script.append("address add %s/%d dev %s\n".formatted(node.address(), outside.prefix(), name));
            script.append("link set %s up\n".formatted(name));
            script.append("route add default via %s\n".formatted(outside.gateway()));
        }
        script.append("END\n");
        if (lan != null) {
            script.append("echo 1 > /proc/sys/net/ipv4/ip_forward\n");
        }
        if (lan != null && outside != null) {
            script.append("nft -f - <<'END'\n").append(NAT_RULES).append("END\n");
        }
        return script.toString();
    }

    private static void bridge(StringBuilder script, Topology topology, Topology.Network lan) {
        script.append("link add lan type bridge\n");
        script.append("address add %s/%d dev lan\n".formatted(lan.gateway(), lan.prefix()));
        int port = 0;
        for (Topology.Node node : topology.nodes()) {
            Topology.Network outside = node.outside();
            if (outside == lan) {
                script.append("link set p%d master lan up\n".formatted(port));
            }
            if (outside != null) {
                port++;
            }
        }
        script.append("link set lan up\n");
    }

    private static String outer(Topology.Node node) {
        return node.lan() == null ? "eth0" : "wan";
    }

    private static final String NAT_RULES = """
            table ip nat {
              chain leaving {
                type nat hook postrouting priority srcnat
                oifname "wan" masquerade
              }
            }
            table inet filter {
              chain own {
                type filter hook input priority filter
                iifname "wan" ct state established,related accept
                iifname "wan" drop
              }
              chain through {
                type filter hook forward priority filter
                policy drop
                ct state established,related accept
                iifname "lan" oifname "wan" accept
              }
            }
            """;
}
