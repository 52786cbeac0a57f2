package io.mnedc.lab.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/** What is made of results: tables, targets, JSON, chart. */
class ReportTest {
    private final Results results = Example.results();

    @Test
    void targetsAreComparedWithMedians() {
        Map<String, Target> targets =
                Target.of(results).stream().collect(Collectors.toMap(Target::what, Function.identity()));

        assertTarget(targets, "sealed / un-tunnelled, one TCP stream", 0.5, Target.Verdict.MET);
        assertTarget(targets, "unsealed / un-tunnelled, one TCP stream", 0.5, Target.Verdict.MISSED);
        assertTarget(targets, "sealed / best other overlay, one TCP stream", 15, Target.Verdict.MET);
        assertTarget(targets, "four streams / one stream, sealed", 4000.0 / 4500, Target.Verdict.MISSED);
        assertTarget(targets, "ping p99 while saturated, sealed, ms", 4, Target.Verdict.MET);
        assertTarget(targets, "processor of an idle device, % of a core", 0.5, Target.Verdict.MET);
        assertThat(targets.get("resident memory of a device, idle, MB"))
                .extracting(Target::verdict)
                .isEqualTo(Target.Verdict.NOT_MEASURED);
    }

    private static void assertTarget(Map<String, Target> targets, String what, double value, Target.Verdict verdict) {
        assertThat(targets).containsKey(what);
        assertThat(targets.get(what)).extracting(Target::value, Target::verdict).containsExactly(value, verdict);
    }

    @Test
    void tablesHaveARowPerSystemAndAColumnPerMeasuredFigure() {
        String report = Report.markdown(results);

        assertThat(report)
                .contains("2026-11-22, Some Processor, 2 processors, Linux 6.18, Java 17.0.15")
                .contains("took 1.3 % of its processors; while all systems were idle, 7 % were in use.")
                .contains("| TCP | one TCP stream, Mbit/s | four TCP streams, Mbit/s |\n|---|---|---|\n")
                .contains("| System plain | 9,000 (8,000-10,000) | - |")
                .contains("| System sealed | 4,500 (4,400-4,600) | 4,000 |")
                .contains("| Peer <b> & co | - | - |")
                .contains("Not measured, or not in full: Peer <b> & co: no / such program.")
                .contains("| sealed / un-tunnelled, one TCP stream | 0.50 | at least 0.40 | met |")
                .contains("**missed**")
                .contains("Targets not measured in this run: 3 of 13.")
                .doesNotContain("NaN")
                .doesNotContain("| Start |");
    }

    @Test
    void jsonGivesTheSameResultsBack() {
        String json = ResultsFile.json(results);

        assertThat(ResultsFile.json(ResultsFile.parse(json))).isEqualTo(json);
        assertThat(Report.markdown(ResultsFile.parse(json))).isEqualTo(Report.markdown(results));
        assertThat(json).contains("\"tcp\": [ 8000, 10000, 9000 ]");
    }

    @Test
    void figuresOfANewerVersionAreSkippedAndOtherFilesRefused() {
        String newer = ResultsFile.json(results).replace("\"tcp\"", "\"tcp.quantum\"");

        assertThat(ResultsFile.parse(newer).median(Systems.PLAIN, Metric.TCP)).isNaN();
        for (String other :
                List.of("", "{}", "[1]", ResultsFile.json(results).replace("\"format\": 1", "\"format\": 2"))) {
            assertThatThrownBy(() -> ResultsFile.parse(other))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("--json");
        }
    }

    @Test
    void theChartIsWellFormedAndNamesAllThatWasMeasured() throws Exception {
        String svg = Chart.svg(results);
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        Document document = factory.newDocumentBuilder().parse(new InputSource(new StringReader(svg)));

        assertThat(document.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(svg)
                .contains("System plain", "System sealed", "System none", "System peer-a", "9,000", "160,000")
                .doesNotContain("Peer", "NaN", "Infinity");
    }

    @Test
    void thePageKeepsAllButTheFigures() {
        String page = "# Title\n" + Pages.BEGIN + "\nold\n" + Pages.END + "\nrest\n";

        assertThat(Pages.replaced(page, "new\n"))
                .isEqualTo("# Title\n" + Pages.BEGIN + "\nnew\n" + Pages.END + "\nrest\n");
        assertThatThrownBy(() -> Pages.replaced("# Title\n", "new")).hasMessageContaining(Pages.BEGIN);
    }
}
