package io.mnedc.lab.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
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
    private static final Pattern CASE = Pattern.compile("<testcase((?:\\s++[\\w:.-]++=\"[^\"]*+\")*+)\\s*+/?>");
    private static final List<String> OSGI_RUNS = List.of("felix", "equinox");
    private static final int OSGI_FLOOR = 20;
    private static final int FUZZING_FLOOR = 9;
    private static final int RUNTIMES_FLOOR = 14;
    private static final int FLOOR = 1500;
    private static final int SLOWEST = 10;
    private static final int LONGEST_NAME = 120;

    /** What the sum must hold: all tests, those of {@code ./mnedc test --quick}, and whether the lab may be missing. */
    record Demands(boolean quick, boolean lab) {}

    private record Case(String name, double seconds) {}

    private record Suite(Path file, int tests, int bad, int skipped, double seconds, List<Case> cases) {}

    private TestReport() {}

    /** Arguments: the project's directory, and {@code --quick} after a quick run. Status 0 only if all is well. */
    public static void main(String[] args) throws IOException {
        boolean quick = Arrays.asList(args).contains("--quick");
        boolean lab = !quick && "true".equals(System.getenv("MNEDC_REQUIRE_LAB"));
        List<String> lines = new ArrayList<>();
        boolean well = report(Path.of(args[0]), new Demands(quick, lab), lines);
        lines.forEach(System.out::println);
        if (!well) {
            System.exit(1);
        }
    }

    /** Adds the lines to print, the sum last; returns whether all is well. */
    static boolean report(Path root, Demands demands, List<String> lines) throws IOException {
        List<Suite> suites = read(root);
        int tests = 0;
        int bad = 0;
        int skipped = 0;
        for (Suite suite : suites) {
            tests += suite.tests;
            bad += suite.bad;
            skipped += suite.skipped;
            lines.add(String.format(
                    Locale.ROOT,
                    "%5d tests, %d bad, %d skipped, %6.1f s  %s",
                    suite.tests,
                    suite.bad,
                    suite.skipped,
                    suite.seconds,
                    suite.file));
        }
        lines.add("The tests that took longest:");
        suites.stream()
                .flatMap(suite -> suite.cases.stream())
                .sorted(Comparator.comparingDouble(Case::seconds).reversed())
                .limit(SLOWEST)
                .forEach(test -> lines.add(String.format(Locale.ROOT, "%6.1f s  %s", test.seconds, test.name)));
        List<String> complaints = complaints(suites, tests, skipped, demands);
        complaints.forEach(complaint -> lines.add("NOT WELL: " + complaint));
        lines.add("%d passed, %d failed, %d skipped".formatted(tests - bad - skipped, bad, skipped));
        return bad == 0 && complaints.isEmpty();
    }

    private static List<String> complaints(List<Suite> suites, int tests, int skipped, Demands demands) {
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
        if (fuzzed < FUZZING_FLOOR && !demands.quick) {
            complaints.add(fuzzed + " fuzz targets were run, expected at least " + FUZZING_FLOOR);
        }
        int gateways = suites.stream()
                .filter(suite -> suite.file.getFileName().toString().startsWith("TEST-io.mnedc.itests.runtimes."))
                .mapToInt(Suite::tests)
                .sum();
        if (gateways < RUNTIMES_FLOOR && demands.lab) {
            complaints.add(gateways + " tests in gateway runtimes, expected at least " + RUNTIMES_FLOOR);
        }
        if (tests < FLOOR) {
            complaints.add(tests + " tests in all, expected at least " + FLOOR);
        }
        if (skipped > 0 && demands.lab) {
            complaints.add(skipped + " tests skipped although MNEDC_REQUIRE_LAB=true");
        }
        return complaints;
    }

    private static List<Suite> read(Path root) throws IOException {
        List<Suite> suites = new ArrayList<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : new TreeSet<>(files.filter(TestReport::isReport).toList())) {
                String report = Files.readString(file);
                Matcher match = SUITE.matcher(report);
                if (match.find()) {
                    String suite = match.group();
                    suites.add(new Suite(
                            root.relativize(file),
                            (int) number(suite, "tests"),
                            (int) (number(suite, "failures") + number(suite, "errors")),
                            (int) number(suite, "skipped"),
                            number(suite, "time"),
                            cases(report, match.end())));
                }
            }
        }
        return suites;
    }

    private static List<Case> cases(String report, int from) {
        List<Case> cases = new ArrayList<>();
        Matcher match = CASE.matcher(report);
        for (int at = from; match.find(at); at = match.end()) {
            String attributes = match.group(1);
            String name = text(attributes, "classname") + '.' + text(attributes, "name");
            cases.add(new Case(
                    name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) + "..." : name,
                    number(attributes, "time")));
        }
        return cases;
    }

    private static boolean isReport(Path file) {
        String path = file.toString();
        return file.getFileName().toString().matches("TEST-.*\\.xml")
                && (path.contains("/target/surefire-reports/") || path.contains("/target/test-reports/"));
    }

    private static double number(String element, String attribute) {
        Matcher match = Pattern.compile("\\s" + attribute + "=\"([0-9.,]+)\"").matcher(element);
        return match.find() ? Double.parseDouble(match.group(1).replace(",", "")) : 0;
    }

    private static String text(String element, String attribute) {
        Matcher match = Pattern.compile("\\s" + attribute + "=\"([^\"]*)\"").matcher(element);
        return match.find()
                ? match.group(1)
                        .replace("&lt;", "<")
                        .replace("&gt;", ">")
                        .replace("&quot;", "\"")
                        .replace("&amp;", "&")
                : "?";
    }
}
