package io.mnedc.names.system;

import java.util.List;

/**
 * What the programs of this host should know now.
 *
 * @param link where to ask
 * @param hosts all names, in a fixed order
 */
public record Wanted(Link link, List<Host> hosts) {
    /** Copies the list. */
    public Wanted {
        hosts = List.copyOf(hosts);
    }

    /**
     * Where names are answered.
     *
     * @param card the device's interface
     * @param index its number; an interface that is made again has another one
     * @param servers the addresses that answer
     * @param domains the zones that they answer for, without a dot at the end
     * @param known a name that they answer
     */
    public record Link(String card, int index, List<String> servers, List<String> domains, String known) {
        /** Copies the lists. */
        public Link {
            servers = List.copyOf(servers);
            domains = List.copyOf(domains);
        }
    }

    /**
     * A name and what it stands for.
     *
     * @param name in full, without a dot at the end
     * @param addresses as texts
     */
    public record Host(String name, List<String> addresses) {
        /** Copies the list. */
        public Host {
            addresses = List.copyOf(addresses);
        }
    }
}
