package io.mnedc.itests.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.address.LeaseStore;
import io.mnedc.api.notice.Notice;
import io.mnedc.api.store.OverlayStore;
import io.mnedc.itests.gateway.RelayAndDevice;
import io.mnedc.itests.gateway.Waits;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;

/** Addresses are leased from the store that relays share, while that is there. */
class SharedStoreIT {
    @TempDir
    Path data;

    private final BundleContext context =
            FrameworkUtil.getBundle(SharedStoreIT.class).getBundleContext();
    private final Services services = new Services(context);
    private RelayAndDevice overlay;

    @BeforeEach
    void prepare() throws Exception {
        overlay = new RelayAndDevice(context, data);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        overlay.stop();
        Waits.until("our threads", RelayAndDevice::threads, List::isEmpty);
    }

    @SuppressWarnings("JdkObsolete") // a service is registered with a Dictionary, and there is no other
    private ServiceRegistration<OverlayStore> publish(OverlayStore store) {
        Hashtable<String, Object> properties = new Hashtable<>();
        properties.put("mnedc.store", "shared");
        return context.registerService(OverlayStore.class, store, properties);
    }

    private void awaitAllocator(boolean there) throws Exception {
        Waits.until("an allocator: " + there, () -> services.has(AddressAllocator.class), found -> found.equals(there));
        assertThat(services.has(LeaseStore.class)).isEqualTo(there);
    }

    @Test
    void theAllocatorComesAndGoesWithTheStoreAndKnowsItsLeases() throws Exception {
        Map<String, Object> settings = new HashMap<>(overlay.address());
        settings.put("store", "shared");
        overlay.configurations().set(RelayAndDevice.ADDRESS, settings);
        assertThat(services.has(AddressAllocator.class)).isFalse();
        services.await(Notice.class, Notice::text, text -> text.contains("io.mnedc.cluster"));

        StoreInMemory store = new StoreInMemory();
        ServiceRegistration<OverlayStore> registration = publish(store);
        awaitAllocator(true);
        int node = services.await(
                        AddressAllocator.class,
                        allocator -> allocator.allocate("d").toCompletableFuture(),
                        lease -> true)
                .get(60, TimeUnit.SECONDS)
                .node();
        assertThat(store.get("leases/node/" + node).orElseThrow().value()).isEqualTo("d");

        registration.unregister();
        awaitAllocator(false);
        assertThat(store.watchers()).isZero();

        registration = publish(store);
        try {
            awaitAllocator(true);
            assertThat(services.await(
                                    AddressAllocator.class,
                                    allocator -> allocator.lease("d"),
                                    lease -> lease.isPresent())
                            .orElseThrow()
                            .node())
                    .isEqualTo(node);
        } finally {
            registration.unregister();
        }
    }
}
