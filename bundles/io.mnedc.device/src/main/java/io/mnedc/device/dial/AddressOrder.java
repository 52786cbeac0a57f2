package io.mnedc.device.dial;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** In which order the addresses of a name are tried: RFC 8305, section 4. */
final class AddressOrder {
    private AddressOrder() {}

    /**
     * IPv6 and IPv4 in turn, IPv6 first: a family that does not work costs one attempt, not all.
     *
     * @param found what the name stands for, in the resolver's order
     * @param good what worked last, which comes first if it is still among them; null if nothing did
     * @param most how many are kept
     */
    static List<InetSocketAddress> of(List<InetSocketAddress> found, @Nullable InetSocketAddress good, int most) {
        Deque<InetSocketAddress> six = new ArrayDeque<>();
        Deque<InetSocketAddress> four = new ArrayDeque<>();
        for (InetSocketAddress address : new LinkedHashSet<>(found)) {
            (address.getAddress() instanceof Inet6Address ? six : four).add(address);
        }
        List<InetSocketAddress> order = new ArrayList<>();
        if (good != null && (six.remove(good) || four.remove(good))) {
            order.add(good);
        }
        while (!(six.isEmpty() && four.isEmpty())) {
            if (!six.isEmpty()) {
                order.add(six.remove());
            }
            if (!four.isEmpty()) {
                order.add(four.remove());
            }
        }
        return order.size() > most ? List.copyOf(order.subList(0, most)) : order;
    }
}
