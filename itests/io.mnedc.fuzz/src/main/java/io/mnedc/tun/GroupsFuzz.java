package io.mnedc.tun;

import io.mnedc.api.tun.TunDevice;
import io.mnedc.fuzz.Checks;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;

/** The kernel's lists of multicast groups. In this package because the parts are nobody else's. */
public final class GroupsFuzz {
    private GroupsFuzz() {}

    /** Takes one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        String list = new String(data, StandardCharsets.ISO_8859_1);
        Set<InetAddress> groups = new LinkedHashSet<>();
        JoinedGroups.ipv4(list, "mnedc0", ByteOrder.LITTLE_ENDIAN, groups);
        JoinedGroups.ipv6(list, "mnedc0", groups);
        Checks.that(groups.stream().allMatch(InetAddress::isMulticastAddress), "all are groups");
        Checks.that(groups.size() <= TunDevice.MOST_GROUPS, "there are not too many");
    }
}
