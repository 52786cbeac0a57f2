package io.mnedc.lab.bench;

import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.LabException;
import io.mnedc.lab.NestedOverlay;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code ./mnedc bench --first}: how long a first packet waits for its reply between two devices that have no keys for each
 * other, by how long ago their JVMs were started: what Java has loaded and compiled by then makes most of it.
 */
public final class FirstReply {
    private static final PrintStream OUT = System.out;
    private static final PrintStream PROGRESS = System.err;
    /** Seconds after all devices are ready. */
    private static final List<Integer> AGES = List.of(0, 5, 15, 40);

    private static final int KEYED_PINGS = 5;
    private static final double KEYED_INTERVAL = 0.2;

    /** What was measured of devices that have been ready for so long. */
    private static final class Aged {
        final int seconds;
        /** Neither has made keys with anybody. */
        final Samples first = new Samples();
        /** One of them, or both, have made keys with others. */
        final Samples next = new Samples();

        final Samples keyed = new Samples();

        Aged(int seconds) {
            this.seconds = seconds;
        }
    }

    /** Seconds; a command that takes longer than half a minute counts as stuck. */
    private static final int NAP = 10;

    private FirstReply() {}

    /** Arguments: {@code ROUNDS}. Status 1 when the lab fails. */
    public static void main(String[] args) {
        int rounds = Integer.parseInt(args[0]);
        List<Aged> all = new ArrayList<>();
        AGES.forEach(seconds -> all.add(new Aged(seconds)));
        int status = 0;
        try (NestedOverlay overlay = NestedOverlay.start()) {
            for (int round = 1; round <= rounds; round++) {
                for (Aged aged : all) {
                    measure(overlay, aged);
                    PROGRESS.println("round " + round + " of " + rounds + ", " + aged.seconds + " s after the start: "
                            + aged.first.values().get(round - 1) + " ms");
                }
            }
            report(all);
        } catch (LabException e) {
            PROGRESS.println("bench: " + e.getMessage());
            status = 1;
        }
        System.exit(status);
    }

    private static void measure(NestedOverlay overlay, Aged aged) {
        overlay.awaitReady();
        for (int left = aged.seconds; left > 0; left -= NAP) {
            overlay.c().host().exec("sleep", Integer.toString(Math.min(left, NAP)));
        }
        aged.first.add(StartMeasurement.firstReply(overlay.c(), overlay.b()));
        aged.next.add(StartMeasurement.firstReply(overlay.a(), overlay.c()));
        aged.next.add(StartMeasurement.firstReply(overlay.b(), overlay.a()));
        aged.keyed.add(Pings.send(overlay.c().host(), overlay.b().ipv4(), KEYED_PINGS, KEYED_INTERVAL)
                .times()
                .median());
        // new JVMs, no keys
        overlay.devices().forEach(DeviceProcess::stop);
        overlay.devices().forEach(DeviceProcess::startAgain);
    }

    private static void report(List<Aged> all) {
        OUT.println("\n| ms to the first reply; median (range) | a pair's first keys | the other pairs' | with keys |");
        OUT.println("|---|---|---|---|");
        for (Aged aged : all) {
            OUT.println("| devices ready for " + aged.seconds + " s | " + aged.first.show(1) + " | " + aged.next.show(1)
                    + " | " + aged.keyed.show(1) + " |");
        }
    }
}
