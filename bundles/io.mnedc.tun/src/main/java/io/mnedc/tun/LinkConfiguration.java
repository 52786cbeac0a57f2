package io.mnedc.tun;

import io.mnedc.api.tun.TunException;
import io.mnedc.api.tun.TunException.Reason;
import io.mnedc.api.tun.TunSettings;
import io.mnedc.api.tun.TunSettings.Prefix;
import io.mnedc.libc.Errno;
import io.mnedc.libc.LibC;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An interface's addresses, routes and MTU. Not thread-safe. */
final class LinkConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(LinkConfiguration.class);

    /**
     * Packets that wait in the kernel for a read. Its own 500 could, as super-packets, be 32 MiB: a delay that every
     * ping behind them suffers. 128 (8 MiB at the worst) still takes the bursts of small packets while a reader is
     * being woken.
     */
    static final int QUEUE_LENGTH = 128;

    /** What tun_net_initialize of the kernel's drivers/net/tun.c sets. */
    private static final int INITIAL_MTU = 1500;

    private final String name;
    private final int index;
    private TunSettings settings;

    private LinkConfiguration(String name, int index, boolean offload) {
        this.name = name;
        this.index = index;
        this.settings = new TunSettings(name, INITIAL_MTU, List.of(), List.of(), offload);
    }

    /** Refuses settings that overlap a network of this machine, before anything is made. */
    static void refuseOverlap(TunSettings settings) throws TunException {
        refuseOverlap(settings, 0);
    }

    /** Gives a new interface its settings and brings it up. */
    static LinkConfiguration apply(TunSettings wanted, TunFile file) throws TunException {
        int index = LibC.if_nametoindex(file.name());
        if (index == 0) {
            throw new TunException(
                    Reason.FAILED, "the new interface " + file.name() + " is gone already; look who removed it");
        }
        LinkConfiguration link = new LinkConfiguration(file.name(), index, wanted.offload());
        try (NetlinkSocket socket = new NetlinkSocket()) {
            link.bringUp(socket);
        } catch (KernelException e) {
            throw e.toTunException();
        }
        link.change(wanted);
        return link;
    }

    /** {@return what is in force} */
    TunSettings settings() {
        return settings;
    }

    /** Changes what differs; if that fails, what was in force goes on. */
    void change(TunSettings requested) throws TunException {
        TunSettings wanted = withoutUnusableIpv6(requested);
        // also if nothing changes: this machine may be in other networks than before
        refuseOverlap(wanted, index);
        List<Change> changes = Change.between(settings, wanted);
        if (changes.isEmpty()) {
            return;
        }
        Deque<Change> undo = new ArrayDeque<>();
        try (NetlinkSocket socket = new NetlinkSocket()) {
            try {
                for (Change change : changes) {
                    perform(change, socket);
                    undo.push(change.inverse());
                }
            } catch (TunException e) {
                undo(undo, socket);
                throw e;
            }
        } catch (KernelException e) {
            throw e.toTunException();
        }
        settings = wanted;
    }

    private void bringUp(NetlinkSocket socket) throws KernelException {
        try {
            socket.request(Rtnetlink.noGeneratedAddresses(index), "switch generated addresses off");
        } catch (KernelException e) {
            // without IPv6 there is nothing to switch off; without the mode the interface only gets an address more
            LOG.debug("{} may get a link-local address: {}", name, e.getMessage());
        }
        socket.request(Rtnetlink.up(index, QUEUE_LENGTH), "bring " + name + " up");
    }

    private void perform(Change change, NetlinkSocket socket) throws TunException {
        String action = change.action() + " of interface " + name;
        try {
            socket.request(change.message(index), action);
        } catch (KernelException e) {
            if (change.isDoneBy(e.errno())) {
                return;
            }
            if (change instanceof Change.RouteAdded added && e.errno() == Errno.EEXIST) {
                TunException overlap = new TunException(
                        Reason.NETWORK_OVERLAP,
                        "this machine already has a route to " + added.prefix() + "; remove it or "
                                + Networks.overlapCure(added.prefix()));
                overlap.initCause(e);
                throw overlap;
            }
            throw e.toTunException();
        }
    }

    private void undo(Deque<Change> changes, NetlinkSocket socket) {
        for (Change change : changes) {
            try {
                perform(change, socket);
            } catch (TunException e) {
                LOG.warn("interface {} is not as it was before: {}", name, e.getMessage());
            }
        }
    }

    private static void refuseOverlap(TunSettings settings, int ownIndex) throws TunException {
        try (NetlinkSocket socket = new NetlinkSocket()) {
            Networks.refuseOverlap(settings, Rtnetlink.localNetworks(socket), ownIndex);
            Networks.refuseGateways(settings, Gateways.all(socket), ownIndex);
        } catch (KernelException e) {
            throw e.toTunException();
        }
    }

    /** On a machine without IPv6 the IPv4 part works on. */
    private TunSettings withoutUnusableIpv6(TunSettings requested) {
        boolean ipv6 = isIpv6Enabled(name);
        List<Prefix> addresses = requested.addresses().stream()
                .filter(p -> ipv6 || !Networks.isIpv6(p))
                .toList();
        List<Prefix> routes = requested.routes().stream()
                .filter(p -> ipv6 || !Networks.isIpv6(p))
                .toList();
        if (addresses.size() < requested.addresses().size()) {
            LOG.warn(
                    "IPv6 is switched off on this machine (sysctl net.ipv6.conf.{}.disable_ipv6):"
                            + " the interface has its IPv4 address only",
                    name);
        }
        return new TunSettings(name, requested.mtu(), addresses, routes, requested.offload());
    }

    private static boolean isIpv6Enabled(String name) {
        if (!Files.exists(Path.of("/proc/net/if_inet6"))) {
            return false;
        }
        try {
            return !Files.readString(Path.of("/proc/sys/net/ipv6/conf", name, "disable_ipv6"))
                    .startsWith("1");
        } catch (IOException e) {
            LOG.debug("cannot tell whether IPv6 is enabled for {}: {}", name, e.toString());
            return true;
        }
    }
}
