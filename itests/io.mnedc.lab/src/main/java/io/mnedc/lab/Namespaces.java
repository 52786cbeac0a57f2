package io.mnedc.lab;

import java.io.File;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Network namespaces by name: {@code mn<pid>-<start>-<lab>-<node>}. The owner's PID and start time (both in hex) tell
 * leftovers of a dead process from the namespaces of a living one.
 */
final class Namespaces {
    private static final Pattern OWNED = Pattern.compile("mn([0-9a-f]+)-([0-9a-f]+)-[0-9].*");
    private static final Duration BOUND = Duration.ofSeconds(20);

    private Namespaces() {}

    /** The prefix of all namespaces of this process. */
    static String ownPrefix() {
        ProcessHandle self = ProcessHandle.current();
        return "mn" + Long.toHexString(self.pid()) + "-" + startOf(self) + "-";
    }

    static List<String> all() {
        String[] names = new File("/run/netns").list();
        return names == null ? List.of() : Stream.of(names).sorted().toList();
    }

    /** Kills every process in these namespaces and removes them; goes on after a failure. */
    static void remove(List<String> names) {
        List<String> failures = new ArrayList<>();
        for (String name : names) {
            killInside(name);
            CommandResult result = Command.run(BOUND, "", List.of("ip", "netns", "delete", name));
            if (!result.succeeded() && all().contains(name)) {
                failures.add(result.output().strip());
            }
        }
        if (!failures.isEmpty()) {
            throw new LabException("namespaces not removed: " + failures);
        }
    }

    private static void killInside(String name) {
        CommandResult pids = Command.run(BOUND, "", List.of("ip", "netns", "pids", name));
        if (pids.succeeded()) {
            pids.output()
                    .lines()
                    .filter(line -> line.matches("\\d+"))
                    .map(line -> ProcessHandle.of(Long.parseLong(line)))
                    .flatMap(Optional::stream)
                    .forEach(ProcessHandle::destroyForcibly);
        }
    }

    /** Whether something with this name belongs to a process that is no more. */
    static boolean isOrphan(String name) {
        Matcher match = OWNED.matcher(name);
        if (!match.matches()) {
            return false;
        }
        return ProcessHandle.of(Long.parseLong(match.group(1), 16))
                .filter(owner -> startOf(owner).equals(match.group(2)))
                .isEmpty();
    }

    private static String startOf(ProcessHandle process) {
        long seconds =
                process.info().startInstant().map(Instant::getEpochSecond).orElse(0L);
        return Long.toHexString(seconds & 0xffff);
    }
}
