package io.mnedc.features.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A role as its unit starts it, from an unpacked package, with the package's settings, but places of its own. */
final class Installed implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 120;

    private final Path directory;
    private final Path log;
    private final Process process;

    /** Starts a role from the package that is unpacked in {@code root} of that directory. */
    Installed(Path directory, String role) throws IOException {
        this.directory = directory;
        this.log = directory.resolve(role + ".log");
        settings(role);
        Files.createDirectories(directory.resolve("data").resolve(role));
        this.process = builder(role)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    private void settings(String role) throws IOException {
        Path from = directory.resolve("root/etc/mnedc").resolve(role);
        Path to = Files.createDirectories(directory.resolve("etc").resolve(role));
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                String text = Files.readString(file)
                        .replace("/var/lib/mnedc/", directory.resolve("data") + "/")
                        // any free port of the loopback
                        .replace("0.0.0.0:3334", "127.0.0.1:0");
                Files.writeString(to.resolve(file.getFileName()), text);
            }
        }
    }

    private ProcessBuilder builder(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(directory.resolve("root/usr/bin/mnedc").toString());
        command.addAll(Arrays.asList(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("MNEDC_ETC", directory.resolve("etc").toString());
        builder.environment().put("MNEDC_DATA", directory.resolve("data").toString());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder;
    }

    void awaitReady() throws IOException, InterruptedException {
        await("ready: listening");
    }

    /** Waits until something stands in the log. */
    void await(String regex) throws IOException, InterruptedException {
        Pattern pattern = Pattern.compile(regex);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!pattern.matcher(log()).find()) {
            if (System.nanoTime() - end > 0) {
                throw new IOException("no " + regex + " in: " + log());
            }
            if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
                throw new IOException("it ended with " + process.exitValue() + ": " + log());
            }
        }
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    /** {@return what a command beside it says} */
    String command(String... arguments) throws IOException, InterruptedException {
        Path output = directory.resolve("command.log");
        Process command = builder(arguments)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!command.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            command.destroyForcibly();
            throw new IOException(Arrays.toString(arguments) + " does not end: " + Files.readString(output));
        }
        String said = Files.readString(output);
        if (command.exitValue() != 0) {
            throw new IOException(Arrays.toString(arguments) + " ended with " + command.exitValue() + ": " + said);
        }
        return said;
    }

    /** Ends it as systemd does, with SIGTERM. {@return its status} */
    int stop() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("it does not stop: " + log());
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
