package io.mnedc.itests.runtimes;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.Host;
import io.mnedc.lab.NestedOverlay;
import io.mnedc.lab.NodeProcess;
import io.mnedc.lab.Remote;
import io.mnedc.lab.Seed;
import io.mnedc.lab.Waits;
import io.mnedc.lab.junit.NeedsLab;
import io.mnedc.lab.traffic.Traffic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Our bundles are stopped, started and updated, on devices and relay, while a transfer between devices goes on. */
@ExtendWith(NeedsLab.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UpdateUnderTrafficTest {
    private static final int ROUNDS = Integer.getInteger("mnedc.rounds", 24);

    /** A busy machine takes longer than the second that is promised; its time is printed. */
    private static final Duration BOUND = Duration.ofSeconds(20);

    /** JNA keeps the loader of every class with direct mappings: that is why they are in a bundle of their own. */
    private static final String KEPT_BY_JNA = "io.mnedc.libc";

    /** Conscrypt's native library keeps its classes until the JVM ends (decision 8). */
    private static final String KEPT_BY_CONSCRYPT = "io.mnedc.boringssl";

    /** Netty's arenas grow by chunks of this size, which are used again. */
    private static final long CHUNK = 4 << 20;

    private NestedOverlay overlay;
    private List<Node> nodes;

    /** A runtime and what was there before anything was updated. */
    private record Node(NodeProcess process, Remote remote, ResourceUsage before) {
        Host host() {
            return process.host();
        }
    }

    /** What is done in a round: {@code restart}, {@code update} or {@code refresh}, to a bundle of a node. */
    private record Step(Node node, String what, String bundle) {
        @Override
        public String toString() {
            return what + " " + bundle + " on " + node.process().name();
        }

        /** How many loaders are left to native code. */
        int loadersKept() {
            return switch (what) {
                case "refresh" -> 2;
                // Conscrypt's is used between the update, which starts the bundle again, and the refresh; JNA's is not
                case "update" -> bundle.equals(KEPT_BY_CONSCRYPT) ? 2 : bundle.equals(KEPT_BY_JNA) ? 1 : 0;
                default -> 0;
            };
        }

        void take() {
            node.remote().call(what, bundle);
        }
    }

    private record Round(Step step, Traffic.Back back, Duration outage) {}

    @BeforeAll
    void start() {
        overlay = NestedOverlay.start(NeedsLab.directory(UpdateUnderTrafficTest.class))
                .awaitReady();
        Waits.reached(overlay.a(), overlay.b());
        nodes = List.of(node(overlay.relay()), node(overlay.a()), node(overlay.b()));
    }

    @AfterAll
    void stop() {
        if (overlay != null) {
            overlay.close();
        }
    }

    @Test
    void theTransferCompletesAndNothingIsLeft() {
        Random random = Seed.random(UpdateUnderTrafficTest.class);
        Traffic traffic = Traffic.start(
                overlay.a().host(), overlay.b().host(), overlay.b().ipv4(), random.nextLong());
        List<Round> rounds = new ArrayList<>();
        for (Step step : steps(random)) {
            long before = System.nanoTime();
            step.take();
            Traffic.Back back = traffic.awaitAfter(System.nanoTime());
            Round round = new Round(step, back, Duration.ofNanos(System.nanoTime() - before));
            rounds.add(round);
            System.out.printf(
                    Locale.ROOT,
                    "%s: datagrams after %d ms, transfer after %d ms, in all %d ms%n",
                    step,
                    back.datagrams().toMillis(),
                    back.transfer().toMillis(),
                    round.outage().toMillis());
        }
        assertThat(traffic.finish()).contains("same ");
        report(rounds);

        assertThat(rounds).allSatisfy(round -> {
            assertThat(round.back().datagrams()).as(round.step().toString()).isLessThan(BOUND);
            assertThat(round.back().transfer()).as(round.step().toString()).isLessThan(BOUND);
        });
        nodes.forEach(node -> nothingMoreThanBefore(node, rounds));
    }

    /** As many as are wanted, in an order that chance gives; all before one comes again. */
    private List<Step> steps(Random random) {
        List<Step> steps = new ArrayList<>();
        while (steps.size() < ROUNDS) {
            List<Step> all = new ArrayList<>();
            for (Node node : nodes) {
                all.add(new Step(node, "refresh", "everything"));
                for (String bundle : node.remote().ourBundles()) {
                    all.add(new Step(node, "restart", bundle));
                    all.add(new Step(node, "update", bundle));
                }
            }
            Collections.shuffle(all, random);
            steps.addAll(all);
        }
        return steps.subList(0, ROUNDS);
    }

    private void nothingMoreThanBefore(Node node, List<Round> rounds) {
        int kept = rounds.stream()
                .map(Round::step)
                .filter(step -> step.node().equals(node))
                .mapToInt(Step::loadersKept)
                .sum();
        List<List<String>> more = new ArrayList<>(List.of(List.of()));
        Waits.until(() -> node.process().name() + " has " + more.get(0), Waits.LONG, () -> {
            more.set(0, ResourceUsage.of(node.remote(), node.host()).beyond(node.before(), kept, CHUNK));
            return more.get(0).isEmpty();
        });
        System.out.println(node.process().name() + " before: " + node.before());
        System.out.println(node.process().name() + " after:  " + ResourceUsage.of(node.remote(), node.host()));
    }

    private static void report(List<Round> rounds) {
        for (String what : List.of("restart", "update", "refresh")) {
            List<Round> chosen = rounds.stream()
                    .filter(round -> round.step().what().equals(what))
                    .toList();
            System.out.printf(
                    Locale.ROOT,
                    "%s, %d rounds, median and longest: datagrams %s ms, transfer %s ms, round %s ms%n",
                    what,
                    chosen.size(),
                    figures(chosen, round -> round.back().datagrams()),
                    figures(chosen, round -> round.back().transfer()),
                    figures(chosen, Round::outage));
        }
    }

    private static String figures(List<Round> rounds, Function<Round, Duration> value) {
        List<Long> sorted =
                rounds.stream().map(value).map(Duration::toMillis).sorted().toList();
        return sorted.isEmpty() ? "-" : sorted.get(sorted.size() / 2) + " " + sorted.get(sorted.size() - 1);
    }

    private static Node node(NodeProcess process) {
        Remote remote = Remote.dropInto(Parts.agent(), process.data().resolve("etc"), process.process());
        return new Node(process, remote, ResourceUsage.of(remote, process.host()));
    }
}
