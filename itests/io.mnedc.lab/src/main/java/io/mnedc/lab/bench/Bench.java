package io.mnedc.lab.bench;

import io.mnedc.lab.LabException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;

/** {@code ./mnedc bench}: its options are in {@code ./mnedc bench --help}. */
public final class Bench {
    private static final PrintStream OUT = System.out;
    private static final PrintStream PROGRESS = System.err;

    private Bench() {}

    /** Status 2 when the command line is wrong, 1 when one of our own systems could not be measured. */
    public static void main(String[] args) {
        try {
            System.exit(run(Options.parse(args)));
        } catch (IllegalArgumentException | IOException e) {
            PROGRESS.println("bench: " + e.getMessage());
            System.exit(2);
        } catch (LabException e) {
            PROGRESS.println("bench: " + e.getMessage());
            System.exit(1);
        }
    }

    private static int run(Options options) throws IOException {
        Path report = options.report();
        if (report != null) {
            Pages.write(ResultsFile.read(report), Path.of(System.getProperty("mnedc.home", ".")));
            return 0;
        }
        Results results = new Session(options, PROGRESS::println).run();
        Path json = options.json();
        if (json != null) {
            ResultsFile.write(results, json);
        }
        OUT.print("\n" + Report.markdown(results));
        return results.systems().stream().anyMatch(system -> system.kind() != Kind.PEER && system.failure() != null)
                ? 1
                : 0;
    }
}
