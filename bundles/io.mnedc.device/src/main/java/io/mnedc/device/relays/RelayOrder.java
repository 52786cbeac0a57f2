package io.mnedc.device.relays;

import io.mnedc.device.settings.RelayAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a device tries, one after the other: the relays of its settings, and those that it was told. What the settings name keeps its
 * place at a start. After a relay is lost, and if the settings name none, the device chooses among all relays of the overlay.
 */
public final class RelayOrder {
    private final RelayDirectory directory;

    /** Asks this for what was told. */
    public RelayOrder(RelayDirectory directory) {
        this.directory = directory;
    }

    /**
     * {@return what to try, in this order}
     *
     * @param listed the relays of the settings, or of the join token
     * @param last what has worked last; null: nothing has
     * @param choosing whether the order of the settings does not matter now
     * @param left the ID of a relay that is not to be tried before the others; may be empty
     */
    public List<RelayAddress> order(
            List<RelayAddress> listed, @Nullable RelayAddress last, boolean choosing, String left) {
        List<KnownRelay> known = directory.inOrder();
        List<RelayAddress> rotated = rotated(listed, last);
        if (known.isEmpty()) {
            return rotated;
        }
        Set<RelayAddress> order = new LinkedHashSet<>();
        String lastId = last == null ? "" : directory.idOf(last);
        boolean stays = !lastId.equals(left)
                && directory.find(lastId).filter(relay -> !relay.isFull()).isPresent();
        if (stays && last != null) {
            if (last.isTold() || listed.contains(last)) {
                order.add(last);
            }
            order.addAll(entries(listed, lastId));
        } else if (last != null && lastId.isEmpty() && listed.contains(last)) {
            order.add(last);
        }
        if (!choosing) {
            listedFirst(order, rotated, left);
        }
        for (KnownRelay relay : known) {
            if (!relay.relayId().equals(left)) {
                order.addAll(entries(listed, relay.relayId()));
            }
        }
        order.addAll(rotated.stream()
                .filter(entry -> directory.idOf(entry).isEmpty())
                .toList());
        order.addAll(rotated);
        // by the addresses that it tells itself: the name in the settings may be one that nobody knows any more
        known.forEach(relay -> order.add(RelayAddress.told(relay.relayId())));
        return new ArrayList<>(order);
    }

    /** {@return the relays with the last one that has worked first; what is before it goes to the end} */
    public static List<RelayAddress> rotated(List<RelayAddress> relays, @Nullable RelayAddress last) {
        List<RelayAddress> order = new ArrayList<>(relays);
        if (last != null && relays.contains(last)) {
            Collections.rotate(order, -relays.indexOf(last));
        }
        return order;
    }

    private void listedFirst(Set<RelayAddress> order, List<RelayAddress> listed, String left) {
        for (RelayAddress entry : listed) {
            String id = directory.idOf(entry);
            boolean useless = !id.isEmpty()
                    && (id.equals(left)
                            || directory.find(id).filter(KnownRelay::isFull).isPresent());
            if (!useless) {
                order.add(entry);
            }
        }
    }

    /** How a relay is dialled: as the settings have it, or else as it was told. */
    private List<RelayAddress> entries(List<RelayAddress> listed, String relayId) {
        List<RelayAddress> own = listed.stream()
                .filter(entry -> directory.idOf(entry).equals(relayId))
                .toList();
        return own.isEmpty() ? List.of(RelayAddress.told(relayId)) : own;
    }
}
