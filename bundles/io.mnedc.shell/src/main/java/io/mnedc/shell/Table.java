package io.mnedc.shell;

import io.mnedc.api.text.PlainText;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Rows under headings, in columns as wide as their content; numbers stand to the right. */
final class Table {
    private static final String GAP = "  ";

    private final List<String> head;
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... head) {
        this.head = List.of(head);
    }

    Table row(Object... cells) {
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(PlainText.of(String.valueOf(cell)));
        }
        if (row.size() != head.size()) {
            throw new IllegalArgumentException(row.size() + " cells under " + head.size() + " headings");
        }
        rows.add(row);
        return this;
    }

    /** {@return the lines, each with a line end} */
    String render(String indent) {
        int[] widths = IntStream.range(0, head.size()).map(this::width).toArray();
        boolean[] numbers = new boolean[widths.length];
        for (int i = 0; i < numbers.length; i++) {
            int column = i;
            numbers[i] = !rows.isEmpty()
                    && rows.stream().allMatch(row -> row.get(column).matches("[0-9]+([.][0-9]+)?( [kMGT]?B)?"));
        }
        var text = new StringBuilder(line(indent, head, widths, numbers));
        rows.forEach(row -> text.append(line(indent, row, widths, numbers)));
        return text.toString();
    }

    private int width(int column) {
        int widest =
                rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
        return Math.max(head.get(column).length(), widest);
    }

    private static String line(String indent, List<String> cells, int[] widths, boolean[] numbers) {
        return IntStream.range(0, widths.length)
                        .mapToObj(i -> {
                            String space = " ".repeat(widths[i] - cells.get(i).length());
                            return numbers[i] ? space + cells.get(i) : cells.get(i) + space;
                        })
                        .collect(Collectors.joining(GAP, indent, ""))
                        .stripTrailing()
                + System.lineSeparator();
    }
}
