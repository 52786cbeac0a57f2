package io.mnedc.itests.relays;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.itests.relays.checker.JoinRate;
import io.mnedc.lab.Conversations;
import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.Host;
import io.mnedc.lab.JavaTool;
import io.mnedc.lab.RelayProcess;
import io.mnedc.lab.Remote;
import io.mnedc.lab.junit.NeedsLab;
import io.mnedc.lab.tool.Transfer;
import io.mnedc.lab.traffic.Traffic;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What several relays cost and how fast they are: printed. Only with {@code -Dmnedc.figures=true}, on a quiet machine. */
@ExtendWith(NeedsLab.class)
@Tag("figures")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FiguresTest {
    private static final int KILLS = 20;
    private static final int CABLES = 5;
    private static final int RUNS = 5;
    private static final long BYTES = 1L << 30;
    private static final int DEVICES = 300;
    private static final Duration BOUND = Duration.ofMinutes(3);
    private static final Pattern PING = Pattern.compile("= [0-9.]+/([0-9.]+)/");
    private static final Pattern RATE = Pattern.compile("([0-9]+) Mbit/s");

    private Relays relays;

    @BeforeAll
    void start() throws IOException {
        Path directory = NeedsLab.directory(FiguresTest.class);
        // -Dmnedc.figures=beside: the servers are Debian's
        boolean beside = "beside".equals(System.getProperty("mnedc.figures"));
        relays = beside ? Relays.start(directory) : Relays.startAlone(directory);
        relays.all()
                .forEach(relay -> System.out.printf(
                        Locale.ROOT,
                        "FIGURE %s, servers %s, at the start: resident %d MiB%n",
                        relay.name(),
                        beside ? "beside" : "inside",
                        relay.process().residentBytes() >> 20));
    }

    @AfterAll
    void stop() {
        if (relays != null) {
            relays.close();
        }
    }

    @Test
    void failOver() {
        DeviceProcess a = relays.device(relays.lab().host("a"), "f-a", 1, 2, 3).awaitReady();
        DeviceProcess b = relays.device(relays.lab().host("b"), "f-b", 2, 3, 1).awaitReady();
        Conversations.awaitReached(a, b);
        Traffic traffic = Traffic.start(a.host(), b.host(), b.ipv4(), 1);
        List<Double> killed = new ArrayList<>();
        for (int i = 0; i < KILLS; i++) {
            int number = relays.relayOf(a);
            relays.relay(number).kill();
            killed.add(traffic.awaitAfter(System.nanoTime()).datagrams().toMillis() * 1.0);
            relays.startAgain(number);
            relays.awaitLinked();
        }
        List<Double> silent = new ArrayList<>();
        for (int i = 0; i < CABLES; i++) {
            int number = relays.relayOf(a);
            Host host = relays.relay(number).host();
            List<Host> all = new ArrayList<>(Fault.others(relays, number));
            List.of("nat-a", "nat-b1").forEach(name -> all.add(relays.lab().host(name)));
            Partition.during(host, all, () -> {
                silent.add(traffic.awaitAfter(System.nanoTime()).datagrams().toMillis() * 1.0);
            });
            relays.awaitLinked();
        }
        assertThat(traffic.finish()).contains("same ");
        report("fail-over, relay killed, ms", killed);
        report("fail-over, relay silent (keepalive 5 s), ms", silent);
        a.stop();
        b.stop();
    }

    @Test
    void theSecondHop() {
        DeviceProcess a = relays.device(relays.lab().host("a"), "h-a", 1, 2, 3).awaitReady();
        for (int at : new int[] {1, 2}) {
            DeviceProcess b =
                    relays.device(relays.lab().host("b"), "h-b" + at, at, 3).awaitReady();
            Conversations.awaitReached(a, b);
            assertThat(relays.relayOf(a)).isEqualTo(1);
            assertThat(relays.relayOf(b)).isEqualTo(at);
            var servers = JavaTool.serve(b.host());
            List<Double> ping = new ArrayList<>();
            List<Double> rate = new ArrayList<>();
            List<Double> cost = new ArrayList<>();
            transfer(a, b);
            for (int i = 0; i < RUNS; i++) {
                ping.add(find(
                        PING,
                        a.host()
                                .exec(BOUND, "ping", "-q", "-n", "-c200", "-i0.01", b.ipv4())
                                .orThrow()));
                double before = cpu();
                rate.add(find(RATE, transfer(a, b)));
                cost.add((cpu() - before) / BYTES * 1e9);
            }
            String where = at == 1 ? "one relay" : "two relays";
            report(where + ", ping, ms", ping);
            report(where + ", TCP, Mbit/s", rate);
            report(where + ", processor of all relays, s/GB", cost);
            servers.kill();
            b.stop();
        }
        a.stop();
    }

    /** One relay by itself, and all three at once. */
    @Test
    void transactions() throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(Relays.COUNT);
        try {
            for (List<Integer> numbers : List.of(List.of(1), List.of(1, 2, 3))) {
                List<Double> rates = new ArrayList<>();
                for (int i = 0; i < RUNS; i++) {
                    List<Future<Double>> all = new ArrayList<>();
                    for (int number : numbers) {
                        Remote agent = Relays.agent(relays.relay(number));
                        all.add(callers.submit(() -> Double.parseDouble(
                                agent.call("commits", "1000", "32").get(0))));
                    }
                    double sum = 0;
                    for (Future<Double> each : all) {
                        sum += each.get(BOUND.toSeconds(), TimeUnit.SECONDS);
                    }
                    rates.add(sum);
                }
                report("transactions of one key a second, relays " + numbers, rates);
            }
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void joins() {
        for (List<Integer> numbers : List.of(List.of(1), List.of(1, 2, 3), List.of(1), List.of(1, 2, 3))) {
            String prefix = "j" + System.nanoTime() + "-";
            List<String> arguments = new ArrayList<>(List.of(relays.token(), prefix, Integer.toString(DEVICES)));
            numbers.forEach(number -> arguments.add(relays.relay(number).host().address()));
            double before = cpu();
            String printed = relays.lab()
                    .host("c")
                    .exec(BOUND, Clientele.command(JoinRate.class, arguments))
                    .orThrow();
            System.out.printf(
                    Locale.ROOT,
                    "FIGURE relays %s: %s, processor of all relays %.1f s%n",
                    numbers,
                    printed.lines().filter(line -> line.endsWith("per second")).toList(),
                    cpu() - before);
        }
    }

    private static String transfer(DeviceProcess from, DeviceProcess to) {
        String printed = from.host()
                .exec(BOUND, JavaTool.command(Transfer.class, "up", to.ipv4(), Long.toString(BYTES), "1"))
                .orThrow();
        assertThat(printed).contains("same ");
        return printed;
    }

    private double cpu() {
        return relays.all().stream()
                .map(RelayProcess::process)
                .mapToDouble(process -> process.cpuSeconds())
                .sum();
    }

    private static double find(Pattern pattern, String text) {
        Matcher match = pattern.matcher(text);
        assertThat(match.find()).as(text).isTrue();
        return Double.parseDouble(match.group(1));
    }

    private static void report(String what, List<Double> values) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        System.out.printf(
                Locale.ROOT,
                "FIGURE %s: median %.2f, most %.2f, least %.2f, of %d%n",
                what,
                sorted.get(sorted.size() / 2),
                sorted.get(sorted.size() - 1),
                sorted.get(0),
                sorted.size());
    }
}
