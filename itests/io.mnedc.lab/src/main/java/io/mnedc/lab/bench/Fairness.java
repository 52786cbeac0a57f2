package io.mnedc.lab.bench;

import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.Host;
import io.mnedc.lab.Lab;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.RelayProcess;
import io.mnedc.lab.Topology;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * {@code ./mnedc bench --fair}: what a pair of devices notices of another device that is slow or frozen while somebody
 * sends to it, and how ten devices share what the machine can do.
 */
public final class Fairness {
    private static final PrintStream OUT = System.out;
    private static final PrintStream PROGRESS = System.err;
    private static final int DEVICES = 10;
    private static final double PING_INTERVAL = 0.01;
    private static final int LEAD_SECONDS = 1;
    private static final int WARM_UP_SECONDS = 6;
    private static final String FLOOD = "100M";

    /** How device c is, to which d sends all the time. */
    private enum Neighbour {
        WELL("as fast as the others"),
        SLOW("behind 1 Mbit/s"),
        FROZEN("frozen: its socket is not read");

        final String title;

        Neighbour(String title) {
            this.title = title;
        }
    }

    private final int rounds;
    private final int seconds;

    private Fairness(int rounds, int seconds) {
        this.rounds = rounds;
        this.seconds = seconds;
    }

    /** Arguments: {@code ROUNDS SECONDS}. */
    public static void main(String[] args) {
        Fairness fairness = new Fairness(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
        fairness.neighbours();
        fairness.crowd();
    }

    private void neighbours() {
        try (Lab lab = Lab.build(Fairness::foursome)) {
            List<DeviceProcess> devices = start(lab, List.of("a", "b", "c", "d"));
            DeviceProcess b = devices.get(1);
            DeviceProcess c = devices.get(2);
            Host a = devices.get(0).host();
            Host d = devices.get(3).host();
            Iperf.serve(b.host());
            Iperf.serve(c.host());
            Iperf.transfer(a, b.ipv4(), 2 * seconds);
            Map<Neighbour, Noticed> all = new EnumMap<>(Neighbour.class);
            for (int round = 0; round < rounds; round++) {
                for (Neighbour neighbour : Neighbour.values()) {
                    LabProcess flood = flood(d, c.ipv4());
                    d.exec("sleep", Integer.toString(LEAD_SECONDS));
                    become(neighbour, c, lab.host("nat-c"));
                    try {
                        measure(a, b.ipv4(), all.computeIfAbsent(neighbour, key -> new Noticed()));
                    } finally {
                        recover(neighbour, c, lab.host("nat-c"));
                    }
                    flood.await(Duration.ofSeconds(seconds + 30L));
                    PROGRESS.println("round " + (round + 1) + " of " + rounds + ": c " + neighbour.title);
                }
            }
            report(all);
        }
    }

    private LabProcess flood(Host from, String address) {
        return from.start(
                "iperf3",
                "--udp",
                "--bitrate",
                FLOOD,
                "--length",
                "1200",
                "--time",
                Integer.toString(seconds + 3 * LEAD_SECONDS),
                "--client",
                address);
    }

    private static void become(Neighbour neighbour, DeviceProcess c, Host router) {
        switch (neighbour) {
            case WELL -> {}
            case SLOW ->
                router.exec(
                                "tc", "qdisc", "add", "dev", "lan", "root", "tbf", "rate", "1mbit", "burst", "64kb",
                                "latency", "200ms")
                        .orThrow();
            case FROZEN ->
                c.host().exec("kill", "-STOP", Long.toString(c.process().pid())).orThrow();
        }
    }

    private static void recover(Neighbour neighbour, DeviceProcess c, Host router) {
        switch (neighbour) {
            case WELL -> {}
            case SLOW -> router.exec("tc", "qdisc", "del", "dev", "lan", "root").orThrow();
            case FROZEN ->
                c.host().exec("kill", "-CONT", Long.toString(c.process().pid())).orThrow();
        }
    }

    private void measure(Host from, String address, Noticed noticed) {
        LabProcess transfer = Iperf.start(from, address, seconds);
        Pings pings = Pings.send(from, address, (int) (seconds / PING_INTERVAL / 2), PING_INTERVAL);
        noticed.add(transfer, Duration.ofSeconds(seconds + 30L), address, pings);
    }

    private void report(Map<Neighbour, Noticed> all) {
        OUT.printf(
                "%nDevice d sends %sbit/s of UDP to device c all the time; what a notices that sends to b meanwhile."
                        + " Medians of %d rounds (lowest-highest), %d s each.%n%n",
                FLOOD, rounds, seconds);
        OUT.println(
                "| device c | a to b, one TCP stream, Mbit/s | of that with c well | ping meanwhile p50, ms | p99, ms |");
        OUT.println("|---|---|---|---|---|");
        double well = all.getOrDefault(Neighbour.WELL, new Noticed()).rate.median();
        all.forEach((neighbour, noticed) -> OUT.printf(
                "| %s | %s | %s | %s | %s |%n",
                neighbour.title,
                noticed.rate.show(0),
                Samples.number(noticed.rate.median() / well, 2),
                noticed.median.show(1),
                noticed.high.show(1)));
    }

    private void crowd() {
        try (Lab lab = Lab.build(Fairness::crowded)) {
            List<DeviceProcess> devices = start(
                    lab, IntStream.range(0, DEVICES).mapToObj(i -> "d" + i).toList());
            devices.forEach(device -> Iperf.serve(device.host()));
            // until the JIT compilers of all have the ciphers
            for (int i = 0; i < DEVICES / 2; i++) {
                Iperf.transfer(devices.get(i).host(), opposite(devices, i), WARM_UP_SECONDS, "--bidir");
            }
            Samples alone = new Samples();
            Samples together = new Samples();
            Samples index = new Samples();
            for (int round = 0; round < rounds; round++) {
                int pair = round % (DEVICES / 2);
                alone.add(DoubleStream.of(bothWays(devices, List.of(pair))).sum());
                double[] flows = bothWays(
                        devices, IntStream.range(0, DEVICES / 2).boxed().toList());
                together.add(DoubleStream.of(flows).sum());
                index.add(jain(flows));
                PROGRESS.println("round " + (round + 1) + " of " + rounds + ": ten devices, Mbit/s of each flow "
                        + Arrays.stream(flows)
                                .mapToObj(flow -> Samples.number(flow, 0))
                                .toList());
            }
            OUT.printf(
                    "%nTen devices in pairs, each way at once. Medians of %d rounds (lowest-highest), %d s each.%n%n",
                    rounds, seconds);
            OUT.println("| | | target |\n|---|---|---|");
            OUT.printf("| one pair alone, both ways together, Mbit/s | %s | |%n", alone.show(0));
            OUT.printf("| five pairs at once, all ten flows together, Mbit/s | %s | |%n", together.show(0));
            OUT.printf(
                    "| all / one pair | %s | at least 0.90 |%n", Samples.number(together.median() / alone.median(), 2));
            OUT.printf("| Jain's index of the ten flows | %s | at least 0.95 |%n", index.show(3));
        }
    }

    /** The flows of these pairs at once, each direction of each for itself, in Mbit/s. */
    private double[] bothWays(List<DeviceProcess> devices, List<Integer> pairs) {
        List<LabProcess> transfers = new ArrayList<>();
        for (int pair : pairs) {
            transfers.add(Iperf.start(devices.get(pair).host(), opposite(devices, pair), seconds, "--bidir"));
        }
        DoubleStream.Builder rates = DoubleStream.builder();
        for (LabProcess transfer : transfers) {
            transfer.await(Duration.ofSeconds(seconds + 30L));
            Iperf.directions(Iperf.parse(String.join("\n", transfer.log()), "a device"))
                    .forEach(rate -> rates.add(rate / 1e6));
        }
        return rates.build().toArray();
    }

    private static String opposite(List<DeviceProcess> devices, int pair) {
        return devices.get(pair + DEVICES / 2).ipv4();
    }

    /** Jain's fairness index: 1 when all are equal, 1/n when one has all (Jain, Chiu and Hawe 1984). */
    static double jain(double... values) {
        double sum = DoubleStream.of(values).sum();
        double squares = DoubleStream.of(values).map(value -> value * value).sum();
        return squares == 0 ? 0 : sum * sum / (values.length * squares);
    }

    private static List<DeviceProcess> start(Lab lab, List<String> hosts) {
        Host relay = lab.host("relay");
        String token = RelayProcess.token(relay, "--uses", Integer.toString(hosts.size()));
        RelayProcess.start(relay).awaitReady();
        List<DeviceProcess> devices = hosts.stream()
                .map(host -> DeviceProcess.join(lab.host(host), host, token))
                .toList();
        devices.forEach(DeviceProcess::awaitReady);
        return devices;
    }

    private static void foursome(Topology topology) {
        Topology.Network main = topology.router("main", "192.168.1.0/24").host("relay");
        for (String name : List.of("a", "b", "c", "d")) {
            main.nat("nat-" + name, "192.168.0.0/24").host(name);
        }
    }

    private static void crowded(Topology topology) {
        Topology.Network main = topology.router("main", "192.168.1.0/24").host("relay");
        for (int site = 0; site < DEVICES / 2; site++) {
            main.nat("nat" + site, "192.168.0.0/24").host("d" + site).host("d" + (site + DEVICES / 2));
        }
    }
}
