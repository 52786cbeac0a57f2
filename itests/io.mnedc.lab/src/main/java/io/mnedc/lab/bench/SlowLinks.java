package io.mnedc.lab.bench;

import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.Host;
import io.mnedc.lab.Lab;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.RelayProcess;
import io.mnedc.lab.Topology;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/**
 * {@code ./mnedc bench --slow}: how long others wait while one TCP stream fills the slow uplink of a device, with and
 * without a tunnel.
 */
public final class SlowLinks {
    private static final PrintStream OUT = System.out;
    private static final PrintStream PROGRESS = System.err;
    private static final List<Integer> MEGABITS = List.of(50, 10, 1);
    /** What the uplink's own queue holds at most. */
    private static final String LINK_QUEUE = "100ms";

    private static final double PING_INTERVAL = 0.1;
    /** Until the queues are as they stay. */
    private static final int LEAD_SECONDS = 4;

    private final int rounds;
    private final int seconds;

    private SlowLinks(int rounds, int seconds) {
        this.rounds = rounds;
        this.seconds = seconds;
    }

    /** Arguments, checked by the launcher: rounds, seconds of each transfer. */
    public static void main(String[] args) {
        new SlowLinks(Integer.parseInt(args[0]), Integer.parseInt(args[1])).run();
    }

    private void run() {
        try (Lab lab = Lab.build(SlowLinks::pair)) {
            Host relay = lab.host("relay");
            // as on most gateways, be it the machine's default or not
            List.of("relay", "a", "b")
                    .forEach(name -> lab.host(name)
                            .exec("sysctl", "-qw", "net.ipv4.tcp_congestion_control=cubic")
                            .orThrow());
            String token = RelayProcess.token(relay, "--uses", "2");
            RelayProcess.start(relay).awaitReady();
            DeviceProcess a = DeviceProcess.join(lab.host("a"), "a", token);
            DeviceProcess b = DeviceProcess.join(lab.host("b"), "b", token);
            a.awaitReady();
            b.awaitReady();
            Iperf.serve(relay);
            Iperf.serve(b.host());
            Iperf.transfer(a.host(), b.ipv4(), 2 * LEAD_SECONDS);
            OUT.printf(
                    "One TCP stream (CUBIC) fills the uplink of device a, whose own queue holds %s. Medians of %d rounds"
                            + " (lowest-highest), %d s each.%n%n",
                    LINK_QUEUE, rounds, seconds);
            OUT.println("| uplink | way | TCP stream, Mbit/s | ping meanwhile p50, ms | p99, ms |");
            OUT.println("|---|---|---|---|---|");
            for (int megabits : MEGABITS) {
                uplink(megabits, lab.host("nat-a"), a.host(), relay.address(), b.ipv4());
            }
        }
    }

    private void uplink(int megabits, Host router, Host from, String plain, String tunnel) {
        Noticed without = new Noticed();
        Noticed sealed = new Noticed();
        router.exec(
                        "tc",
                        "qdisc",
                        "add",
                        "dev",
                        "wan",
                        "root",
                        "tbf",
                        "rate",
                        megabits + "mbit",
                        "burst",
                        "16kb",
                        "latency",
                        LINK_QUEUE)
                .orThrow();
        for (int round = 0; round < rounds; round++) {
            measure(from, plain, without);
            measure(from, tunnel, sealed);
            PROGRESS.println("round " + (round + 1) + " of " + rounds + ": " + megabits + " Mbit/s");
        }
        router.exec("tc", "qdisc", "del", "dev", "wan", "root").orThrow();
        row(megabits, "no tunnel, a to the relay's host", without);
        row(megabits, "a to b, sealed", sealed);
    }

    private void measure(Host from, String address, Noticed noticed) {
        LabProcess transfer = Iperf.start(from, address, seconds + LEAD_SECONDS);
        from.exec("sleep", Integer.toString(LEAD_SECONDS));
        Pings pings = Pings.send(from, address, (int) (seconds / PING_INTERVAL), PING_INTERVAL);
        noticed.add(transfer, Duration.ofSeconds(seconds + 60L), address, pings);
        // what has been queued is gone then
        from.exec("sleep", "2");
    }

    private static void row(int megabits, String way, Noticed noticed) {
        OUT.printf(
                "| %d Mbit/s | %s | %s | %s | %s |%n",
                megabits, way, noticed.rate.show(2), noticed.median.show(0), noticed.high.show(0));
    }

    private static void pair(Topology topology) {
        Topology.Network main = topology.router("main", "192.168.1.0/24").host("relay");
        for (String name : List.of("a", "b")) {
            main.nat("nat-" + name, "192.168.0.0/24").host(name);
        }
    }
}
