package io.mnedc.itests.nat;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Arrays;
import javax.jmdns.JmDNS;
import javax.jmdns.ServiceInfo;

/** Another implementation of multicast DNS: announces a relay, or looks for some. A program of its own. */
final class JmDnsPeer {
    private static final String TYPE = "_mnedc._tcp.local.";

    private JmDnsPeer() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        try (JmDNS peer = JmDNS.create(InetAddress.getByName(arguments[1]))) {
            if (arguments[0].equals("announce")) {
                peer.registerService(ServiceInfo.create(TYPE, "other", Integer.parseInt(arguments[2]), ""));
                System.out.println("announced");
                Thread.sleep(Long.MAX_VALUE);
            }
            for (ServiceInfo found : peer.list(TYPE, 6000)) {
                System.out.println("found " + found.getPort() + " " + Arrays.toString(found.getInet4Addresses()));
            }
        }
    }
}
