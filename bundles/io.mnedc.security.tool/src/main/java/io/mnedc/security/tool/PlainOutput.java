package io.mnedc.security.tool;

import io.mnedc.api.text.PlainText;
import java.io.PrintStream;

/** Where a command prints: whatever stands in files and messages, one call is one line. */
final class PlainOutput {
    private final PrintStream stream;

    PlainOutput(PrintStream stream) {
        this.stream = stream;
    }

    void println(String line) {
        stream.println(PlainText.of(line));
    }

    void flush() {
        stream.flush();
    }
}
