package io.mnedc.lab.tool;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.tool.TestReport.Demands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestReportTest {
    private static final Demands ALL = new Demands(false, true);
    private static final Demands WITHOUT_LAB = new Demands(false, false);
    private static final Demands QUICK = new Demands(true, false);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path root;

    private final List<String> lines = new ArrayList<>();

    @BeforeEach
    void allIsWell() throws IOException {
        write("a/target/surefire-reports/TEST-io.mnedc.A.xml", 1500, 0, 0, "");
        write("o/target/test-reports/felix/TEST-o.xml", 20, 0, 0, "");
        write("o/target/test-reports/equinox/TEST-o.xml", 20, 0, 0, "");
        write("f/target/surefire-reports/TEST-io.mnedc.fuzz.FuzzingTest.xml", 9, 0, 0, "");
        write("r/target/surefire-reports/TEST-io.mnedc.itests.runtimes.KuraTest.xml", 14, 0, 0, "");
    }

    @Test
    void theLastLineIsTheSum() throws IOException {
        assertThat(report(ALL)).isTrue();
        assertThat(lines.get(lines.size() - 1)).isEqualTo("1563 passed, 0 failed, 0 skipped");

        write("b/target/surefire-reports/TEST-io.mnedc.B.xml", 10, 3, 2, "");

        assertThat(report(ALL)).isFalse();
        assertThat(lines.get(lines.size() - 1)).isEqualTo("1568 passed, 3 failed, 2 skipped");
    }

    @Test
    void theTenTestsThatTookLongestAreNamedBeforeTheSum() throws IOException {
        String cases = String.join(
                "",
                IntStream.range(1, 20)
                        .mapToObj("<testcase name=\"t%1$d\" classname=\"io.mnedc.B\" time=\"%1$d.25\"/>\n"::formatted)
                        .toList());
        write("b/target/surefire-reports/TEST-io.mnedc.B.xml", 19, 0, 0, cases);
        // as bnd's tester and Surefire write them: another order, text in the element, a parameter with angle brackets
        write("c/target/test-reports/felix/TEST-io.mnedc.C.xml", 2, 0, 0, """
                <testcase time="1,200.5" classname="io.mnedc.C" name="slow"></testcase>
                <testcase name="of[1] a &lt;b&gt; &quot;c&quot;" classname="io.mnedc.C" time="17.5">
                  <system-out><![CDATA[much]]></system-out>
                </testcase>
                """);

        assertThat(report(ALL)).isTrue();

        assertThat(lines.subList(lines.size() - 12, lines.size()))
                .containsExactly(
                        "The tests that took longest:",
                        "1200.5 s  io.mnedc.C.slow",
                        "  19.3 s  io.mnedc.B.t19",
                        "  18.3 s  io.mnedc.B.t18",
                        "  17.5 s  io.mnedc.C.of[1] a <b> \"c\"",
                        "  17.3 s  io.mnedc.B.t17",
                        "  16.3 s  io.mnedc.B.t16",
                        "  15.3 s  io.mnedc.B.t15",
                        "  14.3 s  io.mnedc.B.t14",
                        "  13.3 s  io.mnedc.B.t13",
                        "  12.3 s  io.mnedc.B.t12",
                        "1584 passed, 0 failed, 0 skipped");
    }

    @Test
    void aRunThatIsMissingIsNamed() throws IOException {
        Files.delete(root.resolve("o/target/test-reports/felix/TEST-o.xml"));
        Files.delete(root.resolve("f/target/surefire-reports/TEST-io.mnedc.fuzz.FuzzingTest.xml"));
        Files.delete(root.resolve("r/target/surefire-reports/TEST-io.mnedc.itests.runtimes.KuraTest.xml"));

        assertThat(report(ALL)).isFalse();
        assertThat(complaints()).hasSize(3).anyMatch(line -> line.contains("felix has 0 tests"));
        assertThat(report(WITHOUT_LAB)).isFalse();
        assertThat(complaints()).hasSize(2);
        // without fuzzing
        assertThat(report(QUICK)).isFalse();
        assertThat(complaints()).hasSize(1);
    }

    @Test
    void withTheLabNothingMayBeSkipped() throws IOException {
        write("b/target/surefire-reports/TEST-io.mnedc.B.xml", 10, 0, 1, "");

        assertThat(report(ALL)).isFalse();
        assertThat(complaints()).containsExactly("NOT WELL: 1 tests skipped although MNEDC_REQUIRE_LAB=true");
        assertThat(report(WITHOUT_LAB)).isTrue();
    }

    @Test
    void tooFewTestsAreNotWell() throws IOException {
        write("a/target/surefire-reports/TEST-io.mnedc.A.xml", 1000, 0, 0, "");

        assertThat(report(QUICK)).isFalse();
        assertThat(complaints()).containsExactly("NOT WELL: 1063 tests in all, expected at least 1500");
    }

    private boolean report(Demands demands) throws IOException {
        lines.clear();
        return TestReport.report(root, demands, lines);
    }

    private List<String> complaints() {
        return lines.stream().filter(line -> line.startsWith("NOT WELL")).toList();
    }

    private void write(String name, int tests, int failures, int skipped, String cases) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.resolveSibling("."));
        Files.writeString(file, """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuite name="x" time="1.5" tests="%d" errors="0" skipped="%d" failures="%d">
                %s</testsuite>
                """.formatted(tests, skipped, failures, cases));
    }
}
