package io.mnedc.itests.relays;

import io.mnedc.lab.Host;
import java.util.List;
import java.util.stream.Collectors;

/** Cuts a host off from some others: packets disappear, as if a cable were pulled. */
final class Partition {
    private static final String TABLE = "inet partition";

    private Partition() {}

    /**
     * Does something while a host and some others do not reach each other. A host has one partition at a time. Of those behind a NAT their
     * router on the main LAN is what is cut off.
     */
    static void during(Host host, List<Host> others, Runnable work) {
        String addresses = others.stream().map(Host::address).collect(Collectors.joining(", "));
        host.exec("nft", """
                        table %s {
                          chain in { type filter hook input priority -10; ip saddr { %s } drop; }
                          chain out { type filter hook output priority -10; ip daddr { %s } drop; }
                        }
                        """.formatted(TABLE, addresses, addresses)).orThrow();
        try {
            work.run();
        } finally {
            host.exec("nft", "delete table " + TABLE).orThrow();
        }
    }
}
