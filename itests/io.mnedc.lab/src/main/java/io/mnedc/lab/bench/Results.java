package io.mnedc.lab.bench;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/**
 * What one run of the bench found.
 *
 * @param date the day
 * @param rounds how often each system was measured
 * @param seconds length of a transfer
 * @param stolen part of the processors' time that a hypervisor gave to others meanwhile, in percent
 * @param busy part of the processors' time that anything used while all systems were idle, in percent; not a number when
 *     that was not watched
 */
record Results(
        LocalDate date, Machine machine, int rounds, int seconds, double stolen, double busy, List<Measured> systems) {
    Optional<Measured> system(String id) {
        return systems.stream().filter(system -> system.id().equals(id)).findFirst();
    }

    /** Median of a figure of a system; not a number when it was not measured. */
    double median(String id, Metric metric) {
        return system(id).map(system -> system.figures().median(metric)).orElse(Double.NaN);
    }

    List<Measured> peers() {
        return systems.stream().filter(system -> system.kind() == Kind.PEER).toList();
    }

    /** Highest median of the other overlays; not a number when none was measured. */
    double highestOfPeers(Metric metric) {
        return peers().stream()
                .mapToDouble(peer -> peer.figures().median(metric))
                .filter(value -> !Double.isNaN(value))
                .max()
                .orElse(Double.NaN);
    }

    /** Lowest median of the other overlays; not a number when none was measured. */
    double lowestOfPeers(Metric metric) {
        return peers().stream()
                .mapToDouble(peer -> peer.figures().median(metric))
                .filter(value -> !Double.isNaN(value))
                .min()
                .orElse(Double.NaN);
    }
}
