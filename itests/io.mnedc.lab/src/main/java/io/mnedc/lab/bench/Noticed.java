package io.mnedc.lab.bench;

import io.mnedc.lab.LabProcess;
import java.time.Duration;

/** What a device notices on one way: its TCP stream in Mbit/s, and how long pings take in ms. */
final class Noticed {
    final Samples rate = new Samples();
    final Samples median = new Samples();
    final Samples high = new Samples();

    /** Adds a transfer, once it is over, and the pings that were sent meanwhile. */
    void add(LabProcess transfer, Duration bound, String address, Pings pings) {
        transfer.await(bound);
        rate.add(Iperf.transfer(Iperf.parse(String.join("\n", transfer.log()), address))
                        .bitsPerSecond()
                / 1e6);
        median.add(pings.times().median());
        high.add(pings.times().quantile(0.99));
    }
}
