package io.mnedc.tun;

import io.mnedc.api.text.PlainText;
import io.mnedc.api.tun.TunException;
import io.mnedc.api.tun.TunException.Reason;
import io.mnedc.api.tun.TunSettings;
import io.mnedc.api.tun.TunSettings.Prefix;
import io.mnedc.libc.Errno;
import io.mnedc.libc.LibC;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An interface's addresses, routes, MTU and multicast. Not thread-safe. */
final class LinkConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(LinkConfiguration.class);

    /**
     * Packets that wait in the kernel for a read. Its own 500 could, as super-packets, be 32 MiB: a delay that every
     * ping behind them suffers. 128 (8 MiB at the worst) still takes the bursts of small packets while a reader is
     * being woken.
     */
    static final int QUEUE_LENGTH = 128;

    private static final boolean KERNEL_HAS_IPV6 = Files.exists(Path.of("/proc/net/if_inet6"));

    /** What tun_net_initialize of the kernel's drivers/net/tun.c sets. */
    private static final int INITIAL_MTU = 1500;

    private final int index;
    private String name;

    /** What was asked for; the settings are that as far as the machine can do it. */
    private TunSettings requested;

    private TunSettings settings;
    private boolean ipv6 = true;
    private long ipv6Said = System.nanoTime() - 2 * StateLog.PAUSE;

    private LinkConfiguration(String name, int index, boolean offload) {
        this.name = name;
        this.index = index;
        this.settings = new TunSettings(name, INITIAL_MTU, List.of(), List.of(), offload);
        this.requested = settings;
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

    /** {@return the interface's index, which it keeps when it is renamed} */
    int index() {
        return index;
    }

    /** {@return the interface's name now} */
    String name() {
        return name;
    }

    /** Somebody has given it another name. */
    void renamed(String now) {
        name = now;
        settings = usable(settings, true);
        requested = usable(requested, true);
    }

    /** Changes what differs; if that fails, what was in force goes on. */
    void change(TunSettings next) throws TunException {
        boolean usesIpv6 = isIpv6Enabled(name);
        TunSettings wanted = usable(next, usesIpv6);
        if (wanted.addresses().size() < next.addresses().size()) {
            warnOfIpv6();
        }
        // also if nothing changes: this machine may be in other networks than before
        refuseOverlap(wanted, index);
        List<Change> changes = Change.between(settings, wanted);
        if (changes.isEmpty()) {
            accept(next, wanted, usesIpv6);
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
        accept(next, wanted, usesIpv6);
    }

    private void accept(TunSettings next, TunSettings wanted, boolean usesIpv6) {
        requested = usable(next, true);
        settings = wanted;
        ipv6 = usesIpv6;
    }

    /** Wants IPv6 addresses while IPv6 is switched on, and no others. */
    void followIpv6() {
        boolean now = isIpv6Enabled(name);
        if (now == ipv6) {
            return;
        }
        ipv6 = now;
        TunSettings wanted = usable(requested, now);
        boolean changed = !wanted.equals(settings);
        settings = wanted;
        // somebody who switches it again and again does not fill the log
        if (changed && System.nanoTime() - ipv6Said > StateLog.PAUSE) {
            ipv6Said = System.nanoTime();
            if (now) {
                LOG.info("IPv6 is switched on again: interface {} gets its IPv6 address back", name);
            } else {
                warnOfIpv6();
            }
        }
    }

    /** {@return whether there would be IPv6 addresses, if somebody had not switched IPv6 off} */
    boolean isIpv6SwitchedOff() {
        return !ipv6 && KERNEL_HAS_IPV6 && !usable(requested, true).equals(settings);
    }

    /** Brings it up. */
    void bringUp(NetlinkSocket socket) throws KernelException {
        try {
            socket.request(Rtnetlink.noGeneratedAddresses(index), "switch generated addresses off");
        } catch (KernelException e) {
            // without IPv6 there is nothing to switch off; without the mode the interface only gets an address more
            LOG.debug("{} may get a link-local address: {}", name, e.getMessage());
        }
        socket.request(Rtnetlink.up(index, QUEUE_LENGTH, settings.multicast()), "bring " + name + " up");
    }

    /** Switches the carrier on that somebody has switched off. */
    void carrier(NetlinkSocket socket) throws KernelException {
        socket.request(Rtnetlink.carrier(index), "switch the carrier of " + name + " on");
    }

    /** Sets the MTU once more, after somebody has changed it. */
    void restoreMtu(int from, NetlinkSocket socket) throws TunException, KernelException {
        boolean withoutIpv6 = from < TunSettings.MIN_MTU;
        if (withoutIpv6) {
            // the kernel has taken IPv6 away with all that was set for it; when it gives it back to an interface that
            // is
            // up, it makes up an address at once
            socket.request(Rtnetlink.down(index), "take " + name + " down");
        }
        perform(new Change.Mtu(from, settings.mtu()), socket);
        if (withoutIpv6) {
            bringUp(socket);
        }
    }

    /**
     * Puts a route back.
     *
     * @param source the address that it comes with; null if it comes with none
     * @return whether it was missing
     */
    boolean restoreRoute(Prefix network, @Nullable InetAddress source, NetlinkSocket socket) throws KernelException {
        try {
            socket.request(
                    Rtnetlink.restoreRoute(index, network, source),
                    "put back the route to " + network + " of interface " + name);
            return true;
        } catch (KernelException e) {
            if (e.errno() == Errno.EEXIST) {
                return false;
            }
            throw e;
        }
    }

    /** Makes one change. */
    void perform(Change change, NetlinkSocket socket) throws TunException {
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
    private TunSettings usable(TunSettings wanted, boolean withIpv6) {
        List<Prefix> addresses = wanted.addresses().stream()
                .filter(p -> withIpv6 || !Networks.isIpv6(p))
                .toList();
        List<Prefix> routes = wanted.routes().stream()
                .filter(p -> withIpv6 || !Networks.isIpv6(p))
                .toList();
        return new TunSettings(name, wanted.mtu(), addresses, routes, wanted.offload(), wanted.multicast());
    }

    private void warnOfIpv6() {
        LOG.warn(
                "IPv6 is switched off on this machine (sysctl net.ipv6.conf.{}.disable_ipv6):"
                        + " the interface has its IPv4 address only",
                name);
    }

    private static boolean isIpv6Enabled(String name) {
        if (!KERNEL_HAS_IPV6) {
            return false;
        }
        try {
            return !Files.readString(Path.of("/proc/sys/net/ipv6/conf", name, "disable_ipv6"))
                    .startsWith("1");
        } catch (IOException e) {
            LOG.debug("cannot tell whether IPv6 is enabled for {}: {}", name, PlainText.of(e));
            return true;
        }
    }
}
