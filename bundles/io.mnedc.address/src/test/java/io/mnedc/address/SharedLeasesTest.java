package io.mnedc.address;

import static io.mnedc.address.Fixture.await;
import static io.mnedc.address.Fixture.policy;
import static io.mnedc.address.Fixture.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.mnedc.address.CuttableStore.Way;
import io.mnedc.api.address.AllocationException.Reason;
import io.mnedc.api.address.Lease;
import io.mnedc.api.address.LeaseStore.Entry;
import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.store.Transaction;
import io.mnedc.testing.Await;
import io.mnedc.testing.TestClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two relays, A and B, lease from one store. */
@Timeout(120)
class SharedLeasesTest {
    private static final Instant TODAY = Instant.parse("2030-01-01T00:00:00Z");
    private static final LeasePolicy TINY = policy("10.0.0.0/30");
    private static final LeasePolicy HALF_A_DAY = policy("10.0.0.0/30", Map.of(), Optional.of(Duration.ofHours(12)));

    @TempDir
    Path directory;

    private final TestClock clock = new TestClock(Instant.EPOCH);
    private final TestClock wallOfA = new TestClock(TODAY);
    private final TestClock wallOfB = new TestClock(TODAY);
    private final List<AutoCloseable> open = new ArrayList<>();
    private FileStore store;
    private CuttableStore wayOfA;
    private CuttableStore wayOfB;

    @BeforeEach
    void open() throws Exception {
        store = new FileStore(directory);
        wayOfA = new CuttableStore(store);
        wayOfB = new CuttableStore(store);
    }

    @AfterEach
    void close() throws Exception {
        wayOfA.set(Way.OPEN);
        wayOfB.set(Way.OPEN);
        for (AutoCloseable each : open) {
            each.close();
        }
        store.close();
    }

    private LeaseAllocator a(LeasePolicy rules) throws Exception {
        return opened(new SharedLeases(wayOfA, rules, clock, wallOfA));
    }

    private LeaseAllocator b(LeasePolicy rules) throws Exception {
        return opened(new SharedLeases(wayOfB, rules, clock, wallOfB));
    }

    private LeaseAllocator opened(SharedLeases relay) {
        open.add(relay);
        return relay.allocator;
    }

    /** Lets time pass, in steps as the relays look at it; the devices of A are there. */
    private void pass(Duration time, List<LeaseAllocator> relays, Runnable renewal) throws Exception {
        Duration step = Duration.ofMinutes(10);
        for (Duration left = time; !left.isNegative() && !left.isZero(); left = left.minus(step)) {
            clock.advance(step);
            wallOfA.advance(step);
            wallOfB.advance(step);
            renewal.run();
            for (LeaseAllocator each : relays) {
                await(each.maintain());
            }
        }
    }

    private static int node(CompletionStage<Lease> lease) throws Exception {
        return await(lease).node();
    }

    @Test
    void aDeviceHasOneAddressWhicheverRelayItAsks() throws Exception {
        LeaseAllocator a = a(policy("10.0.0.0/24"));
        LeaseAllocator b = b(policy("10.0.0.0/24"));
        List<CompletionStage<Lease>> first = new ArrayList<>();
        List<CompletionStage<Lease>> second = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            first.add(a.allocate("d" + i));
            second.add(b.allocate("d" + i));
        }
        Set<Integer> nodes = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            int node = node(first.get(i));
            assertThat(node(second.get(i))).isEqualTo(node);
            assertThat(nodes.add(node)).as("node %s", node).isTrue();
        }
    }

    @Test
    void aDeviceThatHasJustGotALeaseElsewhereGetsThatOne() throws Exception {
        LeaseAllocator a = a(policy("10.0.0.0/24"));
        LeaseAllocator b = b(policy("10.0.0.0/24", Map.of("d", 77)));
        wayOfA.set(Way.LAGGING);
        assertThat(node(b.allocate("d"))).isEqualTo(77);
        assertThat(node(a.allocate("d"))).isEqualTo(77);
        assertThat(store.below("leases/node")).hasSize(1);
    }

    @Test
    void aNetworkThatHasJustBeenReplacedIsNotLeasedFrom() throws Exception {
        LeaseAllocator a = a(policy("10.0.0.0/24"));
        wayOfA.set(Way.LAGGING);
        new NetworkAgreement(store).replace("10.0.0.0/24", policy("10.1.0.0/24").network());
        assertThat(refusal(a.allocate("d")))
                .hasMessageContaining("lease from 10.1.0.0/24")
                .hasMessageContaining("this one from 10.0.0.0/24");
        assertThat(store.below("leases/device")).isEmpty();
    }

    @Test
    void aDeviceThatHasJustComeBackElsewhereKeepsItsLease() throws Exception {
        LeaseAllocator a = a(HALF_A_DAY);
        LeaseAllocator b = b(HALF_A_DAY);
        LeaseAllocator other = opened(new SharedLeases(store, TINY, clock, wallOfA));
        await(a.allocate("d"));
        pass(Duration.ofHours(19), List.of(other), () -> {});
        wayOfB.set(Way.LAGGING);
        assertThat(node(a.allocate("d"))).isEqualTo(2);
        assertThat(refusal(b.allocate("e")).reason()).isEqualTo(Reason.POOL_EXHAUSTED);
        assertThat(node(a.allocate("d"))).isEqualTo(2);
    }

    @Test
    void noAddressIsGivenTwiceByRelaysThatGiveTheLastOnes() throws Exception {
        LeaseAllocator a = a(policy("10.0.0.0/26"));
        LeaseAllocator b = b(policy("10.0.0.0/26"));
        List<CompletionStage<Lease>> all = new ArrayList<>();
        for (int i = 0; i < 61; i++) {
            all.add((i % 2 == 0 ? a : b).allocate("d" + i));
        }
        Set<Integer> nodes = new HashSet<>();
        for (CompletionStage<Lease> each : all) {
            assertThat(nodes.add(node(each))).isTrue();
        }
        assertThat(nodes).hasSize(61);
        assertThat(refusal(a.allocate("late")).reason()).isEqualTo(Reason.POOL_EXHAUSTED);
        assertThat(refusal(b.allocate("late")).reason()).isEqualTo(Reason.POOL_EXHAUSTED);
    }

    @Test
    void aNewDeviceCostsOneTransactionAndAKnownOneNone() throws Exception {
        LeaseAllocator a = a(HALF_A_DAY);
        LeaseAllocator b = b(HALF_A_DAY);
        int before = wayOfA.transactions.get();
        await(a.allocate("d"));
        assertThat(wayOfA.transactions.get() - before).isEqualTo(1);
        await(a.allocate("d"));
        int beforeB = wayOfB.transactions.get();
        await(b.allocate("d"));
        assertThat(wayOfA.transactions.get() - before).isEqualTo(1);
        assertThat(wayOfB.transactions.get() - beforeB).isZero();
    }

    @Test
    void whatADeviceCostsPerDayIsTwoWritesAndAHundredGoTogether() throws Exception {
        LeasePolicy month = policy("10.0.0.0/20", Map.of(), Optional.of(Duration.ofDays(30)));
        LeaseAllocator a = a(month);
        List<String> devices = IntStream.range(0, 1_000).mapToObj(i -> "d" + i).toList();
        for (String each : devices) {
            await(a.allocate(each));
        }
        int before = wayOfA.transactions.get();
        pass(Duration.ofDays(10), List.of(a), () -> devices.forEach(a::renew));
        // each ten minutes the time
        int written = wayOfA.transactions.get() - before - 10 * 24 * 6;
        assertThat(written).isBetween(10 * 10, 2 * 10 * 10);
    }

    @Test
    void aLeaseInUseAtOneRelayIsNotEndedByAnother() throws Exception {
        LeaseAllocator a = a(HALF_A_DAY);
        LeaseAllocator b = b(HALF_A_DAY);
        await(a.allocate("d"));
        pass(Duration.ofDays(3), List.of(a, b), () -> a.renew("d"));
        assertThat(refusal(b.allocate("e")).reason()).isEqualTo(Reason.POOL_EXHAUSTED);
        assertThat(b.lease("d")).isPresent();
    }

    @Test
    void aLeaseInUseAtARelayThatKeepsLeasesForEverIsNotEndedByOneThatDoesNot() throws Exception {
        LeaseAllocator a = a(TINY);
        LeaseAllocator b = b(HALF_A_DAY);
        await(a.allocate("d"));
        pass(Duration.ofDays(3), List.of(a, b), () -> a.renew("d"));
        assertThat(b.lease("d")).isPresent();
    }

    @Test
    void anAbsentDeviceLosesItsLeaseForAllRelays() throws Exception {
        LeaseAllocator a = a(HALF_A_DAY);
        LeaseAllocator b = b(HALF_A_DAY);
        await(a.allocate("d"));
        pass(Duration.ofHours(12), List.of(a, b), () -> {});
        assertThat(a.lease("d")).as("not before it has been away for so long").isPresent();
        pass(Duration.ofHours(7), List.of(a, b), () -> {});
        assertThat(a.lease("d")).isEmpty();
        assertThat(b.lease("d")).isEmpty();
        assertThat(node(b.allocate("e"))).isEqualTo(2);
    }

    @Test
    void aClockTenYearsOffEndsNoLease() throws Exception {
        wallOfB.advance(Duration.ofDays(3650));
        LeaseAllocator a = a(HALF_A_DAY);
        LeaseAllocator b = b(HALF_A_DAY);
        await(a.allocate("d"));
        pass(Duration.ofHours(11), List.of(b, a), () -> {});
        assertThat(refusal(b.allocate("e")).reason()).isEqualTo(Reason.POOL_EXHAUSTED);
        assertThat(a.lease("d").orElseThrow().lastSeen()).isBetween(TODAY, TODAY.plus(Duration.ofHours(11)));
    }

    @Test
    void timeInWhichNoRelayReachesTheStoreEndsNoLease() throws Exception {
        LeaseAllocator a = a(HALF_A_DAY);
        await(a.allocate("d"));
        wayOfA.set(Way.CUT);
        pass(Duration.ofDays(2), List.of(a), () -> {});
        wayOfA.set(Way.OPEN);
        await(a.maintain());
        assertThat(refusal(a.allocate("e")).reason()).isEqualTo(Reason.POOL_EXHAUSTED);
    }

    @Test
    void aRelayThatIsCutOffConfirmsWhatItKnowsAndGivesNothingNew() throws Exception {
        LeaseAllocator a = a(policy("10.0.0.0/24"));
        LeaseAllocator b = b(policy("10.0.0.0/24"));
        int known = node(a.allocate("d"));
        wayOfA.set(Way.CUT);
        int before = wayOfA.transactions.get();
        assertThat(node(a.allocate("d"))).isEqualTo(known);
        assertThat(wayOfA.transactions.get()).as("without the store").isEqualTo(before);
        assertThat(refusal(a.allocate("e"))).satisfies(refusal -> {
            assertThat(refusal.reason()).isEqualTo(Reason.STORE_FAILED);
            assertThat(refusal).hasMessageContaining("the connection of a test is cut");
        });
        int elsewhere = node(b.allocate("e"));
        wayOfA.set(Way.OPEN);
        assertThat(node(a.allocate("e"))).isEqualTo(elsewhere);
        assertThat(node(a.allocate("f"))).isNotIn(known, elsewhere);
    }

    @Test
    void aStoreThatDoesNotAnswerIsToldInTime() throws Exception {
        LeaseAllocator a = a(policy("10.0.0.0/24"));
        await(a.allocate("d"));
        wayOfA.set(Way.SILENT);
        CompletionStage<Lease> waiting = a.allocate("e");
        a.endLate(Duration.ofHours(1));
        assertThat(waiting.toCompletableFuture()).isNotDone();
        a.endLate(Duration.ZERO);
        assertThat(refusal(waiting))
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(Reason.STORE_FAILED))
                .hasMessageContaining("has not answered")
                .hasMessageContaining("ensemble");
        assertThat(node(a.allocate("d"))).isEqualTo(2);
    }

    @Test
    void aDeviceThatComesBackAfterLongGetsItsLeaseThoughTheStoreIsSilent() throws Exception {
        LeaseAllocator a = a(HALF_A_DAY);
        await(a.allocate("d"));
        pass(Duration.ofHours(8), List.of(a), () -> {});
        wayOfA.set(Way.SILENT);
        CompletionStage<Lease> waiting = a.allocate("d");
        assertThat(waiting.toCompletableFuture()).isNotDone();
        a.endLate(Duration.ZERO);
        assertThat(node(waiting)).isEqualTo(2);
    }

    @Test
    void aDeviceThatComesBackAfterLongHasTheWholeAbsenceAgainAlsoIfItsRelayIsKilled() throws Exception {
        LeaseAllocator a = a(HALF_A_DAY);
        LeaseAllocator b = b(HALF_A_DAY);
        await(a.allocate("d"));
        pass(Duration.ofHours(11), List.of(a, b), () -> {});
        await(a.allocate("d"));
        wayOfA.set(Way.CUT);
        pass(Duration.ofMinutes(11 * 60 + 50), List.of(b), () -> {});
        assertThat(refusal(b.allocate("e")).reason()).isEqualTo(Reason.POOL_EXHAUSTED);
    }

    @Test
    void aDeviceThatComesBackAfterLongGetsItsLeaseFromARelayThatIsCutOff() throws Exception {
        LeaseAllocator a = a(HALF_A_DAY);
        await(a.allocate("d"));
        pass(Duration.ofHours(8), List.of(a), () -> {});
        wayOfA.set(Way.CUT);
        clock.advance(Duration.ofMinutes(20));
        assertThat(node(a.allocate("d"))).isEqualTo(2);
    }

    @Test
    void relaysThatTakeOverAtTheSameTimeGiveNothingTwice() throws Exception {
        for (String each : List.of("one", "other")) {
            try (StoredLeases file = StoredLeases.in(directory.resolve(each))) {
                await(file.putIfAbsent(new Entry("both", each.length() + 10, TODAY, TODAY)));
                await(file.putIfAbsent(new Entry("of-" + each, 40, TODAY, TODAY)));
            }
        }
        wayOfA.set(Way.LAGGING);
        wayOfB.set(Way.LAGGING);
        FormerLeases.in(directory.resolve("one")).takeOver(wayOfA, TODAY);
        FormerLeases.in(directory.resolve("other")).takeOver(wayOfB, TODAY);
        assertThat(store.below("leases/node"))
                .extracting(entry -> entry.key() + " " + entry.value())
                .containsExactly("leases/node/13 both", "leases/node/40 of-one");
        assertThat(store.below("leases/device")).hasSize(2);
    }

    @Test
    void aLeaseOfWhichOnlyTheAnswerWasLostIsGiven() throws Exception {
        LeaseAllocator a = a(policy("10.0.0.0/24"));
        wayOfA.set(Way.ANSWER_LOST);
        int node = node(a.allocate("d"));
        wayOfA.set(Way.OPEN);
        assertThat(node(a.allocate("d"))).isEqualTo(node);
        assertThat(store.below("leases/device")).hasSize(1);
    }

    @Test
    void aRelayThatWasCutOffForAWholeAbsenceAsksBeforeItConfirms() throws Exception {
        LeaseAllocator a = a(HALF_A_DAY);
        LeaseAllocator b = b(HALF_A_DAY);
        await(a.allocate("d"));
        wayOfA.set(Way.CUT);
        pass(Duration.ofHours(19), List.of(b), () -> {});
        assertThat(node(b.allocate("e")))
                .as("d is nowhere for all that B knows")
                .isEqualTo(2);
        assertThat(refusal(a.allocate("d")).reason()).isEqualTo(Reason.STORE_FAILED);
        wayOfA.set(Way.OPEN);
        assertThat(refusal(a.allocate("d")).reason()).isEqualTo(Reason.POOL_EXHAUSTED);
        assertThat(a.lease("d")).isEmpty();
    }

    @Test
    void aLeaseThatCouldHaveEndedIsRenewedBeforeItIsConfirmed() throws Exception {
        LeaseAllocator a = a(HALF_A_DAY);
        LeaseAllocator b = b(HALF_A_DAY);
        await(a.allocate("d"));
        // just before it ends
        pass(Duration.ofHours(17), List.of(a, b), () -> {});
        int before = wayOfA.transactions.get();
        assertThat(node(a.allocate("d"))).isEqualTo(2);
        assertThat(wayOfA.transactions.get()).isGreaterThan(before);
        pass(Duration.ofHours(2), List.of(b), () -> {});
        assertThat(refusal(b.allocate("e")).reason()).isEqualTo(Reason.POOL_EXHAUSTED);
    }

    @Test
    void aReleasedAddressRestsUntilARelayThatIsCutOffGivesItNoMore() throws Exception {
        LeaseAllocator a = a(TINY);
        LeaseAllocator b = b(TINY);
        await(a.allocate("d"));
        wayOfA.set(Way.CUT);
        assertThat(await(b.release("d"))).isTrue();
        assertThat(refusal(b.allocate("e")))
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(Reason.POOL_EXHAUSTED))
                .hasMessageContaining("1 were released");
        assertThat(node(a.allocate("d"))).as("A has not heard of it").isEqualTo(2);

        pass(OverlayTime.MEMORY.minusHours(1), List.of(b), () -> {});
        assertThat(refusal(b.allocate("e")).reason()).isEqualTo(Reason.POOL_EXHAUSTED);
        pass(Duration.ofHours(3), List.of(b), () -> {});
        assertThat(refusal(a.allocate("d")).reason()).isEqualTo(Reason.STORE_FAILED);
        assertThat(node(b.allocate("e"))).isEqualTo(2);
    }

    @Test
    void aReleasedAddressIsItsDevicesAgainAtOnce() throws Exception {
        LeaseAllocator a = a(TINY);
        LeaseAllocator b = b(policy("10.0.0.0/30", Map.of("d", 2, "x", 1)));
        await(a.allocate("d"));
        assertThat(await(a.release("d"))).isTrue();
        assertThat(a.lease("d")).isEmpty();
        Await.until("B has heard of it", () -> b.lease("d").isEmpty());
        assertThat(node(b.allocate("d"))).isEqualTo(2);
    }

    @Test
    void aReservedAddressThatRestsIsRefusedWithTheTime() throws Exception {
        LeaseAllocator a = a(TINY);
        LeaseAllocator b = b(policy("10.0.0.0/30", Map.of("x", 2)));
        await(a.allocate("d"));
        await(a.release("d"));
        assertThat(refusal(b.allocate("x")))
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(Reason.RESERVATION_TAKEN))
                .hasMessageContaining("free at 2030-01-02T01:00:00Z");
        pass(Duration.ofHours(26), List.of(b), () -> {});
        assertThat(node(b.allocate("x"))).isEqualTo(2);
    }

    @Test
    void nodesThatRestAreKnownAfterARestart() throws Exception {
        SharedLeases before = new SharedLeases(wayOfA, TINY, clock, wallOfA);
        await(before.allocator.allocate("d"));
        await(before.allocator.release("d"));
        before.close();
        assertThat(refusal(a(TINY).allocate("e")).reason()).isEqualTo(Reason.POOL_EXHAUSTED);
    }

    @Test
    void aRelayWithAnotherNetworkGivesNothingAndBothAreTold() throws Exception {
        LeaseAllocator a = a(policy("10.0.0.0/24"));
        LeaseAllocator b = b(policy("10.0.0.128/25"));
        await(a.allocate("d"));
        assertThat(refusal(b.allocate("e")))
                .hasMessageContaining("10.0.0.0/24 fd12:3456:789a:0:0:0:0:0/64")
                .hasMessageContaining("10.0.0.128/25");
        NetworkAgreement agreement = new NetworkAgreement(wayOfB);
        VirtualNetwork other = policy("10.0.0.128/25").network();
        assertThat(agreement.problem(other))
                .hasValueSatisfying(problem -> assertThat(problem)
                        .contains("10.0.0.0/24 fd12:3456:789a:0:0:0:0:0/64", "10.0.0.128/25", "pool.replaces"));
        agreement.replace("10.9.0.0/24", other);
        assertThat(agreement.problem(other)).as("nobody leases from that one").isPresent();
        agreement.replace("10.0.0.0/24", other);
        assertThat(agreement.problem(other)).isEmpty();
        await(b.allocate("e"));
        assertThat(refusal(a.allocate("f"))).hasMessageContaining("10.0.0.128/25");
    }

    @Test
    void aDeviceThatTwoRelaysReserveDifferentlyMovesWithoutEnd() throws Exception {
        LeaseAllocator a = a(policy("10.0.0.0/24", Map.of("d", 77)));
        LeaseAllocator b = b(policy("10.0.0.0/24", Map.of("d", 78)));
        for (int i = 0; i < 3; i++) {
            assertThat(node(a.allocate("d"))).isEqualTo(77);
            assertThat(node(b.allocate("d"))).isEqualTo(78);
        }
        assertThat(store.below("leases/device")).hasSize(1);
    }

    @Test
    void aTimeThatIsNoneIsToldAtTheStart() throws Exception {
        await(store.commit(Transaction.EMPTY.put(OverlayTime.KEY, "soon")));
        assertThatIOException()
                .isThrownBy(() -> a(TINY))
                .withMessageContaining(OverlayTime.KEY)
                .withMessageContaining("'soon'");
    }

    @Test
    void severalRelaysMoveTheTimeOnTogetherAndNotFasterThanItPasses() throws Exception {
        LeaseAllocator a = a(TINY);
        LeaseAllocator b = b(TINY);
        OverlayTime time = new OverlayTime(store, wallOfA, () -> 0);
        open.add(time);
        Instant begin = time.now();
        pass(Duration.ofHours(10), List.of(a, b), () -> {});
        assertThat(Duration.between(begin, time.now())).isBetween(Duration.ofHours(9), Duration.ofHours(10));
        // one of them for each step, the other finds it done
        assertThat(wayOfA.transactions.get() + wayOfB.transactions.get()).isLessThan(70);
    }

    @Test
    void aRelayThatLagsDoesNotSetTheTimeBack() throws Exception {
        LeaseAllocator a = a(TINY);
        LeaseAllocator b = b(TINY);
        OverlayTime time = new OverlayTime(store, wallOfA, () -> 0);
        open.add(time);
        wayOfB.set(Way.LAGGING);
        pass(Duration.ofHours(2), List.of(a), () -> {});
        Instant late = time.now();
        await(b.maintain());
        assertThat(time.now()).isEqualTo(late);
    }

    @Test
    void leasesOfOneRelayAreTakenOverOnce() throws Exception {
        Path former = directory.resolve("former");
        try (StoredLeases file = StoredLeases.in(former)) {
            for (int i = 0; i < 250; i++) {
                await(file.putIfAbsent(new Entry("old" + i, 10 + i, TODAY, TODAY)));
            }
            file.property(StoredLeases.PREFIX, "fd99::/64");
        }
        LeasePolicy rules = policy("10.0.0.0/16");
        LeaseAllocator b = b(rules);
        int taken = node(b.allocate("old7"));
        assertThat(taken).isNotEqualTo(17);
        await(store.commit(
                Transaction.EMPTY.put("leases/device/other", "20 0 0").put("leases/node/20", "other")));

        FormerLeases found = FormerLeases.in(former);
        assertThat(found.prefix()).contains("fd99::/64");
        found.takeOver(store, TODAY);
        assertThat(node(b.allocate("old0"))).isEqualTo(10);
        assertThat(node(b.allocate("old249"))).isEqualTo(259);
        assertThat(node(b.allocate("old7"))).as("it had one").isEqualTo(taken);
        assertThat(node(b.allocate("old10"))).as("another had its address").isNotEqualTo(20);

        assertThat(FormerLeases.in(former).prefix()).as("only once").isEmpty();

        try (StoredLeases file = StoredLeases.in(former)) {
            assertThat(file.entries()).as("the file stays").hasSize(250);
        }
        assertThat(FormerLeases.in(former).prefix()).as("it was in use again").isPresent();
    }
}
