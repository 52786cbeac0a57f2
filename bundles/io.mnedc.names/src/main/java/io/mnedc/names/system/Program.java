package io.mnedc.names.system;

import io.mnedc.api.text.PlainText;
import io.mnedc.files.DirectoryOwner;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Runs programs of the host: without a shell, for a bounded time, with a bounded output and no secrets in their environment. */
final class Program {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final int MOST_OUTPUT = 4096;
    private static final long LOOK_MILLIS = 10;

    /** What they may have of this process's environment: where programs are, and where D-Bus is. */
    private static final List<String> PASSED_ON = List.of("PATH", "DBUS_SYSTEM_BUS_ADDRESS");

    /** Before those of PATH: there the system has its own ones, and nobody but root puts others there. */
    private static final List<String> DIRECTORIES = List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin");

    private Program() {}

    /**
     * Finds a program in the directories of the system, or else in those of PATH.
     *
     * @param name without a directory
     * @param path the variable PATH; what is no absolute directory in it does not count
     * @throws IOException if it is not there, or if this is root and another user can change it; the message has the cure
     */
    static Path find(String name, String path) throws IOException {
        for (String directory : Stream.concat(DIRECTORIES.stream(), Stream.of(path.split(File.pathSeparator, -1)))
                .filter(each -> each.startsWith("/"))
                .toList()) {
            File program = new File(directory, name);
            if (program.isFile() && program.canExecute()) {
                try {
                    return DirectoryOwner.checkFile(program.toPath());
                } catch (IOException e) {
                    throw new IOException("\"" + program + "\" is not run as root: " + PlainText.of(e), e);
                }
            }
        }
        throw new IOException("\"" + name + "\" cannot be run: it is neither in " + String.join(", ", DIRECTORIES)
                + " nor in a directory of PATH (" + path
                + "): install it, or add its directory to the PATH of this process");
    }

    /**
     * Runs a program to its end.
     *
     * @param command the program (see {@link #find}) and its arguments
     * @param givenUp whether it is not wanted any more: then it is killed
     * @return what it has written
     * @throws IOException if it is not there or another user can change it, fails, is killed or takes longer than five seconds; the message says what it has written
     */
    static String run(List<String> command, BooleanSupplier givenUp) throws IOException {
        String text = String.join(" ", command);
        List<String> found = new ArrayList<>(command);
        found.set(
                0,
                find(command.get(0), Objects.requireNonNullElse(System.getenv("PATH"), ""))
                        .toString());
        ProcessBuilder builder =
                new ProcessBuilder(found).redirectErrorStream(true).redirectInput(new File("/dev/null"));
        Map<String, String> environment = builder.environment();
        environment.keySet().retainAll(PASSED_ON);
        environment.put("LC_ALL", "C");
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new IOException("\"" + command.get(0) + "\" cannot be run: " + PlainText.of(e), e);
        }
        try (InputStream out = process.getInputStream()) {
            String written = output(process, out, text, givenUp);
            if (process.exitValue() != 0) {
                throw new IOException("\"" + text + "\" has failed"
                        + (written.isEmpty() ? " with exit status " + process.exitValue() : ": " + written));
            }
            return written;
        } finally {
            process.destroyForcibly();
        }
    }

    private static String output(Process process, InputStream out, String text, BooleanSupplier givenUp)
            throws IOException {
        long end = System.nanoTime() + LIMIT.toNanos();
        List<String> kept = new ArrayList<>();
        byte[] buffer = new byte[MOST_OUTPUT];
        int room = MOST_OUTPUT;
        try {
            boolean ended;
            do {
                ended = process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                // what has come so far: a child of it may keep the pipe open
                for (int ready = out.available(); ready > 0; ready = out.available()) {
                    int read = out.read(buffer, 0, Math.min(ready, buffer.length));
                    String part = new String(buffer, 0, Math.min(Math.max(read, 0), room), StandardCharsets.UTF_8);
                    room -= Math.min(Math.max(read, 0), room);
                    kept.add(part);
                }
                if (!ended && givenUp.getAsBoolean()) {
                    throw new IOException("\"" + text + "\" is not waited for any more");
                }
                if (!ended && System.nanoTime() - end > 0) {
                    throw new IOException("\"" + text + "\" has not ended after " + LIMIT.toSeconds() + " s");
                }
            } while (!ended);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("\"" + text + "\" was interrupted", e);
        }
        return Objects.requireNonNull(PlainText.of(String.join("", kept).strip()));
    }
}
