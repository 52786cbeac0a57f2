package io.mnedc.tun;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * An empty network of its own: a thread that has left the machine's network namespace. What it opens, and the threads
 * that it starts, belong to the new one, which vanishes with them; nothing of the machine's network is touched.
 */
final class NetworkNamespace implements AutoCloseable {
    private static final int CLONE_NEWNET = 0x40000000; // linux/sched.h
    private static final long SECONDS = 60;

    private final ExecutorService thread;

    NetworkNamespace(String name) throws Exception {
        requireLab();
        thread = Executors.newSingleThreadExecutor(task -> new Thread(task, "mnedc-netns-" + name));
        run(() -> {
            int result = NativeLibrary.getProcess().getFunction("unshare").invokeInt(new Object[] {CLONE_NEWNET});
            assertThat(result)
                    .as("unshare, errno %d", result == 0 ? 0 : Native.getLastError())
                    .isZero();
        });
    }

    /** Skips the test, or fails it where the lab is required, if interfaces cannot be made here. */
    static void requireLab() throws Exception {
        boolean possible = "Linux".equals(System.getProperty("os.name"))
                && Files.exists(Path.of("/dev/net/tun"))
                && Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        if (!possible && "true".equals(System.getenv("MNEDC_REQUIRE_LAB"))) {
            throw new AssertionError("MNEDC_REQUIRE_LAB=true, but this is not root on Linux with /dev/net/tun");
        }
        Assumptions.assumeTrue(possible, "real TUN interfaces need root on Linux with /dev/net/tun");
    }

    /** Something to do. */
    interface Action {
        void run() throws Exception;
    }

    void run(Action action) throws Exception {
        call(() -> {
            action.run();
            return true;
        });
    }

    <T> T call(Callable<T> task) throws Exception {
        try {
            return thread.submit(task).get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw (Error) e.getCause();
        } catch (TimeoutException e) {
            throw new AssertionError("not done within " + SECONDS + " s", e);
        }
    }

    /** Runs ip(8) in the calling thread's namespace. {@return what it printed} */
    static String ip(String... arguments) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Stream.concat(Stream.of("ip"), Stream.of(arguments)).toList())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    /** Runs ip(8) as {@link #ip}, whether it succeeds or not: somebody else may have been faster. */
    static void ipTry(String... arguments) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Stream.concat(Stream.of("ip"), Stream.of(arguments)).toList())
                .redirectErrorStream(true)
                .start();
        process.getInputStream().readAllBytes();
        process.waitFor();
    }

    // what Java tells of interfaces is partly read from /proc/net, the network of the process's first thread

    /** {@return the interfaces in the calling thread's namespace} */
    static List<String> interfaces() throws IOException {
        return Files.readAllLines(Path.of("/proc/thread-self/net/dev")).stream()
                .skip(2)
                .map(line -> line.substring(0, line.indexOf(':')).trim())
                .sorted()
                .toList();
    }

    /** {@return an interface's IPv6 addresses, in hexadecimal digits, in the calling thread's namespace} */
    static List<String> ipv6Addresses(String name) throws IOException {
        return Files.readAllLines(Path.of("/proc/thread-self/net/if_inet6")).stream()
                .map(line -> line.split(" +"))
                .filter(fields -> fields[5].equals(name))
                .map(fields -> fields[0] + "/" + Integer.parseInt(fields[2], 16))
                .toList();
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            assertThat(thread.awaitTermination(SECONDS, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while the namespace was closed", e);
        }
    }
}
