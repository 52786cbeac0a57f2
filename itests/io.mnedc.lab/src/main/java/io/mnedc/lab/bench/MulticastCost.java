package io.mnedc.lab.bench;

import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.Host;
import io.mnedc.lab.JavaTool;
import io.mnedc.lab.Lab;
import io.mnedc.lab.LabException;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.RelayProcess;
import io.mnedc.lab.Topology;
import io.mnedc.lab.tool.Groups;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** How much of a processor multicast takes: one device sends, others on the same LAN listen, all sealed. */
public final class MulticastCost {
    private static final PrintStream OUT = System.out;
    private static final PrintStream PROGRESS = System.err;
    private static final String GROUP = "239.7.7.7";
    private static final String PORT = "4747";
    private static final int WARM_UP = 20;
    private static final Duration BOUND = Duration.ofMinutes(3);

    private MulticastCost() {}

    /** Arguments: {@code MEMBERS RATE SECONDS}. Status 1 when the lab fails. */
    public static void main(String[] args) throws IOException {
        int members = Integer.parseInt(args[0]);
        String rate = args[1];
        int seconds = Integer.parseInt(args[2]);
        int status = 0;
        try (Lab lab = Lab.build(topology -> plan(topology, members))) {
            measure(lab, members, rate, seconds);
        } catch (LabException e) {
            PROGRESS.println("bench: " + e.getMessage());
            status = 1;
        }
        System.exit(status);
    }

    private static void plan(Topology topology, int members) {
        Topology.Network main = topology.router("main", "192.168.1.0/24");
        main.host("relay").host("sender");
        for (int i = 0; i < members; i++) {
            main.host("member-" + i);
        }
    }

    private static void measure(Lab lab, int members, String rate, int seconds) throws IOException {
        String token = RelayProcess.token(lab.host("relay"), "--uses", Integer.toString(members + 1));
        RelayProcess relay = RelayProcess.start(lab.host("relay")).awaitReady();
        List<DeviceProcess> listening = new ArrayList<>();
        for (int i = 0; i < members; i++) {
            listening.add(device(lab.host("member-" + i), token));
        }
        DeviceProcess sender = device(lab.host("sender"), token);
        for (DeviceProcess device : listening) {
            device.host()
                    .start(JavaTool.command(Groups.class, "listen", device.tun(), GROUP, PORT))
                    .awaitLog(Pattern.compile("^listening$"), BOUND);
        }
        send(sender, WARM_UP, rate);
        double before = sender.process().cpuSeconds();
        sender.host().exec(BOUND, "sleep", Integer.toString(seconds));
        double idle = sender.process().cpuSeconds() - before;
        List<Double> at = cpu(sender, listening.get(0), relay);
        long begun = System.nanoTime();
        send(sender, seconds, rate);
        double took = (System.nanoTime() - begun) / 1e9;
        List<Double> now = cpu(sender, listening.get(0), relay);
        OUT.printf(
                "%d members, %s packets a second: sender %.1f %% of a processor (idle %.1f %%), a member %.1f %%,"
                        + " relay %.1f %%%n",
                members,
                rate,
                100 * (now.get(0) - at.get(0)) / took,
                100 * idle / seconds,
                100 * (now.get(1) - at.get(1)) / took,
                100 * (now.get(2) - at.get(2)) / took);
    }

    private static List<Double> cpu(DeviceProcess sender, DeviceProcess member, RelayProcess relay) {
        return List.of(
                sender.process().cpuSeconds(),
                member.process().cpuSeconds(),
                relay.process().cpuSeconds());
    }

    private static DeviceProcess device(Host host, String token) throws IOException {
        DeviceProcess device = DeviceProcess.join(host, host.name(), token).awaitReady();
        Path file = device.data().resolve("etc/io.mnedc.device.config");
        Files.writeString(file, Files.readString(file) + "multicast=\"all\"\n");
        return device;
    }

    private static void send(DeviceProcess sender, int seconds, String rate) {
        String count = Integer.toString(seconds * Integer.parseInt(rate));
        LabProcess sending = sender.host()
                .start(JavaTool.command(Groups.class, "send", sender.tun(), GROUP, PORT, count, rate, "x".repeat(300)));
        sending.awaitLog(Pattern.compile("^done$"), BOUND);
    }
}
