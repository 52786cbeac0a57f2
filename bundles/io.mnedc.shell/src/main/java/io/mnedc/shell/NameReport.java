package io.mnedc.shell;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.peer.NameService;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Collectors;

/** What a name or an address is. */
final class NameReport {
    private NameReport() {}

    static String of(NameService names, String asked) {
        List<InetAddress> addresses = names.lookup(asked);
        if (!addresses.isEmpty()) {
            return addresses.stream()
                    .map(InetAddress::getHostAddress)
                    .collect(Collectors.joining(System.lineSeparator()));
        }
        try {
            return names.nameOf(literal(asked)).orElse("Nobody has the address " + asked + " now.");
        } catch (IllegalArgumentException e) {
            return "Nobody is called " + asked + " in the zone " + names.zone() + " now.";
        }
    }

    /** Never asks the DNS. */
    private static InetAddress literal(String text) {
        if (!text.contains(":")) {
            return VirtualNetwork.ipv4Literal(text);
        }
        if (!text.matches("[0-9a-fA-F:]+")) {
            throw new IllegalArgumentException(text);
        }
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
