package io.mnedc.lab.bench;

import io.mnedc.lab.Host;
import io.mnedc.lab.LabException;

/** One stream with processor time, four streams, one each way at once. */
final class TcpMeasurement implements Measurement {
    static final String ID = "tcp";

    private static final double MOST = 0.9;

    private final Host relay;
    private final int seconds;

    /** Relay: the host that all packets must pass. */
    TcpMeasurement(Host relay, int seconds) {
        this.relay = relay;
        this.seconds = seconds;
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public void measure(Subject subject, Figures figures) {
        long passedBefore = relay.traffic("eth0").received();
        double before = Machine.cpuSeconds();
        double ownBefore = subject.cpuSeconds();
        Iperf.Transfer one = Iperf.transfer(subject.from(), subject.address(), seconds);
        double gigabytes = one.bytes() / 1e9;
        figures.add(Metric.CPU, (Machine.cpuSeconds() - before) / gigabytes);
        if (!subject.nodes().isEmpty()) {
            figures.add(Metric.OWN_CPU, (subject.cpuSeconds() - ownBefore) / gigabytes);
        }
        figures.add(Metric.TCP, one.bitsPerSecond() / 1e6);
        if (relay.traffic("eth0").received() - passedBefore < MOST * one.bytes()) {
            throw new LabException("packets of " + subject.title() + " do not pass the relay's host");
        }
        figures.add(Metric.TCP_FOUR, rate(subject, "--parallel", "4"));
        figures.add(Metric.TCP_BOTH, rate(subject, "--bidir"));
    }

    private double rate(Subject subject, String... options) {
        return Iperf.transfer(subject.from(), subject.address(), seconds, options)
                        .bitsPerSecond()
                / 1e6;
    }
}
