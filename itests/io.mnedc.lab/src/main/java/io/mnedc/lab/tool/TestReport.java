package io.mnedc.lab.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Sums all test reports below a directory; run from source by {@code ./mnedc test}, so it uses nothing but the JDK.
 * bnd's tester is content with zero tests, hence the list of runs that must be there and the floor below them.
 */
public final class TestReport {
    private static final Pattern SUITE = Pattern.compile("<testsuite\\s[^>]*>", Pattern.DOTALL);
    private static final List<String> OSGI_RUNS = List.of("felix", "equinox");
    private static final int OSGI_FLOOR = 20;
    private static final int FUZZING_FLOOR = 9;
    private static final int RUNTIMES_FLOOR = 14;
    private static final int FLOOR = 1500;

    private record Suite(Path file, int tests, int bad, int skipped, double seconds) {}

    private TestReport() {}

    /** Argument: the project's directory. The last line is the sum; status 0 only if all is well. */
    public static void main(String[] args) throws IOException {
        List<Suite> suites = read(Path.of(args[0]));
        int tests = 0;
        int bad = 0;
        int skipped = 0;
        for (Suite suite : suites) {
            tests += suite.tests;
            bad += suite.bad;
            skipped += suite.skipped;
            System.out.printf(
                    Locale.ROOT,
                    "%5d tests, %d bad, %d skipped, %6.1f s  %s%n",
                    suite.tests,
                    suite.bad,
                    suite.skipped,
                    suite.seconds,
                    suite.file);
        }
        List<String> complaints = complaints(suites, tests, skipped);
        complaints.forEach(complaint -> System.out.println("NOT WELL: " + complaint));
        System.out.printf("%d passed, %d failed, %d skipped%n", tests - bad - skipped, bad, skipped);
        if (bad > 0 || !complaints.isEmpty()) {
            System.exit(1);
        }
    }

    private static List<String> complaints(List<Suite> suites, int tests, int skipped) {
        List<String> complaints = new ArrayList<>();
        for (String run : OSGI_RUNS) {
            int count = suites.stream()
                    .filter(suite -> suite.file.toString().contains("/test-reports/" + run + "/"))
                    .mapToInt(Suite::tests)
                    .sum();
            if (count < OSGI_FLOOR) {
                complaints.add("the OSGi run on " + run + " has " + count + " tests, expected at least " + OSGI_FLOOR);
            }
        }
        int fuzzed = suites.stream()
                .filter(suite -> suite.file.endsWith("TEST-io.mnedc.fuzz.FuzzingTest.xml"))
                .mapToInt(suite -> suite.tests - suite.skipped)
                .sum();
        if (fuzzed < FUZZING_FLOOR) {
            complaints.add(fuzzed + " fuzz targets were run, expected at least " + FUZZING_FLOOR);
        }
        int gateways = suites.stream()
                .filter(suite -> suite.file.getFileName().toString().startsWith("TEST-io.mnedc.itests.runtimes."))
                .mapToInt(Suite::tests)
                .sum();
        if (gateways < RUNTIMES_FLOOR && "true".equals(System.getenv("MNEDC_REQUIRE_LAB"))) {
            complaints.add(gateways + " tests in gateway runtimes, expected at least " + RUNTIMES_FLOOR);
        }
        if (tests < FLOOR) {
            complaints.add(tests + " tests in all, expected at least " + FLOOR);
        }
        if (skipped > 0 && "true".equals(System.getenv("MNEDC_REQUIRE_LAB"))) {
            complaints.add(skipped + " tests skipped although MNEDC_REQUIRE_LAB=true");
        }
        return complaints;
    }

    private static List<Suite> read(Path root) throws IOException {
        List<Suite> suites = new ArrayList<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : new TreeSet<>(files.filter(TestReport::isReport).toList())) {
                Matcher match = SUITE.matcher(Files.readString(file));
                if (match.find()) {
                    String suite = match.group();
                    suites.add(new Suite(
                            root.relativize(file),
                            (int) number(suite, "tests"),
                            (int) (number(suite, "failures") + number(suite, "errors")),
                            (int) number(suite, "skipped"),
                            number(suite, "time")));
                }
            }
        }
        return suites;
    }

    private static boolean isReport(Path file) {
        String path = file.toString();
        return file.getFileName().toString().matches("TEST-.*\\.xml")
                && (path.contains("/target/surefire-reports/") || path.contains("/target/test-reports/"));
    }

    private static double number(String suite, String attribute) {
        Matcher match = Pattern.compile("\\s" + attribute + "=\"([0-9.,]+)\"").matcher(suite);
        return match.find() ? Double.parseDouble(match.group(1).replace(",", "")) : 0;
    }
}
