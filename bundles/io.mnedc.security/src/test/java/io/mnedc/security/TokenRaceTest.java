package io.mnedc.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.security.RefusedException.Reason;
import io.mnedc.security.authority.OverlayAuthority;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A token with one use, and many who want it at once. */
class TokenRaceTest {
    private static final String WON = "won";

    @TempDir
    private Path directory;

    private static String attempt(OverlayAuthority authority, JoinToken token, String id, KeyPair key)
            throws Exception {
        try {
            authority.enrol(token.id(), token.secret(), id, TestOverlay.request(key));
            return WON;
        } catch (RefusedException e) {
            return e.reason().name();
        }
    }

    @Test
    void oneOfManyThreadsWins() throws Exception {
        TestOverlay overlay = new TestOverlay(directory.resolve("relay"));
        OverlayAuthority second = overlay.open();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            for (int round = 0; round < 5; round++) {
                JoinToken token = overlay.token(TestOverlay.forAnyDevice(1));
                List<Callable<String>> attempts = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    String id = "d" + round + "-" + i;
                    OverlayAuthority at = i % 2 == 0 ? overlay.authority : second;
                    attempts.add(() -> attempt(at, token, id, Keys.generate()));
                }
                List<String> outcomes = new ArrayList<>();
                for (Future<String> each : threads.invokeAll(attempts)) {
                    outcomes.add(each.get());
                }
                assertThat(outcomes).hasSize(8).containsOnlyOnce(WON);
                assertThat(outcomes.stream().filter(each -> !each.equals(WON))).containsOnly(Reason.JOIN_USED.name());
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(overlay.authority.enrolments().all()).hasSize(5);
    }

    @Test
    void oneOfSeveralProcessesWins() throws Exception {
        TestOverlay overlay = new TestOverlay(directory.resolve("relay"));
        JoinToken token = overlay.token(TestOverlay.forAnyDevice(1));
        List<Process> processes = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                processes.add(new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Redeemer.class.getName(),
                                overlay.directory.toString(),
                                "p" + i)
                        .redirectErrorStream(true)
                        .start());
            }
            for (Process process : processes) {
                assertThat(process.inputReader().readLine()).isEqualTo("ready");
            }
            for (Process process : processes) {
                process.getOutputStream().write((token.text() + "\n").getBytes(StandardCharsets.US_ASCII));
                process.getOutputStream().flush();
            }
            List<String> outcomes = new ArrayList<>();
            for (Process process : processes) {
                outcomes.add(process.inputReader().readLine());
                assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(outcomes).hasSize(3).containsOnlyOnce(WON);
            assertThat(outcomes.stream().filter(each -> !WON.equals(each))).containsOnly(Reason.JOIN_USED.name());
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
    }

    /** Runs as a process of its own. */
    static final class Redeemer {
        private Redeemer() {}

        public static void main(String[] words) throws Exception {
            OverlayAuthority authority =
                    OverlayAuthority.open(Path.of(words[0]), TestOverlay.YEAR, InstantSource.system());
            KeyPair key = Keys.generate();
            System.out.println("ready");
            StringBuilder text = new StringBuilder();
            for (int c = System.in.read(); c != '\n' && c >= 0; c = System.in.read()) {
                text.append((char) c);
            }
            System.out.println(attempt(authority, JoinToken.parse(text.toString()), words[1], key));
        }
    }
}
