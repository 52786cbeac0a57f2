package io.mnedc.address;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.address.LeaseStore;
import io.mnedc.api.notice.Notice;
import io.mnedc.testing.Await;
import io.mnedc.testing.TestRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Services come and go under no lock: a service listener may wait for another thread that calls the component. */
@Timeout(120)
class ServiceListenerTest {
    private static final Duration SHORT = Duration.ofMillis(50);

    @TempDir
    Path directory;

    private final TestRegistry registry = new TestRegistry();
    private final AtomicInteger returned = new AtomicInteger();

    @BeforeEach
    void area() {
        registry.storage(directory.resolve("area"));
    }

    /** Has a listener wait for another thread whenever a service of this type comes or goes. */
    private void listenerWaitsFor(Class<?> type, Runnable call) {
        registry.listen(type, () -> {
            Thread other = new Thread(call, "test");
            other.start();
            try {
                other.join(30_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            returned.addAndGet(other.isAlive() ? 0 : 1);
        });
    }

    private static Map<String, Object> pool(String pool) {
        return Map.of("enabled", true, "pool", pool, "ipv6.prefix", "fd12:3456:789a:1::/64");
    }

    private Map<String, Object> keptIn(String name) {
        return Map.of("enabled", true, "data.dir", directory.resolve(name).toString());
    }

    private AddressAllocatorComponent allocating(StoredLeases store) {
        return new AddressAllocatorComponent(registry.context(), store, List::of, SHORT);
    }

    private List<String> leased() {
        return registry.properties(AddressAllocator.class, AddressAllocator.POOL);
    }

    @Test
    void anAllocatorComesAndGoes() throws Exception {
        try (StoredLeases store = StoredLeases.in(directory.resolve("leases"))) {
            AddressAllocatorComponent component = allocating(store);
            listenerWaitsFor(AddressAllocator.class, () -> component.change(pool("10.5.0.0/24")));
            component.start(pool("10.4.0.0/24"));
            assertThat(returned).as("registered").hasValue(1);
            assertThat(leased()).as("what came meanwhile is done next").containsExactly("10.5.0.0/24");
            component.stop(6);
            assertThat(returned).as("withdrawn").hasValue(2);
            assertThat(leased()).isEmpty();
        }
        assertNoThreadIsLeft();
    }

    @Test
    void aStoreComesMovesAndGoes() {
        LeaseStoreComponent component = new LeaseStoreComponent(registry.context(), SHORT, SHORT);
        listenerWaitsFor(LeaseStore.class, () -> component.change(keptIn("b")));
        component.change(keptIn("a"));
        assertThat(returned)
                .as("the first one comes and goes, the second one comes")
                .hasValue(3);
        assertThat(registry.services(LeaseStore.class)).hasSize(1);
        assertThat(directory.resolve("b")).isDirectory();
        component.stop(6);
        assertThat(returned).hasValue(4);
        assertThat(registry.services(LeaseStore.class)).isEmpty();
        assertNoThreadIsLeft();
    }

    @Test
    void aNoticeComesAndGoes() throws Exception {
        try (StoredLeases store = StoredLeases.in(directory.resolve("leases"))) {
            AddressAllocatorComponent component = allocating(store);
            listenerWaitsFor(Notice.class, component::look);
            component.start(pool("10.4.0.0/99"));
            assertThat(returned.get()).isPositive();
            component.change(pool("10.4.0.0/24"));
            assertThat(registry.services(Notice.class)).isEmpty();
            assertThat(leased()).containsExactly("10.4.0.0/24");
            component.stop(6);
        }
        assertNoThreadIsLeft();
    }

    @Test
    void anAllocatorThatCannotBeRegisteredIsTriedAgain() throws Exception {
        try (StoredLeases store = StoredLeases.in(directory.resolve("leases"))) {
            AddressAllocatorComponent component = allocating(store);
            registry.refuseOnce(AddressAllocator.class);
            component.start(pool("10.4.0.0/24"));
            assertThat(leased()).isEmpty();
            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .as("it looks again")
                    .contains("mnedc-address-watch");
            component.look();
            assertThat(leased()).containsExactly("10.4.0.0/24");
            component.stop(6);
        }
        assertNoThreadIsLeft();
    }

    @Test
    void aStoreThatCannotBeRegisteredIsClosedAndTriedAgain() throws Exception {
        LeaseStoreComponent component = new LeaseStoreComponent(registry.context(), SHORT, Duration.ofSeconds(60));
        registry.refuseOnce(LeaseStore.class);
        component.change(keptIn("a"));
        assertThat(registry.services(LeaseStore.class)).isEmpty();
        Await.until("a store", () -> registry.services(LeaseStore.class).size() == 1);
        component.stop(6);
        assertNoThreadIsLeft();
    }

    private static void assertNoThreadIsLeft() {
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("mnedc-lease") || name.startsWith("mnedc-address"));
    }
}
