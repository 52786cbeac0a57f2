package io.mnedc.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A program running in the background on a {@link Host}. */
public final class LabProcess {
    private static final int TAIL_LINES = 40;
    private static final double TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux

    private final String title;
    private final Process process;
    private final Path log;

    LabProcess(String title, Process process, Path log) {
        this.title = title;
        this.process = process;
        this.log = log;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Kills it with SIGKILL, its descendants too, and waits until it is gone. */
    public void kill() {
        Command.killTree(process.toHandle());
        await(Duration.ofSeconds(60));
    }

    /** Asks it to end (SIGTERM) and returns its exit status; throws when it has not ended within the bound. */
    public int stop(Duration bound) {
        process.destroy();
        return await(bound);
    }

    /** Waits for its end and returns its exit status; throws when the bound is over. */
    public int await(Duration bound) {
        try {
            if (!process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new LabException("still running after " + bound.toMillis() + " ms: " + title + "\n" + tail());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while waiting for " + title, e);
        }
    }

    /** Waits until a line of the log contains the pattern; throws, with the log's end, when it does not come. */
    public Matcher awaitLog(Pattern pattern, Duration bound) {
        long end = System.nanoTime() + bound.toNanos();
        while (true) {
            boolean ended = !process.isAlive();
            for (String line : log()) {
                Matcher match = pattern.matcher(line);
                if (match.find()) {
                    return match;
                }
            }
            if (ended || System.nanoTime() > end) {
                throw new LabException("%s, without \"%s\" in its log: %s%n%s"
                        .formatted(
                                ended ? "ended" : "not ready after " + bound.toMillis() + " ms",
                                pattern,
                                title,
                                tail()));
            }
            pause();
        }
    }

    /** All lines it has written so far. */
    public List<String> log() {
        try {
            return new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new LabException("cannot read " + log, e);
        }
    }

    /** The last lines it has written, for messages. */
    public String tail() {
        List<String> lines = log();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }

    /** Resident memory in bytes. */
    public long residentBytes() {
        return procLines("status").stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .map(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElse(0L);
    }

    /** Processor time used so far, user and system, in seconds. */
    public double cpuSeconds() {
        String stat = String.join(" ", procLines("stat"));
        // fields are counted after the program's name, which may contain spaces
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    private List<String> procLines(String file) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid() + "/" + file));
        } catch (IOException e) {
            throw new LabException("no figures of " + title + ", has it ended?\n" + tail(), e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while waiting", e);
        }
    }
}
