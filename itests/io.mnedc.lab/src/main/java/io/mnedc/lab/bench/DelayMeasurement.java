package io.mnedc.lab.bench;

import io.mnedc.lab.LabProcess;
import java.time.Duration;

/** Ping when nothing else happens, and while one TCP stream takes all it can get in the same direction. */
final class DelayMeasurement implements Measurement {
    static final String ID = "delay";

    private static final double IDLE_INTERVAL = 0.02;
    private static final double LOADED_INTERVAL = 0.01;
    private static final int LEAD_SECONDS = 1;

    private final int seconds;

    DelayMeasurement(int seconds) {
        this.seconds = seconds;
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public void measure(Subject subject, Figures figures) {
        Pings.send(subject.from(), subject.address(), 3, 0.2); // wakes what sleeps
        Pings idle = Pings.send(
                subject.from(), subject.address(), (int) (Math.min(seconds, 3) / IDLE_INTERVAL), IDLE_INTERVAL);
        figures.add(Metric.PING, idle.times().median());
        figures.add(Metric.PING_99, idle.times().quantile(0.99));

        // the transfer begins before the pings and outlives them
        LabProcess transfer = Iperf.start(subject.from(), subject.address(), seconds + 2 * LEAD_SECONDS);
        subject.from().exec("sleep", Integer.toString(LEAD_SECONDS));
        Pings loaded =
                Pings.send(subject.from(), subject.address(), (int) (seconds / LOADED_INTERVAL), LOADED_INTERVAL);
        transfer.await(Duration.ofSeconds(seconds + 30L));
        figures.add(Metric.LOADED_PING, loaded.times().median());
        figures.add(Metric.LOADED_PING_99, loaded.times().quantile(0.99));
        figures.add(Metric.LOADED_PING_LOST, loaded.lost());
    }
}
