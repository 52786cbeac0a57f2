package io.mnedc.testing.store;

import static io.mnedc.testing.store.StoreClients.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.store.Transaction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What other tests rely on. */
class MemoryStoreTest extends OverlayStoreContract {
    private final MemoryStore store = new MemoryStore();
    private final MemoryStore.View one = store.view();
    private final MemoryStore.View two = store.view();

    @AfterEach
    void end() {
        one.close();
        two.close();
    }

    @Override
    protected OverlayStore store() {
        return one;
    }

    @Override
    protected OverlayStore other() {
        return two;
    }

    @Override
    protected OverlayStore reopened() {
        return store.view();
    }

    @Test
    void aViewThatIsCutHearsNothingUntilItIsHealed() throws Exception {
        two.cut();
        assertThat(await(one.commit(Transaction.EMPTY.put("a", "1")))).isTrue();
        assertThat(two.get("a")).isEmpty();
        assertThatThrownBy(() -> await(two.commit(Transaction.EMPTY.put("a", "2"))))
                .hasRootCauseMessage("the store is out of reach");
        two.heal();
        assertThat(two.get("a")).isEqualTo(one.get("a"));
    }
}
