package io.mnedc.names.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is done from the start to the end, and when it cannot be done. */
@Timeout(120)
class SystemNamesTest {
    private static final Wanted WANTED = new Wanted(
            new Wanted.Link("mnedc0", 7, List.of("10.0.0.1"), List.of("mnedc"), "relay.mnedc"),
            List.of(new Wanted.Host("a.mnedc", List.of("10.0.0.7"))));

    @TempDir
    Path directory;

    private final BlockingQueue<String> problems = new LinkedBlockingQueue<>();

    @Test
    void namesAreThereUntilItIsClosedAndTheThreadIsGone() throws Exception {
        Path file = Files.writeString(directory.toRealPath().resolve("hosts"), "127.0.0.1 localhost\n");
        HostsHook hosts = new HostsHook(file, "one");
        CountDownLatch applied = new CountDownLatch(1);
        SystemNames running = SystemNames.start(
                new Hook() {
                    @Override
                    public void apply(Wanted wanted) throws IOException {
                        hosts.apply(wanted);
                        applied.countDown();
                    }

                    @Override
                    public void undo() throws IOException {
                        hosts.undo();
                    }

                    @Override
                    public String what() {
                        return hosts.what();
                    }
                },
                () -> WANTED,
                problems::add);
        applied.await();
        assertThat(file).content().contains("a.mnedc");
        running.close();
        assertThat(file).content().isEqualTo("127.0.0.1 localhost\n");
        assertThat(problems).isEmpty();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.equals("mnedc-names-system"));
    }

    @Test
    void problemIsToldOnceWithItsCure() throws Exception {
        Path missing = directory.resolve("hosts");
        SystemNames running =
                Objects.requireNonNull(SystemNames.start(Place.HOSTS, missing, "one", () -> WANTED, problems::add));
        assertThat(problems.poll(60, TimeUnit.SECONDS)).contains("hosts is not there: make it");
        running.close();
        assertThat(problems).isEmpty();
    }

    @Test
    void leftoverThatCannotBeReadIsNobodysBusiness() throws IOException {
        // no exception, and nothing is made
        SystemNames.removeLeftover(directory.resolve("none"), "one");
        assertThat(directory).isEmptyDirectory();
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("none"));
        SystemNames.removeLeftover(link, "one");
        assertThat(Files.isSymbolicLink(link)).isTrue();
    }
}
