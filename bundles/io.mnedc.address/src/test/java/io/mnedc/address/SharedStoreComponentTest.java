package io.mnedc.address;

import static io.mnedc.address.Fixture.await;
import static io.mnedc.address.Fixture.policy;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.address.LeaseStore;
import io.mnedc.api.address.LeaseStore.Entry;
import io.mnedc.api.notice.Notice;
import io.mnedc.testing.TestRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With store = shared the components lease from the store that relays share, and from nothing else. */
@Timeout(120)
class SharedStoreComponentTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String PREFIX = "fd12:3456:789a:1::/64";

    @TempDir
    Path directory;

    private final TestRegistry registry = new TestRegistry();
    private LeaseStoreComponent leases;
    private @Nullable AddressAllocatorComponent addresses;
    private FileStore shared;

    @BeforeEach
    void open() throws Exception {
        registry.storage(directory.resolve("area"));
        shared = new FileStore(directory.resolve("shared"));
        leases = new LeaseStoreComponent(registry.context(), LIMIT, LIMIT);
    }

    @AfterEach
    void close() {
        stopAllocator();
        leases.stop(6);
        shared.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("mnedc-lease") || name.startsWith("mnedc-address"));
    }

    private Map<String, Object> settings(String store, String... more) {
        Map<String, Object> all = new HashMap<>(Map.of(
                "enabled",
                true,
                "store",
                store,
                "data.dir",
                directory.resolve("own").toString(),
                "ipv6.prefix",
                PREFIX));
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }

    private boolean isThere() {
        assertThat(registry.services(StoredLeases.class)).hasSameSizeAs(registry.services(LeaseStore.class));
        return !registry.services(LeaseStore.class).isEmpty();
    }

    private String notices() {
        return registry.services(Notice.class).stream()
                .map(Notice::text)
                .toList()
                .toString();
    }

    private AddressAllocatorComponent allocating(Map<String, Object> settings) {
        stopAllocator();
        AddressAllocatorComponent component = new AddressAllocatorComponent(
                registry.context(), registry.services(StoredLeases.class).get(0), List::of, LIMIT);
        addresses = component;
        component.start(settings);
        return component;
    }

    private void stopAllocator() {
        AddressAllocatorComponent ending = addresses;
        addresses = null;
        if (ending != null) {
            ending.stop(6);
        }
    }

    private List<String> leased() {
        return registry.properties(AddressAllocator.class, AddressAllocator.POOL);
    }

    @Test
    void withoutTheStoreThereIsNothingAndANoticeSaysWhatIsMissing() {
        leases.start(settings("shared"));
        assertThat(isThere()).isFalse();
        assertThat(notices()).contains("store = \"shared\"", "io.mnedc.cluster", "no addresses are leased");
        assertThat(directory.resolve("own")).as("the file is not opened").doesNotExist();

        leases.addShared(shared);
        assertThat(isThere()).isTrue();
        assertThat(notices()).isEqualTo("[]");
        leases.removeShared(shared);
        assertThat(isThere()).isFalse();
        assertThat(notices()).contains("io.mnedc.cluster");
    }

    @Test
    void aStoreThatIsThereAlreadyIsUsedAtOnce() {
        leases.addShared(shared);
        leases.start(settings("shared"));
        assertThat(isThere()).isTrue();
    }

    @Test
    void anotherStoreTakesThePlaceOfTheOneBefore() throws Exception {
        leases.addShared(shared);
        leases.start(settings("shared"));
        LeaseStore before = registry.services(LeaseStore.class).get(0);
        try (FileStore other = new FileStore(directory.resolve("other"))) {
            leases.addShared(other);
            assertThat(registry.services(LeaseStore.class)).hasSize(1).doesNotContain(before);
            leases.removeShared(shared);
            assertThat(isThere()).isTrue();
            leases.removeShared(other);
            assertThat(isThere()).isFalse();
        }
    }

    @Test
    void theFileIsLeftAtOnceAlsoIfTheSharedStoreIsNotThere() {
        leases.start(settings("file"));
        assertThat(isThere()).isTrue();
        leases.change(settings("shared"));
        assertThat(isThere()).isFalse();
        leases.change(settings("file"));
        assertThat(isThere()).isTrue();
        assertThat(notices()).isEqualTo("[]");
    }

    @Test
    void afterABootTheFileDoesNotTakeThePlaceOfTheSharedStore() {
        leases.start(settings("file"));
        leases.stop(6);
        leases = new LeaseStoreComponent(registry.context(), LIMIT, LIMIT);
        leases.start(settings("shared"));
        assertThat(isThere()).isFalse();
    }

    @Test
    void afterABootWithAWrongConfigurationTheSharedStoreIsUsedAsBefore() {
        leases.addShared(shared);
        leases.start(settings("shared"));
        leases.stop(6);
        leases = new LeaseStoreComponent(registry.context(), LIMIT, LIMIT);
        leases.start(settings("shard"));
        assertThat(isThere()).as("it is not there yet").isFalse();
        leases.addShared(shared);
        assertThat(registry.services(StoredLeases.class).get(0).agreement()).isPresent();
        leases.removeShared(shared);
        assertThat(isThere()).isFalse();
        leases.addShared(shared);
        assertThat(isThere()).isTrue();
    }

    @Test
    void leasesOfTheFileAreTakenOverBeforeTheFirstIsGiven() throws Exception {
        try (StoredLeases file = StoredLeases.in(directory.resolve("own"))) {
            await(file.putIfAbsent(new Entry("old", 77, Instant.EPOCH, Instant.EPOCH)));
            file.property(StoredLeases.PREFIX, "fd99:1:2::/64");
        }
        leases.addShared(shared);
        leases.start(settings("shared"));
        allocating(settings("shared", "ipv6.prefix", ""));
        AddressAllocator allocator = registry.services(AddressAllocator.class).get(0);
        assertThat(allocator.lease("old").orElseThrow().ipv4().getHostAddress()).isEqualTo("10.0.0.77");
        assertThat(allocator.network().ulaPrefix().getHostAddress())
                .as("the prefix that it had chosen")
                .startsWith("fd99:1:2:");
    }

    @Test
    void aRelayWithAnotherPoolLeasesNothingAndSaysBoth() {
        leases.addShared(shared);
        leases.start(settings("shared"));
        allocating(settings("shared", "pool", "10.5.0.0/24"));
        assertThat(leased()).containsExactly("10.5.0.0/24");
        AddressAllocatorComponent component = allocating(settings("shared", "pool", "10.6.0.0/24"));
        assertThat(leased()).isEmpty();
        assertThat(notices()).contains("10.6.0.0/24", "10.5.0.0/24", "pool.replaces", "no addresses are leased");

        component.change(settings("shared", "pool", "10.5.0.0/24"));
        assertThat(leased()).containsExactly("10.5.0.0/24");
        assertThat(notices()).isEqualTo("[]");
        component.change(settings("shared", "pool", "10.6.0.0/24"));
        assertThat(leased()).as("the one before stays").containsExactly("10.5.0.0/24");
        component.change(settings("shared", "pool", "10.6.0.0/24", "pool.replaces", "10.5.0.0/24"));
        assertThat(leased()).containsExactly("10.6.0.0/24");
    }

    @Test
    void whenAnotherRelayReplacesThePoolThisOneEnds() throws Exception {
        leases.addShared(shared);
        leases.start(settings("shared"));
        AddressAllocatorComponent component = allocating(settings("shared", "pool", "10.5.0.0/24"));
        new NetworkAgreement(shared)
                .replace("10.5.0.0/24", policy("10.7.0.0/24").network());
        component.look();
        assertThat(leased()).isEmpty();
        assertThat(notices()).contains("10.5.0.0/24", "10.7.0.0/24");
    }

    @Test
    void aRelayThatNamesNoPrefixTakesTheOneOfTheOthers() {
        leases.addShared(shared);
        leases.start(settings("shared"));
        allocating(settings("shared"));
        allocating(settings("shared", "ipv6.prefix", ""));
        assertThat(registry.services(AddressAllocator.class)
                        .get(0)
                        .network()
                        .ulaPrefix()
                        .getHostAddress())
                .startsWith("fd12:3456:789a:1:");
    }
}
