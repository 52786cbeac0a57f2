package io.mnedc.lab.bench;

import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.LabException;
import io.mnedc.lab.NestedOverlay;

/** How long it takes from nothing to the first ping of our sealed overlay, each time in a lab of its own. */
final class StartMeasurement {
    static final String ID = "start";

    private static final int FIRST_PINGS = 8;
    private static final double FIRST_INTERVAL = 0.5;

    private StartMeasurement() {}

    static void measure(Figures figures) {
        long begin = System.nanoTime();
        try (NestedOverlay overlay = NestedOverlay.start()) {
            firstPing(overlay.awaitReady());
            figures.add(Metric.START, secondsSince(begin));
            // no two of these have keys for each other yet
            figures.add(Metric.FIRST_REPLY_AT_START, firstReply(overlay.c(), overlay.b()));
            overlay.a().kill();
            long again = System.nanoTime();
            overlay.a().startAgain();
            firstPing(overlay);
            figures.add(Metric.START_AGAIN, secondsSince(again));
        }
    }

    /** Milliseconds from the first packet between two devices that have no keys for each other to its reply. */
    static double firstReply(DeviceProcess from, DeviceProcess to) {
        Pings pings = Pings.send(from.host(), to.ipv4(), FIRST_PINGS, FIRST_INTERVAL);
        return pings.times().values().get(0) + 1000 * FIRST_INTERVAL * (pings.first() - 1);
    }

    private static void firstPing(NestedOverlay overlay) {
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

    private static double secondsSince(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }
}
