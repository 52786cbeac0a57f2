package io.mnedc.lab;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code ./mnedc bench}: one TCP stream from a to b through the relay, sealed and with {@code security=none}, beside the
 * plain path from a to the relay's host and OpenVPN over TCP, all in one lab and in turns, so that a busy machine is
 * unfair to all alike.
 */
public final class Bench {
    private static final Pattern RECEIVED =
            Pattern.compile("\"sum_received\"[^}]*?\"bytes\":\\s*([0-9.e+]+)[^}]*?\"bits_per_second\":\\s*([0-9.e+]+)");
    private static final Pattern IPERF_ERROR = Pattern.compile("\"error\":\\s*\"([^\"]*)\"");
    private static final Pattern RTT_EACH = Pattern.compile("time=([0-9.]+) ms");
    private static final double TICKS_PER_SECOND = 100;
    private static final String OPEN_PORT = "4334";
    private static final PrintStream OUT = System.out;

    private final int rounds;
    private final int seconds;
    private final Samples coldStart = new Samples();
    private final Samples deviceStart = new Samples();
    private final Samples idleRelay = new Samples();
    private final Samples idleDevice = new Samples();
    private final Samples busyRelay = new Samples();
    private final Samples busyDevice = new Samples();
    private final Samples firstReply = new Samples();
    private final Samples firstReplyAtStart = new Samples();

    private Bench(int rounds, int seconds) {
        this.rounds = rounds;
        this.seconds = seconds;
    }

    /** One way from a to an address, and its figures. */
    private record Way(
            String name,
            String address,
            List<? extends NodeProcess> nodes,
            Samples rate,
            Samples cpu,
            Samples ownCpu,
            Samples idlePing,
            Samples loadPing,
            Samples loadPing99) {
        Way(String name, String address, NodeProcess... nodes) {
            this(
                    name,
                    address,
                    List.of(nodes),
                    new Samples(),
                    new Samples(),
                    new Samples(),
                    new Samples(),
                    new Samples(),
                    new Samples());
        }

        /** Processor time of the relay and of the two devices that carry the stream. */
        double ownCpuSeconds() {
            return nodes.stream()
                    .mapToDouble(node -> node.process().cpuSeconds())
                    .sum();
        }
    }

    /** Arguments: {@code [--rounds N] [--seconds N]}. */
    public static void main(String[] args) {
        int rounds = 5;
        int seconds = 5;
        for (int i = 0; i + 1 < args.length; i += 2) {
            int value = Integer.parseInt(args[i + 1]);
            switch (args[i]) {
                case "--rounds" -> rounds = value;
                case "--seconds" -> seconds = value;
                default -> throw new IllegalArgumentException("no option " + args[i]);
            }
        }
        new Bench(rounds, seconds).run();
    }

    private void run() {
        for (int round = 0; round < rounds; round++) {
            measureStart();
        }
        try (Overlay overlay = Overlay.start()) {
            overlay.awaitReady();
            NestedNats nats = overlay.nats();
            OpenVpn vpn = OpenVpn.start(nats.relay());
            vpn.connect(nats.a());
            Way plain = new Way("plain path, a to relay host", nats.relay().address());
            Way sealed = new Way("MNEDC, a to b", overlay.b().ipv4(), overlay.relay(), overlay.a(), overlay.b());
            Way open = open(nats);
            Way openVpn = new Way("OpenVPN TCP, a to b", vpn.connect(nats.b()));
            for (Host host : List.of(nats.relay(), nats.b())) {
                host.start("iperf3", "--server", "--forceflush")
                        .awaitLog(Pattern.compile("Server listening"), Duration.ofSeconds(10));
            }
            List<Way> ways = new ArrayList<>(List.of(plain, sealed, open, openVpn));
            firstReply(overlay.c(), overlay.b(), firstReply);
            firstReply(overlay.a(), overlay.c(), firstReply);
            firstReply(overlay.b(), overlay.a(), firstReply);
            memory(overlay, idleRelay, idleDevice);
            for (int round = 0; round < rounds; round++) {
                for (Way way : ways) {
                    double before = way.ownCpuSeconds();
                    double gigabytes = measure(nats.a(), way);
                    way.ownCpu.add((way.ownCpuSeconds() - before) / gigabytes);
                }
                memory(overlay, busyRelay, busyDevice);
                progress("round " + (round + 1) + " of " + rounds + " done");
                Collections.rotate(ways, 1);
            }
            report(plain, sealed, open, openVpn);
        }
    }

    /** A second overlay beside the first, in the same lab, without security. */
    private static Way open(NestedNats nats) {
        RelayProcess relay = RelayProcess.startNamed(
                nats.relay(),
                "open-relay",
                "--security",
                "none",
                "--listen",
                "0.0.0.0:" + OPEN_PORT,
                "--pool",
                "10.1.0.0/24");
        String dial = relay.dial() + ":" + OPEN_PORT;
        DeviceProcess a = DeviceProcess.startUnsecured(nats.a(), "open-a", dial);
        DeviceProcess b = DeviceProcess.startUnsecured(nats.b(), "open-b", dial);
        a.awaitReady();
        return new Way("the same with security none", b.ipv4(), relay, a, b);
    }

    private void measureStart() {
        long begin = System.nanoTime();
        try (Overlay overlay = Overlay.start()) {
            firstPing(overlay.awaitReady());
            coldStart.add(secondsSince(begin));
            // no two of these have keys for each other yet
            firstReply(overlay.c(), overlay.b(), firstReplyAtStart);
            overlay.a().kill();
            long again = System.nanoTime();
            overlay.a().startAgain();
            firstPing(overlay);
            deviceStart.add(secondsSince(again));
        }
        progress("start measured");
    }

    private static void firstPing(Overlay overlay) {
        overlay.a().awaitReady();
        for (int tries = 0; tries < 100; tries++) {
            if (overlay.a()
                    .host()
                    .exec("ping", "-n", "-c1", "-W1", overlay.b().ipv4())
                    .succeeded()) {
                return;
            }
        }
        throw new LabException("no ping from a to b");
    }

    /** From the first packet between two devices that have no keys to its reply. */
    private static void firstReply(DeviceProcess from, DeviceProcess to, Samples samples) {
        CommandResult ping = from.host().exec("ping", "-n", "-c1", "-W5", to.ipv4());
        samples.add(roundTrips(List.of(ping.orThrow()), 1).median());
    }

    /** Returns the gigabytes that arrived meanwhile. */
    private double measure(Host from, Way way) {
        from.exec("ping", "-n", "-c3", "-i0.2", way.address); // wakes what sleeps
        String idle = from.exec("ping", "-n", "-c40", "-i0.05", way.address).orThrow();
        way.idlePing.add(
                roundTrips(List.of(idle.split("\n")), Integer.MAX_VALUE).median());

        double cpuBefore = machineCpuSeconds();
        String result = iperf(from, way.address, seconds);
        double cpu = machineCpuSeconds() - cpuBefore;
        way.rate.add(number(RECEIVED, 2, result) / 1e6);
        way.cpu.add(cpu / (number(RECEIVED, 1, result) / 1e9));

        LabProcess pings =
                from.start("ping", "-n", "-i0.02", "-w" + (seconds + 1), way.address); // outlives the transfer a little
        String loaded = iperf(from, way.address, seconds);
        pings.await(Duration.ofSeconds(seconds + 10L));
        Samples each = roundTrips(pings.log(), seconds * 50L);
        way.loadPing.add(each.median());
        way.loadPing99.add(each.quantile(0.99));
        return (number(RECEIVED, 1, result) + number(RECEIVED, 1, loaded)) / 1e9;
    }

    /** The times of single pings, the first so many. */
    private static Samples roundTrips(List<String> output, long most) {
        Samples each = new Samples();
        RTT_EACH.matcher(String.join("\n", output))
                .results()
                .limit(most)
                .forEach(match -> each.add(Double.parseDouble(match.group(1))));
        return each;
    }

    /** One transfer. A server that is not done yet with the transfer before refuses; that is told and tried again. */
    private static String iperf(Host from, String address, int seconds) {
        for (int tries = 1; ; tries++) {
            String result = from.exec(
                            Duration.ofSeconds(seconds + 30L),
                            "iperf3",
                            "--json",
                            "--time",
                            Integer.toString(seconds),
                            "--client",
                            address)
                    .output();
            Matcher error = IPERF_ERROR.matcher(result);
            if (!error.find()) {
                return result;
            }
            if (tries == 5) {
                throw new LabException("iperf3 to " + address + ": " + error.group(1));
            }
            progress("iperf3 to " + address + " again: " + error.group(1));
            from.exec("sleep", "0.5");
        }
    }

    private static void memory(Overlay overlay, Samples relay, Samples device) {
        relay.add(overlay.relay().process().residentBytes() / 1e6);
        device.add(overlay.a().process().residentBytes() / 1e6);
    }

    private void report(Way plain, Way sealed, Way open, Way openVpn) {
        OUT.printf(
                "%nMedians of %d rounds (lowest-highest), transfers of %d s; %d processors, Linux %s, Java %s.%n%n",
                rounds,
                seconds,
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.version"),
                System.getProperty("java.version"));
        OUT.println("| | one TCP stream, Mbit/s | CPU s per GB, whole machine | idle ping, ms"
                + " | ping under load p50, ms | p99, ms |");
        OUT.println("|---|---|---|---|---|---|");
        for (Way way : List.of(plain, sealed, open, openVpn)) {
            OUT.printf(
                    "| %s | %s | %s | %s | %s | %s |%n",
                    way.name,
                    way.rate.show(0),
                    way.cpu.show(2),
                    way.idlePing.show(3),
                    way.loadPing.show(2),
                    way.loadPing99.show(2));
        }
        OUT.println("\n| MNEDC | | target |\n|---|---|---|");
        row("rate / plain path", ratio(sealed, plain), ">= 0.30");
        row("rate / OpenVPN TCP", ratio(sealed, openVpn), ">= 8");
        row("rate with security none / plain path", ratio(open, plain), ">= 0.35");
        row("idle ping a to b, ms", sealed.idlePing.show(3), "<= 0.5");
        row("first packet to first reply without keys, ms", firstReply.show(1), "< 50");
        row("the same in the first second after the start of all", firstReplyAtStart.show(1), "");
        row("CPU s per GB of relay and both devices alone", sealed.ownCpu.show(2), "");
        row("the same with security none", open.ownCpu.show(2), "");
        row("RSS of the relay idle / after load, MB", idleRelay.show(0) + " / " + busyRelay.show(0), "");
        row("RSS of device a idle / after load, MB", idleDevice.show(0) + " / " + busyDevice.show(0), "");
        row("all started at once to first ping a to b, s", coldStart.show(2), "");
        row("device a started again to first ping, s", deviceStart.show(2), "");
    }

    private static String ratio(Way one, Way other) {
        return "%.2f".formatted(one.rate.median() / other.rate.median());
    }

    private static void row(String what, String value, String target) {
        OUT.println("| " + what + " | " + value + " | " + target + " |");
    }

    private static void progress(String what) {
        System.err.println(what);
    }

    private static double number(Pattern pattern, int group, String text) {
        Matcher match = pattern.matcher(text);
        if (!match.find()) {
            throw new LabException("no " + pattern + " in\n" + text);
        }
        return Double.parseDouble(match.group(group));
    }

    private static double secondsSince(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }

    /** Processor time that the whole machine has used, without idling and waiting. */
    private static double machineCpuSeconds() {
        try (var lines = Files.lines(Path.of("/proc/stat"))) {
            String[] fields = lines.findFirst().orElse("").trim().split("\\s+", -1);
            long ticks = 0;
            for (int i = 1; i < fields.length && i <= 8; i++) {
                if (i != 4 && i != 5) {
                    ticks += Long.parseLong(fields[i]);
                }
            }
            return ticks / TICKS_PER_SECOND;
        } catch (IOException e) {
            throw new LabException("cannot read /proc/stat", e);
        }
    }
}
