package io.mnedc.fuzz;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of {@code fuzz.sh}: runs targets one after the other and prints a line on each. */
public final class Fuzz {
    private static final long DEFAULT_SECONDS = 60;

    private Fuzz() {}

    /** Arguments: target or {@code all}, {@code --seconds N} or {@code --runs N}; status 1 after a finding. */
    public static void main(String[] args) throws IOException, InterruptedException {
        List<Target> targets = new ArrayList<>();
        long seconds = DEFAULT_SECONDS;
        long runs = 0;
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--seconds") && i + 1 < args.length) {
                seconds = number(args[++i]);
            } else if (args[i].equals("--runs") && i + 1 < args.length) {
                runs = number(args[++i]);
            } else if (!args[i].equals("all")) {
                String wanted = args[i];
                targets.add(Target.of(wanted)
                        .orElseThrow(() -> wrong("no target " + wanted + ": want all or one of " + Target.ids())));
            }
        }
        Path home =
                Path.of(System.getProperty("mnedc.home", ".")).toAbsolutePath().normalize();
        boolean found = false;
        for (Target target : targets.isEmpty() ? List.of(Target.values()) : targets) {
            Run run = new Run(home, target);
            System.err.println(target.id() + ": see " + run.directory().resolve("log"));
            Run.Outcome outcome = runs > 0
                    ? run.run("-runs=" + runs, 0, Seeds.of(home, target))
                    : run.run("-max_total_time=" + seconds, seconds, Seeds.of(home, target));
            System.out.println(outcome);
            if (outcome.status() != 0) {
                System.out.println(outcome.findings());
                found = true;
            }
        }
        if (found) {
            System.exit(1);
        }
    }

    private static long number(String text) {
        if (!text.matches("[1-9][0-9]{0,14}")) {
            throw wrong(text + " is no number above 0");
        }
        return Long.parseLong(text);
    }

    private static IllegalArgumentException wrong(String what) {
        System.err.println("fuzz.sh: " + what);
        System.exit(2);
        return new IllegalArgumentException(what);
    }
}
