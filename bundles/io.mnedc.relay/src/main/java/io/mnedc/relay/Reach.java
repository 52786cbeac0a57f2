package io.mnedc.relay;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.address.OutsideAddresses;
import io.mnedc.security.JoinToken;
import io.mnedc.security.authority.HostAddresses;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Where devices reach a relay, which must not be inside the overlay. Thread-safe. */
final class Reach implements OutsideAddresses, Administration.Dialled {
    private final Relay relay;

    Reach(Relay relay) {
        this.relay = relay;
    }

    @Override
    public List<Outside> outside() {
        List<Outside> all = new ArrayList<>();
        // also those that are not there yet, or any more; "every address" is looked at by those who look at this host
        List<InetSocketAddress> listening = new ArrayList<>(relay.settings().listen());
        listening.addAll(relay.bound());
        for (InetSocketAddress each : listening) {
            if (!each.getAddress().isAnyLocalAddress()) {
                all.add(new Outside(each.getAddress(), "where the relay listens (setting listen of io.mnedc.relay)"));
            }
        }
        // with a relay behind a NAT, the address of the NAT
        relay.tokens().ifPresent(tokens -> {
            for (String address : tokens.addresses()) {
                JoinToken.literal(address)
                        .ifPresent(literal -> all.add(new Outside(
                                literal, "where devices dial the relay by their join tokens (" + address + ")")));
            }
        });
        return all;
    }

    @Override
    public List<String> addresses() {
        return HostAddresses.of(relay.bound(), this::inOverlay);
    }

    @Override
    public String whyNone() {
        return relay.bound().isEmpty() ? "it cannot listen yet, see the log" : HostAddresses.whyNone(this::inOverlay);
    }

    @Override
    public boolean inOverlay(InetAddress address) {
        AddressAllocator present = relay.allocator();
        return present != null && present.network().contains(address);
    }
}
