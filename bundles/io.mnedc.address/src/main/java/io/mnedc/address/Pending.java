package io.mnedc.address;

import io.mnedc.api.store.OverlayStore.Change;
import io.mnedc.api.store.OverlayStore.Entry;
import io.mnedc.api.store.Transaction;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Transactions that are made durable together. Seen from inside they are made already; seen from outside not yet. */
final class Pending {
    private final StoreIndex durable;
    private final Map<String, Change> changes = new LinkedHashMap<>();
    private long sequence;

    /**
     * Nothing yet.
     *
     * @param sequence the version of the last change before
     */
    Pending(StoreIndex durable, long sequence) {
        this.durable = durable;
        this.sequence = sequence;
    }

    /** {@return whether the transaction's conditions hold: then it is among what becomes durable} */
    boolean add(Transaction transaction) {
        if (!transaction.holds(this::now)) {
            return false;
        }
        transaction.changes().forEach((key, text) -> {
            // again after a removal, too: so a change that is made and unmade in one go is still told
            if (text.isPresent() || now(key).isPresent()) {
                sequence++;
                changes.remove(key);
                changes.put(key, new Change(key, text.map(value -> new Entry(key, value, sequence)), sequence));
            }
        });
        return true;
    }

    private Optional<Entry> now(String key) {
        Change changed = changes.get(key);
        return changed != null ? changed.entry() : durable.get(key);
    }

    boolean isEmpty() {
        return changes.isEmpty();
    }

    /** {@return the version of the last change} */
    long sequence() {
        return sequence;
    }

    /** {@return what is different afterwards; of several changes of one key the last} */
    List<Change> changes() {
        return List.copyOf(changes.values());
    }
}
