package io.mnedc.address;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.address.AllocationException;
import io.mnedc.api.address.AllocationException.Reason;
import io.mnedc.api.address.Lease;
import io.mnedc.api.store.OverlayStore;
import io.mnedc.testing.TestClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.InstanceOfAssertFactories;

/**
 * Several relays lease from one store, in random order and while their ways to it are disturbed. All that they acknowledge is checked:
 * an address is at one device, a device has one address, and keeps it until its lease was released or could have expired.
 */
final class RelaysAtRandom implements AutoCloseable {
    private static final Duration ABSENCE = Duration.ofHours(10);
    private static final LeasePolicy RULES =
            Fixture.policy("10.0.0.0/27", Map.of("d0", 9, "d1", 4), Optional.of(ABSENCE));
    private static final int DEVICES = 40;
    private static final Duration LONGEST_HOP = Duration.ofMinutes(150);
    /** Half of the absence is stored ahead; a relay may be late by so much. */
    private static final Duration LATE = ABSENCE.dividedBy(2).plus(LONGEST_HOP).plusHours(1);

    /**
     * A relay's way to the store.
     *
     * @param store as the relay has it
     * @param isCut whether the relay reaches nothing now
     * @param end what is done when the relay ends
     */
    record Way(OverlayStore store, BooleanSupplier isCut, Runnable end) {}

    /** Opens a way, when a relay begins. */
    interface Opening {
        Way open() throws Exception;
    }

    /** What a device was told. */
    private record Told(int node, Instant seen) {}

    private static final class Relay {
        final Way way;
        final SharedLeases leases;
        Instant reached;

        Relay(Way way, SharedLeases leases) {
            this.way = way;
            this.leases = leases;
            this.reached = leases.clock.instant();
        }

        /** {@return since when a lease that it confirms is known to others to be in use} */
        Instant reached() {
            reached = way.isCut().getAsBoolean() ? reached : leases.clock.instant();
            return reached;
        }

        void end() {
            leases.close();
            way.end().run();
        }
    }

    private final Random random;
    private final List<Opening> openings;
    private final TestClock clock = new TestClock(Instant.EPOCH);
    private final List<Relay> relays = new ArrayList<>();
    private final Map<String, Told> told = new HashMap<>();
    private int given;
    private int refused;

    RelaysAtRandom(long seed, List<Opening> openings) throws Exception {
        this.random = new Random(seed);
        this.openings = openings;
        for (Opening each : openings) {
            Way way = each.open();
            relays.add(new Relay(way, begun(way.store())));
        }
    }

    private SharedLeases begun(OverlayStore way) throws Exception {
        // clocks that are years apart
        TestClock wall = new TestClock(Instant.EPOCH.plus(Duration.ofDays(365L * (40 + random.nextInt(20)))));
        return new SharedLeases(way, RULES, clock, wall);
    }

    /** {@return how many leases were acknowledged} */
    int given() {
        return given;
    }

    /** {@return how many requests were refused} */
    int refused() {
        return refused;
    }

    /** One random step of some relay. */
    void step() throws Exception {
        relays.forEach(Relay::reached);
        int kind = random.nextInt(20);
        if (kind < 12) {
            together();
        } else if (kind < 14) {
            release(device());
        } else if (kind < 17) {
            pass();
        } else if (kind < 18) {
            restart(random.nextInt(relays.size()));
        } else {
            String device = device();
            Relay relay = relay();
            if (told.containsKey(device) && relay.leases.allocator.lease(device).isPresent()) {
                allocate(List.of(device), List.of(relay));
            }
        }
    }

    private String device() {
        return "d" + random.nextInt(DEVICES);
    }

    private Relay relay() {
        return relays.get(random.nextInt(relays.size()));
    }

    /** Several devices at several relays at the same time, some of them at two. */
    private void together() throws Exception {
        List<String> devices = new ArrayList<>();
        List<Relay> at = new ArrayList<>();
        for (int i = random.nextInt(8); i >= 0; i--) {
            devices.add(i > 0 && !devices.isEmpty() && random.nextInt(4) == 0 ? devices.get(0) : device());
            at.add(relay());
        }
        allocate(devices, at);
    }

    private void allocate(List<String> devices, List<Relay> at) throws Exception {
        List<CompletionStage<Lease>> requests = new ArrayList<>();
        for (int i = 0; i < devices.size(); i++) {
            requests.add(at.get(i).leases.allocator.allocate(devices.get(i)));
        }
        for (CompletionStage<Lease> each : requests) {
            Fixture.await(each.handle((lease, failure) -> "settled"));
        }
        for (int i = 0; i < devices.size(); i++) {
            note(devices.get(i), requests.get(i), at.get(i).reached());
        }
    }

    private void note(String device, CompletionStage<Lease> request, Instant seen) throws Exception {
        try {
            int node = Fixture.await(request).node();
            given++;
            Told before = told.get(device);
            if (before != null && !mayHaveEnded(before)) {
                assertThat(node).as("device %s keeps its address", device).isEqualTo(before.node());
            }
            told.forEach((other, theirs) -> {
                if (!other.equals(device) && !mayHaveEnded(theirs)) {
                    assertThat(node)
                            .as("%s gets an address that %s has", device, other)
                            .isNotEqualTo(theirs.node());
                }
            });
            told.merge(
                    device,
                    new Told(node, seen),
                    (old, now) -> old.node() == node && old.seen().isAfter(seen) ? old : now);
        } catch (ExecutionException e) {
            assertThat(e.getCause())
                    .asInstanceOf(InstanceOfAssertFactories.type(AllocationException.class))
                    .extracting(AllocationException::reason)
                    .isIn(Reason.POOL_EXHAUSTED, Reason.STORE_FAILED, Reason.RESERVATION_TAKEN);
            refused++;
        }
    }

    private boolean mayHaveEnded(Told held) {
        return !clock.instant().isBefore(held.seen().plus(ABSENCE));
    }

    private void release(String device) throws Exception {
        // it may be made also if nobody hears so
        told.remove(device);
        Fixture.await(relay().leases.allocator.release(device).handle((done, failure) -> "settled"));
    }

    private void pass() throws Exception {
        long hop = random.nextInt((int) LONGEST_HOP.toMinutes());
        for (long minutes = 0; minutes < hop; minutes += 10) {
            clock.advance(Duration.ofMinutes(10));
            for (Relay each : relays) {
                each.reached();
                if (each.way.isCut().getAsBoolean() && minutes + 10 < hop) {
                    // it waits for an answer in vain: once is enough
                    continue;
                }
                Fixture.await(each.leases.allocator.maintain().handle((ended, failure) -> "looked"));
            }
        }
        told.values()
                .removeIf(held ->
                        !clock.instant().isBefore(held.seen().plus(ABSENCE).plus(LATE)));
        if (random.nextInt(8) == 0) {
            // nobody looks meanwhile, so nothing ends, but relays ask before they confirm
            clock.advance(ReleasedNodes.REST);
        }
    }

    private void restart(int number) throws Exception {
        relays.get(number).end();
        Way way = openings.get(number).open();
        relays.set(number, new Relay(way, begun(way.store())));
    }

    /** With the ways open: what is stored is what was acknowledged, and all relays see it. */
    void check(OverlayStore store) {
        Map<Integer, String> holders = new HashMap<>();
        store.below("leases/device").forEach(entry -> {
            String device = entry.key().substring("leases/device/".length());
            int node = Integer.parseInt(entry.value().substring(0, entry.value().indexOf(' ')));
            assertThat(holders.put(node, device))
                    .as("who else has node %s", node)
                    .isNull();
            assertThat(store.get("leases/node/" + node).map(OverlayStore.Entry::value))
                    .contains(device);
        });
        told.forEach((device, held) -> {
            if (!mayHaveEnded(held)) {
                // a relay that was cut off has confirmed it after its release: nobody else has the address
                String rests = store.get("leases/node/" + held.node())
                        .map(OverlayStore.Entry::value)
                        .filter(value -> value.startsWith("released ") && value.endsWith(" " + device))
                        .map(value -> device)
                        .orElse("nobody");
                assertThat(holders.getOrDefault(held.node(), rests))
                        .as("the lease of %s, acknowledged", device)
                        .isEqualTo(device);
            }
        });
    }

    @Override
    public void close() {
        relays.forEach(Relay::end);
    }
}
