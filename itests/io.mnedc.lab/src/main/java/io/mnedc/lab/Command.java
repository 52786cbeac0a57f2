package io.mnedc.lab;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs one program to its end, within a bound. */
public final class Command {
    private Command() {}

    /**
     * Runs a program on this machine, outside of all labs.
     *
     * @param bound how long it may take; longer is an exception
     * @param input its standard input
     * @param arguments program and arguments
     * @return how it ended and what it printed
     */
    public static CommandResult run(Duration bound, String input, List<String> arguments) {
        try {
            // a file, not a pipe: a descendant that keeps the output open must not keep us waiting
            Path output = Files.createTempFile("mnedc-", ".out");
            try {
                return run(bound, input, arguments, output);
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new LabException("cannot run " + String.join(" ", arguments), e);
        }
    }

    /** Runs a program that must succeed. */
    static void expect(String input, String... arguments) {
        run(Duration.ofSeconds(20), input, List.of(arguments)).orThrow();
    }

    private static CommandResult run(Duration bound, String input, List<String> arguments, Path output)
            throws IOException {
        Process process = new ProcessBuilder(arguments)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // it ended without reading its input: its status tells why
            }
            if (!process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new LabException("not finished after " + bound.toMillis() + " ms: " + String.join(" ", arguments)
                        + "\n" + Files.readString(output));
            }
            String text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
            return new CommandResult(String.join(" ", arguments), process.exitValue(), text);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while running " + String.join(" ", arguments), e);
        } finally {
            killTree(process.toHandle());
        }
    }

    /** Kills a process and all its descendants; nothing happens to what has ended already. */
    static void killTree(ProcessHandle process) {
        List<ProcessHandle> descendants = process.descendants().toList();
        process.destroyForcibly();
        descendants.forEach(ProcessHandle::destroyForcibly);
    }
}
