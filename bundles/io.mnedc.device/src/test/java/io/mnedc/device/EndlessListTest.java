package io.mnedc.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ControlMessage.Pong;
import io.mnedc.codec.ControlMessage.ServiceRecord;
import io.mnedc.codec.Part;
import io.mnedc.testing.Await;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A malicious relay that wants to fill the heap of a device. */
@Timeout(300)
class EndlessListTest {
    private static final int MANY = 800_000;
    private static final int PART = 400;
    private static final NodeInfo LARGE =
            new NodeInfo("", "", Collections.nCopies(32, new ServiceRecord("s".repeat(64), "p".repeat(64), 1)));

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private static final String WANDERER = "first1";

    private int token;

    @Test
    void deviceWithASmallHeapGoesOn(@TempDir Path directory) throws Exception {
        TestRelay relay = fixture.relay();
        relay.prefix = 8;
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SmallDevice.class.getName(),
                        relay.address().toString(),
                        directory.resolve("small").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader said = process.inputReader()) {
            Await.until("registered", () -> relay.has("small"));

            relay.announce("small", Part.SNAPSHOT_BEGIN, List.of());
            parts(relay, process, Part.SNAPSHOT_MORE, "first", MANY, NodeInfo.NONE);
            relay.announce("small", Part.SNAPSHOT_END, List.of());
            awaitTaken(relay, process);
            long first = leftOut(process, said);
            assertThat(first).as("of a list").isBetween(MANY - 20_000L, MANY - 1000L);

            parts(relay, process, Part.DELTA, "later", MANY / 4, NodeInfo.NONE);
            parts(relay, process, Part.DELTA, "large", MANY / 100, LARGE);
            long then = leftOut(process, said);
            assertThat(then).as("of changes").isGreaterThan(first);

            // one that wanders through the pool leaves nothing behind
            parts(relay, process, Part.DELTA, WANDERER, MANY / 2, NodeInfo.NONE);
            assertThat(leftOut(process, said))
                    .as("it is one that is remembered")
                    .isEqualTo(then);

            // the ones before are kept while the next list is under way
            relay.announce("small", Part.SNAPSHOT_BEGIN, List.of());
            parts(relay, process, Part.SNAPSHOT_MORE, "large", MANY / 100, LARGE);
            parts(relay, process, Part.SNAPSHOT_MORE, "second", MANY, NodeInfo.NONE);
            assertThat(leftOut(process, said)).isEqualTo(then);
            assertThat(relay.connections).as("one connection all the time").hasValue(1);

            process.outputWriter().close();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    /** Announces many devices, as far from each other as the pool allows, no faster than the device takes them. */
    private void parts(TestRelay relay, Process process, Part part, String name, int count, NodeInfo info)
            throws Exception {
        int size = info.services().isEmpty() ? PART : 8;
        List<Change> changes = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            changes.add(new Change.Present(
                    new NodeRecord(name.equals(WANDERER) ? name : name + i, 3 + 20 * i, "test", 7, info)));
            if (changes.size() == size) {
                relay.announce("small", part, changes);
                changes.clear();
                if (i / size % 8 == 0) {
                    awaitTaken(relay, process);
                }
            }
        }
        awaitTaken(relay, process);
    }

    private void awaitTaken(TestRelay relay, Process process) throws Exception {
        Pong answer = new Pong(++token);
        relay.tell("small", new Ping(token));
        Await.until("taken, or dead", () -> relay.heard.contains(answer) || !process.isAlive());
        assertThat(process.isAlive()).as("the device lives").isTrue();
        relay.heard.clear();
    }

    private static long leftOut(Process process, BufferedReader said) throws Exception {
        process.outputWriter().write("\n");
        process.outputWriter().flush();
        String line = said.readLine();
        assertThat(line).startsWith("READY ");
        return Long.parseLong(line.substring("READY ".length()));
    }
}
