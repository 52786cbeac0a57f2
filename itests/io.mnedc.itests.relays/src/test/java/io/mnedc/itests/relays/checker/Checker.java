package io.mnedc.itests.relays.checker;

import io.mnedc.itests.relays.checker.Event.Apart;
import io.mnedc.itests.relays.checker.Event.Enrolled;
import io.mnedc.itests.relays.checker.Event.Revoked;
import io.mnedc.itests.relays.checker.Event.Welcomed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds promises that were broken in a history: an address at two devices, a lease that was lost, a join token that was used too often,
 * a revoked device that was let in. A relay that the test kept from the store cannot know of a revocation: devices that it let in are
 * counted, and are no violation. The same holds for nothing else.
 */
public final class Checker {
    private final Duration grace;
    private final Map<String, Integer> uses;

    /**
     * Makes one.
     *
     * @param grace how long after its acknowledgement a revocation must be in force at all relays
     * @param uses how often a token may be used; 1 if it is not named
     */
    public Checker(Duration grace, Map<String, Integer> uses) {
        this.grace = grace;
        this.uses = Map.copyOf(uses);
    }

    /**
     * What was found.
     *
     * @param violations a sentence each; empty if all promises were kept
     * @param excused revoked devices that were let in by relays which could not know
     * @param lagMillis the longest time after a revocation's acknowledgement at which its device was still let in, without those
     */
    public record Verdict(List<String> violations, int excused, long lagMillis) {}

    /** {@return what a history shows, in any order of its events} */
    public Verdict check(Collection<Event> history) {
        List<Welcomed> welcomes = of(history, Welcomed.class);
        welcomes.sort(Comparator.comparingLong(Welcomed::end));
        List<String> violations = new ArrayList<>();
        addresses(welcomes, violations);
        leases(welcomes, violations);
        tokens(of(history, Enrolled.class), violations);
        return revocations(welcomes, of(history, Revoked.class), of(history, Apart.class), violations);
    }

    private static <T extends Event> List<T> of(Collection<Event> history, Class<T> type) {
        List<T> some = new ArrayList<>();
        history.stream().filter(type::isInstance).map(type::cast).forEach(some::add);
        return some;
    }

    /** Leases do not end in the time of a test: an address has one device for all of it. */
    private static void addresses(List<Welcomed> welcomes, List<String> violations) {
        Map<Integer, Set<String>> holders = new HashMap<>();
        for (Welcomed each : welcomes) {
            holders.computeIfAbsent(each.node(), node -> new TreeSet<>()).add(each.device());
        }
        holders.forEach((node, devices) -> {
            if (devices.size() > 1) {
                violations.add("address " + node + " was given to " + devices);
            }
        });
    }

    private static void leases(List<Welcomed> welcomes, List<String> violations) {
        Map<String, Set<Integer>> nodes = new HashMap<>();
        for (Welcomed each : welcomes) {
            nodes.computeIfAbsent(each.device(), device -> new LinkedHashSet<>())
                    .add(each.node());
        }
        nodes.forEach((device, all) -> {
            if (all.size() > 1) {
                violations.add("the lease of " + device + " was lost: it got the addresses " + all);
            }
        });
    }

    private void tokens(List<Enrolled> enrolments, List<String> violations) {
        Map<String, Set<String>> users = new HashMap<>();
        for (Enrolled each : enrolments) {
            users.computeIfAbsent(each.token(), token -> new TreeSet<>()).add(each.device());
        }
        users.forEach((token, devices) -> {
            if (devices.size() > uses.getOrDefault(token, 1)) {
                violations.add("token " + token + " was used by " + devices);
            }
        });
    }

    private Verdict revocations(
            List<Welcomed> welcomes, List<Revoked> revocations, List<Apart> apart, List<String> violations) {
        Map<String, Long> since = new HashMap<>();
        revocations.forEach(each -> since.merge(each.device(), each.end(), Math::min));
        int excused = 0;
        long lag = 0;
        for (Welcomed each : welcomes) {
            Long end = since.get(each.device());
            // what began before may have been decided before
            long late = end == null ? 0 : each.begin() - end;
            if (end == null || late <= 0) {
                continue;
            }
            if (apart.stream().anyMatch(one -> coversRelay(one, each.relay()) && meets(one, end, each.end()))) {
                excused++;
                continue;
            }
            lag = Math.max(lag, late);
            if (late > grace.toNanos()) {
                violations.add(each.device() + " was let in by relay " + each.relay() + ", " + late / 1_000_000
                        + " ms after it was acknowledged to be revoked");
            }
        }
        return new Verdict(List.copyOf(violations), excused, lag / 1_000_000);
    }

    private static boolean coversRelay(Apart apart, int relay) {
        return apart.relay() == 0 || apart.relay() == relay;
    }

    /** Whether it was so when the device was let in, and began before the news had to be there. */
    private boolean meets(Apart apart, long revoked, long welcomed) {
        return apart.begin() <= revoked + grace.toNanos() && apart.begin() <= welcomed && welcomed <= apart.end();
    }
}
