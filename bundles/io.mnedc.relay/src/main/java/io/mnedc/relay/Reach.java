package io.mnedc.relay;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.address.OutsideAddresses;
import io.mnedc.relay.accept.ListeningPort;
import io.mnedc.relay.session.Leases;
import io.mnedc.relay.settings.RelaySettings;
import io.mnedc.security.JoinToken;
import io.mnedc.security.authority.HostAddresses;
import io.mnedc.security.authority.JoinTokens;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Where devices reach a relay, which must not be inside the overlay. Thread-safe. */
final class Reach implements OutsideAddresses, Administration.Dialled {
    private final Supplier<RelaySettings> settings;
    private final ListeningPort port;
    private final Leases leases;
    private final Optional<JoinTokens> joinTokens;

    /**
     * Of one relay.
     *
     * @param joinTokens those that name addresses of it; none if it makes no certificates
     */
    Reach(Supplier<RelaySettings> settings, ListeningPort port, Leases leases, Optional<JoinTokens> joinTokens) {
        this.settings = settings;
        this.port = port;
        this.leases = leases;
        this.joinTokens = joinTokens;
    }

    @Override
    public List<Outside> outside() {
        List<Outside> all = new ArrayList<>();
        // also those that are not there yet, or any more; "every address" is looked at by those who look at this host
        List<InetSocketAddress> listening = new ArrayList<>(settings.get().listen());
        listening.addAll(port.bound());
        for (InetSocketAddress each : listening) {
            if (!each.getAddress().isAnyLocalAddress()) {
                all.add(new Outside(each.getAddress(), "where the relay listens (setting listen of io.mnedc.relay)"));
            }
        }
        // with a relay behind a NAT, the address of the NAT
        joinTokens.ifPresent(tokens -> {
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
        return HostAddresses.of(port.bound(), this::inOverlay);
    }

    @Override
    public String whyNone() {
        return port.bound().isEmpty() ? "it cannot listen yet, see the log" : HostAddresses.whyNone(this::inOverlay);
    }

    @Override
    public boolean inOverlay(InetAddress address) {
        AddressAllocator present = leases.allocator();
        return present != null && present.network().contains(address);
    }
}
