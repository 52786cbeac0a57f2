package io.mnedc.lab.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Puts results into the documentation: the tables of docs/PERFORMANCE.md, the chart and the values themselves. */
final class Pages {
    static final String BEGIN = "<!-- figures: written by ./mnedc bench --report -->";
    static final String END = "<!-- end of figures -->";

    private Pages() {}

    /** Home: the directory of the launcher. */
    static void write(Results results, Path home) throws IOException {
        Path page = home.resolve("docs/PERFORMANCE.md");
        Files.writeString(page, replaced(Files.readString(page), Report.markdown(results)));
        ResultsFile.write(results, home.resolve("docs/performance.json"));
        Files.writeString(home.resolve("docs/performance.svg"), Chart.svg(results));
    }

    /** The page with new figures between its two marks. */
    static String replaced(String page, String figures) {
        int begin = page.indexOf(BEGIN);
        int end = page.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException(
                    "docs/PERFORMANCE.md lacks the lines \"" + BEGIN + "\" and \"" + END + "\"");
        }
        return page.substring(0, begin + BEGIN.length()) + "\n" + figures + page.substring(end);
    }
}
