package io.mnedc.device.settings;

import io.mnedc.api.address.VirtualNetwork;
import java.nio.ByteBuffer;

/** A virtual network as text, in files, settings and messages. */
public final class NetworkText {
    private NetworkText() {}

    /** {@return a network as it stands in the file and in messages, such as {@code 10.0.0.0/24,fd12:3456:789a:1::/64}} */
    public static String text(VirtualNetwork network) {
        return network.cidr() + "," + ipv6(network);
    }

    /** {@return its IPv6 prefix} */
    public static String ipv6(VirtualNetwork network) {
        ByteBuffer bytes = ByteBuffer.wrap(network.ulaPrefix().getAddress());
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            text.append(Integer.toHexString(bytes.getShort() & 0xffff)).append(':');
        }
        return text + ":/" + VirtualNetwork.ULA_PREFIX_LENGTH;
    }

    /**
     * Reads what {@link #text} writes.
     *
     * @throws IllegalArgumentException with a sentence if it is something else
     */
    public static VirtualNetwork parse(String text) {
        int comma = text.indexOf(',');
        if (comma < 0) {
            throw new IllegalArgumentException("it is not POOL,IPV6-PREFIX, such as 10.0.0.0/24,fd12:3456:789a:1::/64");
        }
        return VirtualNetwork.parse(text.substring(0, comma), text.substring(comma + 1));
    }
}
