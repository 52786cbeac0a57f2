package io.mnedc.lab;

import io.mnedc.lab.tool.Servers;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code ./mnedc demo}: three devices behind nested NATs talk to each other, for people to watch. */
public final class Demo {
    private static final long TRANSFER_BYTES = 64 << 20;
    private static final Pattern RTT = Pattern.compile("= [0-9.]+/([0-9.]+)/");
    private static final PrintStream OUT = System.out;

    private final NestedOverlay overlay;
    private int failures;

    private Demo(NestedOverlay overlay) {
        this.overlay = overlay;
    }

    /** Argument {@code --once}: end after the transfers. Status 0 only if everything worked. */
    public static void main(String[] args) {
        boolean once = List.of(args).contains("--once");
        int status = 1;
        Lab.sweep().forEach(name -> OUT.println("removed " + name + ", left by an earlier run"));
        long begin = System.nanoTime();
        OUT.println(PICTURE);
        try (NestedOverlay overlay = NestedOverlay.start()) {
            step(begin, "namespaces, NATs and cables laid, a join token made; relay and three devices starting");
            Demo demo = new Demo(overlay);
            demo.show(begin);
            status = demo.failures == 0 ? 0 : 1;
            if (!once) {
                demo.liveTable();
            }
        } catch (LabException e) {
            OUT.println("\nFAILED: " + e.getMessage());
        }
        OUT.println(status == 0 ? "\nAll worked, everything removed again." : "\nNOT all worked; everything removed.");
        System.exit(status);
    }

    private void show(long begin) {
        overlay.awaitReady();
        step(begin, "all ready");
        OUT.printf(
                "%nRelay %s leases from %s; every device has a certificate, packets are sealed end to end%n%n",
                overlay.relay().dial(), overlay.relay().pool());
        OUT.printf("  %-8s%-16s%-14s%-28s%s%n", "device", "own address", "virtual IPv4", "virtual IPv6", "interface");
        for (DeviceProcess device : overlay.devices()) {
            OUT.printf(
                    "  %-8s%-16s%-14s%-28s%s%n",
                    device.name(), device.host().address(), device.ipv4(), device.ipv6(), device.tun());
        }
        OUT.println("\nWithout MNEDC, a to b: " + (reachesDirectly() ? "reachable?!" : "no route through the NATs"));
        overlay.devices().forEach(device -> JavaTool.serve(device.host()));
        matrix("Ping over IPv4, mean of 5, ms", (from, to) -> ping(from, to.ipv4()));
        matrix("Ping over IPv6, mean of 5, ms", (from, to) -> ping(from, to.ipv6()));
        matrix("HTTP, " + (TRANSFER_BYTES >> 20) + " MiB, content compared by SHA-256, Mbit/s", this::fetch);
        step(begin, failures == 0 ? "everything worked" : failures + " checks FAILED");
    }

    /** Whether a reaches b's own address, which is the same as its own: only b's gate can be tried. */
    private boolean reachesDirectly() {
        Host gate = overlay.nats().lab().host("nat-b2");
        return overlay.nats()
                .a()
                .exec("ping", "-n", "-c1", "-W1", gate.address())
                .succeeded();
    }

    private String ping(DeviceProcess from, String address) {
        CommandResult result = from.host().exec("ping", "-n", "-c5", "-i0.02", "-W2", address);
        Matcher match = RTT.matcher(result.output());
        return result.succeeded() && match.find() ? match.group(1) : failed(result);
    }

    private String fetch(DeviceProcess from, DeviceProcess to) {
        String seed = Integer.toString(from.name().hashCode());
        String base = "http://" + to.ipv4() + ":" + Servers.HTTP_PORT;
        String path = "/" + TRANSFER_BYTES + "/" + seed;
        // rate on standard error, hash on standard output
        CommandResult result = from.host()
                .exec(
                        Duration.ofSeconds(60),
                        "sh",
                        "-c",
                        "curl -sSf -w '%{stderr}rate=%{speed_download}\\n' " + base + "/content" + path
                                + " | sha256sum; curl -sSf " + base + "/hash" + path);
        Matcher rate = Pattern.compile("rate=([0-9.]+)").matcher(result.output());
        Matcher hashes = Pattern.compile("([0-9a-f]{64})").matcher(result.output());
        if (!rate.find() || !hashes.find()) {
            return failed(result);
        }
        String received = hashes.group();
        return hashes.find() && hashes.group().equals(received)
                ? String.format(Locale.ROOT, "%.0f", Double.parseDouble(rate.group(1)) * 8 / 1e6)
                : failed(result);
    }

    private String failed(CommandResult result) {
        failures++;
        OUT.println("  failed: " + result.command() + "\n" + result.output().indent(4));
        return "FAILED";
    }

    /** What is measured from one device to another, as text. */
    @FunctionalInterface
    private interface Measure {
        String between(DeviceProcess from, DeviceProcess to);
    }

    private void matrix(String title, Measure measure) {
        StringBuilder table = new StringBuilder("\n%s%n  %-12s".formatted(title, "from \\ to"));
        overlay.devices().forEach(to -> table.append("%-10s".formatted(to.name())));
        for (DeviceProcess from : overlay.devices()) {
            table.append("%n  %-12s".formatted(from.name()));
            for (DeviceProcess to : overlay.devices()) {
                table.append("%-10s".formatted(from == to ? "-" : measure.between(from, to)));
            }
        }
        OUT.println(table);
    }

    /** Until the JVM is told to end; the shutdown hook of the lab then removes everything. */
    private void liveTable() {
        OUT.println("\nLive, every 2 s; Ctrl-C ends and removes everything. To use it meanwhile, in another terminal:");
        OUT.println("  ip netns exec " + overlay.nats().a().namespace() + " ping "
                + overlay.b().ipv4() + "\n");
        CountDownLatch end = new CountDownLatch(1);
        Map<String, Host.Traffic> before = new TreeMap<>();
        long then = System.nanoTime();
        OUT.printf(
                "%-10s%-14s%-14s%-14s%-14s%-10s%n",
                "device", "address", "to next, ms", "in Mbit/s", "out Mbit/s", "RSS MB");
        Thread ending = new Thread(
                () -> {
                    OUT.println("\nRemoving everything ...");
                    end.countDown();
                },
                "mnedc-demo-end");
        Runtime.getRuntime().addShutdownHook(ending);
        try {
            while (!end.await(2, TimeUnit.SECONDS)) {
                double seconds = (System.nanoTime() - then) / 1e9;
                then = System.nanoTime();
                for (int i = 0; i < overlay.devices().size(); i++) {
                    DeviceProcess device = overlay.devices().get(i);
                    DeviceProcess next =
                            overlay.devices().get((i + 1) % overlay.devices().size());
                    row(device, next, before, seconds);
                }
                OUT.println();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (LabException e) {
            if (end.getCount() > 0) {
                throw e;
            }
        }
    }

    private void row(DeviceProcess device, DeviceProcess next, Map<String, Host.Traffic> before, double seconds) {
        Host.Traffic now = device.host().traffic(device.tun());
        Host.Traffic last = before.getOrDefault(device.name(), now);
        before.put(device.name(), now);
        CommandResult ping = device.host().exec("ping", "-n", "-c1", "-W1", next.ipv4());
        Matcher rtt = RTT.matcher(ping.output());
        OUT.printf(
                Locale.ROOT,
                "%-10s%-14s%-14s%-14.1f%-14.1f%-10s%n",
                device.name(),
                device.ipv4(),
                rtt.find() ? rtt.group(1) : "lost",
                (now.received() - last.received()) * 8 / seconds / 1e6,
                (now.sent() - last.sent()) * 8 / seconds / 1e6,
                device.process().isAlive() ? device.process().residentBytes() >> 20 : "ended");
    }

    private static void step(long begin, String what) {
        OUT.printf(Locale.ROOT, "[%5.1f s] %s%n", (System.nanoTime() - begin) / 1e9, what);
    }

    private static final String PICTURE = """

                            main router  192.168.1.1
                 .------------.-----+-----------------.
               RELAY          C    NAT a            NAT b1   192.168.1.x
            192.168.1.10     .11    |                 |
                                    A               NAT b2   192.168.11.10
                              192.168.0.10            |
                                                      B      192.168.0.10
            """;
}
