package io.mnedc.address;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.store.Transaction;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The virtual network that the relays of a store lease from. The first relay says which; a relay with another one leases nothing. */
final class NetworkAgreement {
    static final String KEY = "overlay/network";

    private static final Logger LOG = LoggerFactory.getLogger(NetworkAgreement.class);

    private final OverlayStore store;

    NetworkAgreement(OverlayStore store) {
        this.store = store;
    }

    static String text(VirtualNetwork network) {
        return network.cidr() + " " + network.ulaPrefix().getHostAddress() + "/" + VirtualNetwork.ULA_PREFIX_LENGTH;
    }

    private static Optional<VirtualNetwork> parse(OverlayStore.Entry stored) {
        String[] words = stored.value().split(" ", -1);
        try {
            return words.length == 2 ? Optional.of(VirtualNetwork.parse(words[0], words[1])) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** {@return what the relays agree on; empty if none has said so} */
    Optional<VirtualNetwork> network() {
        return store.get(KEY).flatMap(NetworkAgreement::parse);
    }

    /** {@return what is stored, if it is this network: a condition for each new lease} */
    Optional<OverlayStore.Entry> agreed(String network) {
        return store.get(KEY).filter(stored -> stored.value().equals(network));
    }

    /**
     * Has the relays agree on a network, if they have none.
     *
     * @param own the network of this relay
     * @return why this relay cannot lease from it; empty if it can
     * @throws IOException if the store does not answer
     */
    Optional<String> problem(VirtualNetwork own) throws IOException {
        if (store.get(KEY).isEmpty()) {
            StoreAttempts.join(store.commit(Transaction.whenAbsent(KEY).put(KEY, text(own))));
        }
        return agreed(text(own)).isPresent() ? Optional.empty() : Optional.of(disagreement(own));
    }

    private String disagreement(VirtualNetwork own) {
        String stored = store.get(KEY).map(OverlayStore.Entry::value).orElse("nothing");
        return "this relay has the network " + text(own) + ", but the relays that share the store lease from " + stored
                + "; set pool and ipv6.prefix as there, or, to change them for all relays, set pool.replaces = "
                + stored.split(" ", 2)[0] + " on this one and then the same network on the others";
    }

    /**
     * Puts a network in the place of another one. Nothing if the relays agree on a third one, or on none.
     *
     * @param pool of the network that is replaced
     * @throws IOException if the store does not answer
     */
    void replace(String pool, VirtualNetwork by) throws IOException {
        Optional<OverlayStore.Entry> stored = store.get(KEY);
        if (stored.flatMap(NetworkAgreement::parse)
                        .filter(network -> network.cidr().equals(pool))
                        .isPresent()
                && !stored.get().value().equals(text(by))
                && StoreAttempts.join(
                        store.commit(Transaction.when(stored.get()).put(KEY, text(by))))) {
            LOG.warn(
                    "all relays lease from {} now, no longer from {}",
                    text(by),
                    stored.get().value());
        }
    }
}
