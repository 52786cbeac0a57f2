package io.mnedc.address;

import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The network interfaces of this host. */
final class HostNetworks {
    private static final Logger LOG = LoggerFactory.getLogger(HostNetworks.class);

    /**
     * An address of an interface.
     *
     * @param address without a scope
     * @param length of its network's prefix
     */
    record Local(InetAddress address, int length) {}

    /**
     * An interface.
     *
     * @param name of it
     * @param pointToPoint whether it has no neighbours, as TUN interfaces have none
     * @param addresses all of it
     */
    record Nic(String name, boolean pointToPoint, List<Local> addresses) {}

    private HostNetworks() {}

    /** {@return the interfaces as they are now; none if they cannot be listed} */
    static List<Nic> now() {
        List<Nic> all = new ArrayList<>();
        try {
            for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                List<Local> addresses = new ArrayList<>();
                for (InterfaceAddress address : each.getInterfaceAddresses()) {
                    addresses.add(new Local(
                            InetAddress.getByAddress(address.getAddress().getAddress()),
                            address.getNetworkPrefixLength()));
                }
                all.add(new Nic(each.getName(), each.isPointToPoint(), addresses));
            }
        } catch (SocketException | UnknownHostException e) {
            // an interface may have gone meanwhile: the next look tells
            LOG.debug("the interfaces of this host cannot be listed", e);
        }
        return all;
    }
}
