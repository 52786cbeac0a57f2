package io.mnedc.lab.bench;

import io.mnedc.lab.Host;
import io.mnedc.lab.LabProcess;
import java.util.List;

/**
 * A running system to be measured.
 *
 * @param id a short name without spaces
 * @param title how the tables call it
 * @param from the host that sends
 * @param to the host that it sends to
 * @param address of {@code to} in this system
 * @param hub its process at the relay's host, none when there is no tunnel
 * @param nodes its processes at {@code from} and {@code to}
 */
record Subject(
        String id,
        String title,
        Kind kind,
        Host from,
        Host to,
        String address,
        List<LabProcess> hub,
        List<LabProcess> nodes) {
    /** Processor time of all its processes so far. */
    double cpuSeconds() {
        return seconds(hub) + seconds(nodes);
    }

    static double seconds(List<LabProcess> processes) {
        return processes.stream().mapToDouble(LabProcess::cpuSeconds).sum();
    }

    /** A tunnel with one hub and a process at each end. */
    static Subject tunnel(String id, String title, Kind kind, String address, Node hub, Node from, Node to) {
        return new Subject(
                id,
                title,
                kind,
                from.host(),
                to.host(),
                address,
                List.of(hub.process()),
                List.of(from.process(), to.process()));
    }

    /** A process and where it runs. */
    record Node(Host host, LabProcess process) {}
}
