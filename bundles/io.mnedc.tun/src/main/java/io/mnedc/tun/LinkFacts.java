package io.mnedc.tun;

import io.mnedc.api.tun.TunSettings.Prefix;
import io.mnedc.libc.Errno;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel says about an interface.
 *
 * @param name its name now
 * @param up whether it was brought up
 * @param carrier whether it takes packets while it is up; others can switch that off
 * @param mtu the largest packet
 * @param addresses all its addresses, also those that are not from here
 */
record LinkFacts(String name, boolean up, boolean carrier, int mtu, List<Prefix> addresses) {
    /** {@return what is so now; null if there is no such interface in this network namespace} */
    static @Nullable LinkFacts read(NetlinkSocket socket, int index) throws KernelException {
        List<Prefix> addresses = new ArrayList<>();
        List<LinkFacts> found = new ArrayList<>();
        try {
            socket.dump(Rtnetlink.getLink(index), "look at interface number " + index, answer -> {
                LinkFacts facts = Rtnetlink.linkFacts(answer, index, addresses);
                if (facts != null) {
                    found.add(facts);
                }
            });
        } catch (KernelException e) {
            if (e.errno() == Errno.ENODEV) {
                return null;
            }
            throw e;
        }
        if (found.isEmpty()) {
            return null;
        }
        socket.dump(Rtnetlink.getAddresses(index), "list the addresses of interface number " + index, answer -> {
            LocalNetwork own = Rtnetlink.ownAddress(answer);
            if (own != null && own.index() == index) {
                addresses.add(own.prefix());
            }
        });
        return found.get(0);
    }
}
