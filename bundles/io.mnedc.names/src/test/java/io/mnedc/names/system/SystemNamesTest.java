package io.mnedc.names.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.testing.Await;
import io.mnedc.testing.Log;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
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
        HostsHook hosts = new HostsHook(file, "one", System::nanoTime);
        CountDownLatch applied = new CountDownLatch(1);
        SystemNames running = SystemNames.start(
                new Hook() {
                    @Override
                    public String apply(Wanted wanted) throws IOException {
                        applied.countDown();
                        return hosts.apply(wanted);
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
                problems::add,
                Duration.ofSeconds(10));
        applied.await();
        Await.until("written", () -> Files.readString(file).contains("a.mnedc"));
        running.close();
        assertThat(file).content().isEqualTo("127.0.0.1 localhost\n");
        assertThat(problems).isEmpty();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.equals("mnedc-names-system"));
    }

    @Test
    void blockDoesNotComeBackIfTheDiskIsSlowerThanTheEnd() throws Exception {
        String text = "127.0.0.1 localhost\n";
        Path file = Files.writeString(directory.toRealPath().resolve("hosts"), text);
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        HostsFile.Disk slow = new HostsFile.Disk() {
            @Override
            public void force(FileChannel channel) throws IOException {
                busy.countDown();
                await(done);
                HostsFile.Disk.super.force(channel);
            }
        };
        SystemNames running = SystemNames.start(
                new HostsHook(new HostsFile(file, slow), "one", System::nanoTime),
                () -> WANTED,
                problems::add,
                Duration.ofSeconds(10));
        busy.await();
        Thread looking = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("mnedc-names-system"))
                .findFirst()
                .orElseThrow();
        Thread ending = new Thread(running::close, "test-end");
        ending.start();
        Await.until(
                "thread is not waited for any more",
                () -> ending.getState() == Thread.State.BLOCKED || !ending.isAlive());
        done.countDown();
        ending.join();
        looking.join();
        assertThat(file).content().isEqualTo(text);
    }

    @Test
    void nothingIsToldToTheHostAfterTheEnd() throws Exception {
        Path file = Files.writeString(directory.toRealPath().resolve("hosts"), "127.0.0.1 localhost\n");
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        SystemNames running = SystemNames.start(
                Place.HOSTS,
                file,
                "one",
                () -> {
                    asked.countDown();
                    await(answered);
                    return WANTED;
                },
                problems::add);
        asked.await();
        running.close();
        answered.countDown();
        Await.until(
                "the thread has ended",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().equals("mnedc-names-system")));
        assertThat(file).content().isEqualTo("127.0.0.1 localhost\n");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void problemIsToldOnceWithItsCure() throws Exception {
        Path missing = directory.resolve("hosts");
        SystemNames running = SystemNames.start(Place.HOSTS, missing, "one", () -> WANTED, problems::add);
        assertThat(problems.poll(60, TimeUnit.SECONDS)).contains("hosts is not there: make it");
        running.close();
        assertThat(problems).isEmpty();
    }

    @Test
    void blockThatMayBeLeftIsWarnedOfAtTheEnd() throws Exception {
        Path file = Files.writeString(directory.toRealPath().resolve("hosts"), "127.0.0.1 localhost\n");
        SystemNames running = SystemNames.start(Place.HOSTS, file, "one", () -> WANTED, problems::add);
        Await.until("written", () -> Files.readString(file).contains("a.mnedc"));
        Files.write(file, new byte[] {'a', 0, 'b'});
        try (Log log = new Log()) {
            running.close();
            assertThat(log.lines("WARN"))
                    .anyMatch(line -> line.contains("Names of devices may stay known to programs of this host")
                            && line.contains("remove it by hand"));
            new Leftovers(null).remove(file, "one");
            assertThat(log.lines(
                            "If an earlier run of this device was killed, a block of this device may be in " + file))
                    .hasSize(1);
        }
    }

    @Test
    void whatIsDifferentIsToldOnceAndNotAtEachLook() throws Exception {
        // one for each look: nobody to tell it to, a failure, or empty if the names are known
        List<String> looks = List.of("nobody", "nobody", "", "", "!", "!", "", "nobody", "nobody", "", "");
        Iterator<String> next = looks.iterator();
        CountDownLatch all = new CountDownLatch(looks.size());
        try (Log log = new Log()) {
            SystemNames running = SystemNames.start(
                    new Hook() {
                        @Override
                        public String apply(Wanted wanted) throws IOException {
                            String now = next.hasNext() ? next.next() : "";
                            all.countDown();
                            if (now.equals("!")) {
                                throw new IOException("broken");
                            }
                            return now;
                        }

                        @Override
                        public void undo() {}

                        @Override
                        public String what() {
                            return "by a test";
                        }
                    },
                    () -> WANTED,
                    problems::add,
                    Duration.ZERO);
            all.await();
            running.close();
            assertThat(log.text().lines().filter(line -> line.contains("SystemNames")))
                    .extracting(line -> line.substring(line.indexOf(" - ") + 3))
                    .containsExactly(
                            "nobody",
                            "programs of this host know the names of devices: by a test",
                            "Programs of this host do not know the names of devices: broken",
                            "programs of this host know the names of devices: by a test",
                            "nobody",
                            "programs of this host know the names of devices: by a test");
        }
        assertThat(problems).containsExactly("broken", "");
    }
}
