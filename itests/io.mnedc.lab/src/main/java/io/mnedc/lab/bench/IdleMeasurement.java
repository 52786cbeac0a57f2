package io.mnedc.lab.bench;

import io.mnedc.lab.LabProcess;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Memory and processor time of processes: of all systems at once while none has anything to do, and after load. */
final class IdleMeasurement {
    static final String ID = "idle";

    private IdleMeasurement() {}

    /**
     * Waits until what was started has settled, then watches for so many seconds.
     *
     * @return how much of all processors' time was used by anything meanwhile, in percent
     */
    static double measure(List<Subject> subjects, int settle, int seconds, Function<Subject, Figures> figures) {
        sleep(subjects, settle);
        Map<LabProcess, Double> before = new HashMap<>();
        for (Subject subject : subjects) {
            subject.hub().forEach(process -> before.put(process, process.cpuSeconds()));
            subject.nodes().forEach(process -> before.put(process, process.cpuSeconds()));
        }
        double used = Machine.cpuSeconds();
        long begin = System.nanoTime();
        sleep(subjects, seconds);
        double passed = (System.nanoTime() - begin) / 1e9;
        double busy =
                100 * (Machine.cpuSeconds() - used) / passed / Machine.here().processors();
        for (Subject subject : subjects) {
            Figures own = figures.apply(subject);
            memory(subject, own, Metric.HUB_MEMORY, Metric.NODE_MEMORY);
            subject.hub().forEach(process -> own.add(Metric.HUB_IDLE_CPU, share(process, before, passed)));
            subject.nodes().forEach(process -> own.add(Metric.NODE_IDLE_CPU, share(process, before, passed)));
        }
        return busy;
    }

    /** Memory once there was load. */
    static void loaded(Subject subject, Figures figures) {
        memory(subject, figures, Metric.HUB_MEMORY_LOADED, Metric.NODE_MEMORY_LOADED);
    }

    private static void memory(Subject subject, Figures figures, Metric hub, Metric node) {
        subject.hub().forEach(process -> figures.add(hub, process.residentBytes() / 1e6));
        subject.nodes().forEach(process -> figures.add(node, process.residentBytes() / 1e6));
    }

    private static double share(LabProcess process, Map<LabProcess, Double> before, double seconds) {
        return 100 * (process.cpuSeconds() - before.getOrDefault(process, 0.0)) / seconds;
    }

    private static void sleep(List<Subject> subjects, int seconds) {
        subjects.get(0).from().exec("sleep", Integer.toString(seconds));
    }
}
