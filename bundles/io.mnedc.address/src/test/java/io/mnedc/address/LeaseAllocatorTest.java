package io.mnedc.address;

import static io.mnedc.address.Fixture.address;
import static io.mnedc.address.Fixture.await;
import static io.mnedc.address.Fixture.policy;
import static io.mnedc.address.Fixture.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.address.AllocationException.Reason;
import io.mnedc.api.address.Lease;
import io.mnedc.api.address.LeaseStore.Entry;
import io.mnedc.testing.TestClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeaseAllocatorTest {
    @TempDir
    Path directory;

    private final TestClock clock = new TestClock(Instant.parse("2030-01-01T00:00:00Z"));
    private StoredLeases store;
    private LeaseAllocator allocator;

    @BeforeEach
    void open() throws Exception {
        store = StoredLeases.in(directory);
        allocator = new LeaseAllocator(store, policy("10.0.0.0/24"), clock);
    }

    @AfterEach
    void close() {
        allocator.close();
        store.close();
    }

    private void restart(LeasePolicy policy) throws Exception {
        close();
        store = StoredLeases.in(directory);
        allocator = new LeaseAllocator(store, policy, clock);
    }

    @Test
    void firstDeviceGetsTheAddressAfterTheRelay() throws Exception {
        Lease lease = await(allocator.allocate("press-7"));

        assertThat(lease.ipv4().getHostAddress()).isEqualTo("10.0.0.2");
        assertThat(lease.ipv6().getHostAddress()).isEqualTo("fd12:3456:789a:0:0:0:0:2");
        assertThat(lease.reserved()).isFalse();
        assertThat(allocator.lease("press-7")).contains(lease);
        assertThat(allocator.leases()).containsExactly(lease);
    }

    @Test
    void deviceKeepsItsAddressAcrossRestarts() throws Exception {
        await(allocator.allocate("a"));
        Lease before = await(allocator.allocate("b"));

        restart(policy("10.0.0.0/24"));

        assertThat(await(allocator.allocate("b"))).isEqualTo(before);
        assertThat(address(allocator.allocate("c"))).isEqualTo("10.0.0.4");
    }

    @Test
    void concurrentRequestsOfOneDeviceGetTheSameLease() throws Exception {
        List<CompletionStage<Lease>> requests = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            requests.add(allocator.allocate("a"));
        }

        for (CompletionStage<Lease> request : requests) {
            assertThat(await(request).node()).isEqualTo(2);
        }
        assertThat(store.entries()).hasSize(1);
    }

    @Test
    void releasedAddressIsGivenAgainAsLateAsPossible() throws Exception {
        allocator.reconfigure(policy("10.0.0.0/29"));
        await(allocator.allocate("a"));
        assertThat(await(allocator.release("a"))).isTrue();
        assertThat(await(allocator.release("a"))).isFalse();

        for (int node = 3; node <= 6; node++) {
            assertThat(await(allocator.allocate("d" + node)).node()).isEqualTo(node);
        }
        assertThat(await(allocator.allocate("e")).node()).isEqualTo(2);
    }

    @Test
    void exhaustedPoolIsToldWithTheSettingThatCuresIt() throws Exception {
        allocator.reconfigure(policy("10.0.0.0/30"));
        await(allocator.allocate("a"));

        assertThat(refusal(allocator.allocate("b"))).satisfies(refusal -> {
            assertThat(refusal.reason()).isEqualTo(Reason.POOL_EXHAUSTED);
            assertThat(refusal).hasMessageContaining("10.0.0.0/30").hasMessageContaining("larger pool");
        });
        assertThat(address(allocator.allocate("a"))).isEqualTo("10.0.0.2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a b",
                "a=b",
                "ä",
                "a,b",
                "x\n",
                "0123456789012345678901234567890123456789012345678901234567890123x"
            })
    void wrongDeviceIdIsRefused(String id) {
        assertThat(refusal(allocator.allocate(id)).reason()).isEqualTo(Reason.DEVICE_ID_INVALID);
    }

    @Test
    void reservedAddressGoesToItsDeviceOnly() throws Exception {
        allocator.reconfigure(policy("10.0.0.0/29", Map.of("r", 3)));

        assertThat(await(allocator.allocate("a")).node()).isEqualTo(2);
        assertThat(await(allocator.allocate("b")).node()).isEqualTo(4);
        Lease lease = await(allocator.allocate("r"));
        assertThat(lease.node()).isEqualTo(3);
        assertThat(lease.reserved()).isTrue();
        await(allocator.release("r"));
        assertThat(await(allocator.allocate("c")).node()).isEqualTo(5);
        assertThat(await(allocator.allocate("d")).node()).isEqualTo(6);
        assertThat(refusal(allocator.allocate("e")).reason()).isEqualTo(Reason.POOL_EXHAUSTED);
    }

    @Test
    void deviceWithANewReservationMovesThere() throws Exception {
        await(allocator.allocate("a"));
        allocator.reconfigure(policy("10.0.0.0/24", Map.of("a", 77)));

        assertThat(address(allocator.allocate("a"))).isEqualTo("10.0.0.77");
        assertThat(store.byNode(2)).isEmpty();
    }

    @Test
    void reservedAddressInUseIsFreeOnceItsHolderRegistersAgain() throws Exception {
        await(allocator.allocate("holder"));
        allocator.reconfigure(policy("10.0.0.0/24", Map.of("owner", 2)));

        assertThat(refusal(allocator.allocate("owner"))).satisfies(refusal -> {
            assertThat(refusal.reason()).isEqualTo(Reason.RESERVATION_TAKEN);
            assertThat(refusal).hasMessageContaining("10.0.0.2").hasMessageContaining("device holder");
        });
        assertThat(address(allocator.allocate("holder"))).isEqualTo("10.0.0.3");
        assertThat(address(allocator.allocate("owner"))).isEqualTo("10.0.0.2");
    }

    @Test
    void leasesThatFitANewPoolKeepTheirNode() throws Exception {
        for (int i = 0; i < 10; i++) {
            await(allocator.allocate("d" + i));
        }
        allocator.reconfigure(policy("192.168.4.0/29"));

        assertThat(allocator.leases()).hasSize(5);
        assertThat(allocator.lease("d9")).isEmpty();
        assertThat(address(allocator.allocate("d4"))).isEqualTo("192.168.4.6");
        await(allocator.release("d0"));
        assertThat(address(allocator.allocate("d9"))).isEqualTo("192.168.4.2");
        assertThat(refusal(allocator.allocate("d8")).reason()).isEqualTo(Reason.POOL_EXHAUSTED);
    }

    @Test
    void absentDeviceLosesItsLeaseWhenAnotherNeedsIt() throws Exception {
        allocator.reconfigure(policy("10.0.0.0/30", Map.of(), Optional.of(Duration.ofHours(12))));
        await(allocator.allocate("a"));
        clock.advance(Duration.ofHours(11));
        allocator.renew("a");
        clock.advance(Duration.ofHours(11));
        assertThat(refusal(allocator.allocate("b")).reason()).isEqualTo(Reason.POOL_EXHAUSTED);

        clock.advance(Duration.ofHours(1));

        assertThat(address(allocator.allocate("b"))).isEqualTo("10.0.0.2");
        assertThat(allocator.lease("a")).isEmpty();
    }

    @Test
    void leaseNeverEndsByDefault() throws Exception {
        allocator.reconfigure(policy("10.0.0.0/30"));
        await(allocator.allocate("a"));
        clock.advance(Duration.ofDays(10_000));
        allocator.maintain();

        assertThat(refusal(allocator.allocate("b")).reason()).isEqualTo(Reason.POOL_EXHAUSTED);
    }

    @Test
    void timeInWhichTheRelayWasDownEndsNoLeaseAtOnce() throws Exception {
        LeasePolicy rules = policy("10.0.0.0/30", Map.of(), Optional.of(Duration.ofHours(12)));
        restart(rules);
        await(allocator.allocate("a"));
        allocator.close();
        clock.advance(Duration.ofDays(3));
        restart(rules);

        assertThat(refusal(allocator.allocate("b")).reason()).isEqualTo(Reason.POOL_EXHAUSTED);
        clock.advance(LeaseAllocator.GRACE);
        assertThat(address(allocator.allocate("b"))).isEqualTo("10.0.0.2");
    }

    @Test
    void renewedLeaseIsStillFreshAfterARestart() throws Exception {
        LeasePolicy rules = policy("10.0.0.0/30", Map.of(), Optional.of(Duration.ofHours(12)));
        restart(rules);
        await(allocator.allocate("a"));
        clock.advance(Duration.ofHours(11));
        allocator.renew("a");
        allocator.renew("unknown");
        restart(rules);
        clock.advance(Duration.ofHours(11));

        assertThat(refusal(allocator.allocate("b")).reason()).isEqualTo(Reason.POOL_EXHAUSTED);
        assertThat(store.byDevice("unknown")).isEmpty();
    }

    @Test
    void changeThatAnotherUserOfTheStoreMakesIsSeen() throws Exception {
        await(store.putIfAbsent(new Entry("other", 2, clock.instant(), clock.instant())));

        assertThat(await(allocator.allocate("a")).node()).isEqualTo(3);
        assertThat(allocator.lease("other")).isPresent();

        await(store.remove("a", 3));
        assertThat(allocator.lease("a")).isEmpty();
    }

    @Test
    void closedAllocatorAndClosedStoreSaySo() throws Exception {
        store.close();
        assertThat(refusal(allocator.allocate("a")).reason()).isEqualTo(Reason.STORE_FAILED);
        allocator.close();
        assertThat(refusal(allocator.allocate("b")).reason()).isEqualTo(Reason.STOPPING);
    }
}
