package io.mnedc.address;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.address.LeaseStore;
import io.mnedc.api.notice.Notice;
import io.mnedc.testing.Await;
import io.mnedc.testing.TestRegistry;
import java.io.File;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A lease store that cannot be opened at the start is opened as soon as it can be. */
@Timeout(120)
class LateDirectoryTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final TestRegistry registry = new TestRegistry();
    private LeaseStoreComponent component = booted();

    private LeaseStoreComponent booted() {
        return new LeaseStoreComponent(registry.context(), Duration.ofMillis(50), LIMIT);
    }

    @BeforeEach
    void area() {
        registry.storage(directory.resolve("area"));
    }

    private List<LeaseStore> stores() {
        return registry.services(LeaseStore.class);
    }

    private List<String> notices() {
        return registry.services(Notice.class).stream().map(Notice::text).toList();
    }

    @AfterEach
    void end() {
        component.stop(6);
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("mnedc-lease"));
    }

    private static Map<String, Object> keptIn(Path where) {
        return Map.of("enabled", true, "data.dir", where.toString());
    }

    private void awaitStore() throws Exception {
        Await.until("a store", () -> !stores().isEmpty());
        assertThat(stores()).hasSize(1);
    }

    @Test
    void aFileInPlaceOfTheDirectoryIsRemovedLater() throws Exception {
        Path leases = Files.createFile(directory.resolve("leases"));
        component.change(keptIn(leases));
        assertThat(stores()).isEmpty();
        assertThat(notices()).singleElement().asString().contains("waits and tries again", leases.toString());
        Files.delete(leases);
        awaitStore();
        assertThat(notices()).isEmpty();
    }

    @Test
    void anotherProcessLetsTheDirectoryGo() throws Exception {
        Path leases = Files.createDirectory(directory.resolve("leases"));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process other = new ProcessBuilder(
                        java,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        leases.resolve("leases.lock").toString())
                .redirectError(new File("/dev/null"))
                .start();
        try {
            assertThat(other.getInputStream().read()).as("it is held").isEqualTo('h');
            component.change(keptIn(leases));
            assertThat(stores()).isEmpty();
        } finally {
            other.destroyForcibly();
        }
        awaitStore();
    }

    /** Holds a lock until it is killed. */
    static final class Holder {
        private Holder() {}

        /** In a process of its own. */
        public static void main(String[] arguments) throws Exception {
            try (FileChannel file =
                    FileChannel.open(Path.of(arguments[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                file.lock();
                System.out.print('h');
                System.out.flush();
                Thread.sleep(600_000);
            }
        }
    }

    @Test
    void whoeverIsSwitchedOffMeanwhileStaysOff() throws Exception {
        Path leases = Files.createFile(directory.resolve("leases"));
        component.change(keptIn(leases));
        component.change(Map.of("enabled", false, "data.dir", leases.toString()));
        Files.delete(leases);
        component.stop(6);
        assertThat(stores()).isEmpty();
        assertThat(leases).doesNotExist();
    }

    @Test
    void aChangeThatCannotBeMadeLeavesTheStoreWhereItIs() throws Exception {
        component.change(keptIn(directory.resolve("leases")));
        LeaseStore before = stores().get(0);
        component.change(keptIn(Path.of("/proc/nope")));
        assertThat(stores()).containsExactly(before);
    }

    @Test
    void anotherDirectoryEndsTheWait() throws Exception {
        component.change(keptIn(Path.of("/proc/nope")));
        assertThat(stores()).isEmpty();
        component.change(keptIn(directory.resolve("leases")));
        assertThat(stores()).hasSize(1);
    }

    @Test
    void afterABootWithADirectoryThatCannotBeUsedItIsTheOneBefore() throws Exception {
        Path leases = directory.resolve("leases");
        component.change(keptIn(leases));
        component.stop(6);
        for (Object wrong : List.of("/proc/nope", new String[] {"/a", "/b"})) {
            component = booted();
            component.change(Map.of("enabled", true, "data.dir", wrong));
            assertThat(stores()).as("%s", wrong).hasSize(1);
            component.stop(6);
        }
        component = booted();
        component.change(Map.of("enabled", false, "data.dir", "/proc/nope"));
        assertThat(stores()).isEmpty();
    }

    private void awaitNothingToSay() throws Exception {
        Await.until("no notice", () -> notices().isEmpty());
    }

    @Test
    void aStoreThatIsKeptElsewhereMovesOnceTheDirectoryCanBeUsed() throws Exception {
        component.change(keptIn(directory.resolve("leases")));
        LeaseStore before = stores().get(0);
        Path other = Files.createFile(directory.resolve("other"));
        component.change(keptIn(other));
        assertThat(stores()).containsExactly(before);
        assertThat(notices()).singleElement().asString().contains("data.dir", other.toString(), "as before");
        Files.delete(other);
        awaitNothingToSay();
        // the notice goes first, then one store and then the other
        Await.until("the store that has moved", () -> stores().size() == 1 && !stores().contains(before));
        assertThat(other).isDirectory();
    }

    @Test
    void afterABootItMovesOnceTheDirectoryCanBeUsed() throws Exception {
        component.change(keptIn(directory.resolve("leases")));
        component.stop(6);
        Path other = Files.createFile(directory.resolve("other"));
        component = booted();
        component.change(keptIn(other));
        assertThat(stores()).hasSize(1);
        assertThat(notices()).singleElement().asString().contains("data.dir", other.toString(), "as before");
        Files.delete(other);
        awaitNothingToSay();
        awaitStore();
        assertThat(stores()).hasSize(1);
        assertThat(other).isDirectory();
    }

    @Test
    void ifNeitherDirectoryCanBeUsedTheOneThatCanFirstIsTaken() throws Exception {
        Path leases = directory.resolve("leases");
        component.change(keptIn(leases));
        component.stop(6);
        Path moved = Files.move(leases, directory.resolve("moved"));
        Files.createFile(leases);
        component = booted();
        component.change(keptIn(Path.of("/proc/nope")));
        assertThat(stores()).isEmpty();
        Files.delete(leases);
        Files.move(moved, leases);
        awaitStore();
        Await.until("a notice", () -> notices().toString().contains("as before"));
        assertThat(notices()).singleElement().asString().contains("/proc/nope", leases.toString(), "as before");
    }

    @Test
    void aMistakenFileWithoutAStoreIsSaid() {
        component.change(Map.of("enabled", "true", "pool", "I\"10\"", "felix.fileinstall.filename", "a.cfg"));
        assertThat(stores()).isEmpty();
        assertThat(notices())
                .singleElement()
                .asString()
                .contains("configuration refused", "pool", "there is no lease store");
        component.change(keptIn(directory.resolve("leases")));
        assertThat(notices()).isEmpty();
    }
}
