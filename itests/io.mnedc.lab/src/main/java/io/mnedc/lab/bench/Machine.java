package io.mnedc.lab.bench;

import io.mnedc.lab.LabException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the figures were measured on.
 *
 * @param processor its model
 * @param processors how many
 * @param linux version of the kernel
 * @param java version of the Java that ran the runtimes
 */
record Machine(String processor, int processors, String linux, String java) {
    private static final double TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux
    private static final Pattern MODEL = Pattern.compile("^model name\\s*:\\s*(.+)$");
    private static final Pattern VERSION = Pattern.compile("^[0-9.]*[0-9]");
    // fields of the line "cpu" in /proc/stat, proc_stat(5)
    private static final int IDLE = 4;
    private static final int IOWAIT = 5;
    private static final int STEAL = 8;

    /** This one. */
    static Machine here() {
        String version = System.getProperty("os.version", "");
        Matcher number = VERSION.matcher(version);
        return new Machine(
                model(),
                Runtime.getRuntime().availableProcessors(),
                number.find() ? number.group() : version,
                System.getProperty("java.version", ""));
    }

    /** Processor time that the whole machine has used since its start, without idling and waiting, in seconds. */
    static double cpuSeconds() {
        long ticks = 0;
        for (int field = 1; field <= STEAL; field++) {
            if (field != IDLE && field != IOWAIT && field != STEAL) {
                ticks += stat(field);
            }
        }
        return ticks / TICKS_PER_SECOND;
    }

    /** Processor time that a hypervisor gave to others since the start, in seconds: a measure of noise. */
    static double stolenSeconds() {
        return stat(STEAL) / TICKS_PER_SECOND;
    }

    private static long stat(int field) {
        String[] fields = lines("/proc/stat").get(0).trim().split("\\s+", -1);
        return field < fields.length ? Long.parseLong(fields[field]) : 0;
    }

    private static String model() {
        return lines("/proc/cpuinfo").stream()
                .map(MODEL::matcher)
                .filter(Matcher::matches)
                .map(match -> match.group(1))
                .findFirst()
                .orElse(System.getProperty("os.arch", ""));
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (IOException e) {
            throw new LabException("cannot read " + file, e);
        }
    }
}
