package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.notice.Notice;
import io.mnedc.api.relay.RelayAdministration;
import io.mnedc.api.relay.RelayStatus;
import io.mnedc.security.authority.RelayDirectory;
import io.mnedc.testing.Log;
import io.mnedc.testing.TestRegistry;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The component with a registry of its own; in frameworks it is tested by the integration tests. */
@Timeout(180)
class RelayComponentTest {
    @TempDir
    private Path directory;

    private final TestRegistry registry = new TestRegistry();
    private final Map<String, Object> properties = new HashMap<>();
    private RelayComponent component = booted();

    private RelayComponent booted() {
        return new RelayComponent(registry.context(), Duration.ofMillis(50));
    }

    private String notice() {
        return registry.services().get(Notice.class) instanceof Notice notice ? notice.text() : "";
    }

    private RelayStatus relay() {
        return (RelayStatus) Objects.requireNonNull(registry.services().get(RelayStatus.class));
    }

    @BeforeEach
    void begin() {
        properties.putAll(Map.of("enabled", true, "listen", "127.0.0.1:0", "data.dir", data().toString()));
    }

    @AfterEach
    void end() throws Exception {
        component.stop(6);
        assertThat(registry.services()).isEmpty();
        TestRelay.eventually(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("mnedc-")));
    }

    private Path data() {
        return directory.resolve("relay");
    }

    private void awaitRelay() throws Exception {
        TestRelay.eventually(() -> registry.services().containsKey(RelayStatus.class));
    }

    @Test
    void aDirectoryThatIsNotThereYetIsWaitedForWithTwoLines() throws Exception {
        Files.createFile(data());
        properties.put("token.request", "press-7");
        try (Log log = new Log()) {
            component.start(properties);
            assertThat(registry.services()).containsOnlyKeys(Notice.class);
            assertThat(notice()).contains("waits and tries again", data().toString());
            Files.delete(data());
            awaitRelay();
            TestRelay.eventually(() -> notice().isEmpty());
            assertThat(log.lines("the relay cannot start")).hasSize(1);
            assertThat(log.lines("has found what it waited for")).hasSize(1);
        }
        RelayAdministration administration =
                (RelayAdministration) Objects.requireNonNull(registry.services().get(RelayAdministration.class));
        TestRelay.eventually(() -> administration.requestedToken().isPresent());
    }

    @Test
    void anAuditLogThatCannotBeOpenedIsWaitedFor() throws Exception {
        Files.createDirectories(data().resolve(RelayDirectory.AUDIT).resolve("in.the.way"));
        Files.setPosixFilePermissions(data(), PosixFilePermissions.fromString("rwx------"));
        component.start(properties);
        assertThat(registry.services()).doesNotContainKey(RelayStatus.class);
        Files.delete(data().resolve(RelayDirectory.AUDIT).resolve("in.the.way"));
        Files.delete(data().resolve(RelayDirectory.AUDIT));
        awaitRelay();
    }

    @Test
    void whoeverIsSwitchedOffWhileItWaitsStaysOff() throws Exception {
        Files.createFile(data());
        component.start(properties);
        properties.put("enabled", false);
        component.modified(properties);
        Files.delete(data());
        component.stop(6);
        assertThat(data()).doesNotExist();
    }

    private static <T> T part(Object of, String name, Class<T> type) throws ReflectiveOperationException {
        Field field = of.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return type.cast(field.get(of));
    }

    @Test
    void aPartThatFailsHasTheRelayStartAgain() throws Exception {
        component.start(properties);
        Object first = relay();
        Operation operation = part(component, "operation", Operation.class);
        RunningRelay running = part(operation, "running", RunningRelay.class);
        try (Log log = new Log()) {
            running.relay().services().loop().execute(() -> {
                throw new OutOfMemoryError("of a test");
            });
            TestRelay.eventually(() -> registry.services().containsKey(RelayStatus.class)
                    && registry.services().get(RelayStatus.class) != first);
            TestRelay.eventually(() -> notice().isEmpty());
            assertThat(log.lines("the control loop has ended because of a fault"))
                    .isNotEmpty();
            assertThat(log.lines("the relay does not run and starts again in 0 s"))
                    .hasSize(1);
        }
    }

    @Test
    void aDirectoryThatCannotBeUsedStopsNoRelay() {
        component.start(properties);
        Object running = registry.services().get(RelayStatus.class);
        assertThat(running).isNotNull();
        properties.put("data.dir", "/proc/nope");
        component.modified(properties);
        assertThat(registry.services().get(RelayStatus.class)).isSameAs(running);
        properties.put("data.dir", directory.resolve("other").toString());
        component.modified(properties);
        assertThat(registry.services().get(RelayStatus.class)).isNotNull().isNotSameAs(running);
    }

    @Test
    void afterABootWithAWrongValueItRunsAsBefore() throws Exception {
        properties.put("keepalive.millis", 700L);
        component.start(properties);
        component.stop(6);
        properties.put("keepalive.millis", "often");
        properties.put("loops", "many");

        component = booted();
        component.start(properties);
        awaitRelay();
        assertThat(notice())
                .contains("configuration refused", "keepalive.millis = \"often\"", "loops = \"many\"")
                .contains("running with the settings of 20");

        properties.put("keepalive.millis", 800L);
        properties.remove("loops");
        component.modified(properties);
        assertThat(notice()).isEmpty();
        awaitRelay();
    }

    @Test
    void afterABootWithADirectoryThatCannotBeUsedItRunsAsBefore() throws Exception {
        Path area = directory.resolve("area");
        registry.storage(area);
        component.start(properties);
        component.stop(6);
        properties.put("data.dir", "/proc/nope");
        component = booted();
        component.start(properties);
        assertThat(relay().snapshot().listening()).isNotEmpty();
        assertThat(notice()).contains("data.dir = /proc/nope cannot be used: ", "running with the settings of");
    }

    @Test
    void whatIsSwitchedOffOrDeletedDoesNotStart() {
        component.start(properties);
        component.stop(6);
        component = booted();
        component.start(Map.of("enabled", false, "loops", "many", "data.dir", data().toString()));
        assertThat(registry.services()).isEmpty();
        component.modified(Map.of());
        assertThat(registry.services()).isEmpty();
    }

    @Test
    void withoutAnythingKeptTheNoticeSaysThatNothingRuns() {
        properties.put("loops", "many");
        component.start(properties);
        assertThat(registry.services()).containsOnlyKeys(Notice.class);
        assertThat(notice()).contains("loops", "the relay does not run");
    }

    @Test
    void aWrongValueInOperationIsANoticeUntilItIsMended() {
        component.start(properties);
        properties.put("rules", "nonsense");
        component.modified(properties);
        assertThat(notice()).contains("configuration refused", "rules", "running with the settings of 20");
        properties.remove("rules");
        component.modified(properties);
        assertThat(notice()).isEmpty();
    }

    @Test
    void afterABootItGoesToTheDirectoryOfItsSettingsOnceThatCanBeUsed() throws Exception {
        registry.storage(directory.resolve("area"));
        component.start(properties);
        component.stop(6);
        Path other = Files.createFile(directory.resolve("other"));
        properties.put("data.dir", other.toString());
        component = booted();
        try (Log log = new Log()) {
            component.start(properties);
            awaitRelay();
            Object asBefore = relay();
            assertThat(notice())
                    .contains("configuration refused", other.toString(), "running with the settings of", "tried again");
            Files.delete(other);
            TestRelay.eventually(() -> notice().isEmpty());
            assertThat(relay()).isNotSameAs(asBefore);
            assertThat(other.resolve(RelayDirectory.AUDIT)).isNotEmptyFile();
            assertThat(log.lines("running with the settings of")).hasSize(1);
            assertThat(log.lines("cannot be in force yet")).hasSize(1);
        }
    }

    @Test
    void aRelayThatRunsGoesToAnotherDirectoryOnceThatCanBeUsed() throws Exception {
        component.start(properties);
        Object before = relay();
        Path other = Files.createFile(directory.resolve("other"));
        properties.put("data.dir", other.toString());
        component.modified(properties);
        assertThat(relay()).isSameAs(before);
        Files.delete(other);
        TestRelay.eventually(() -> notice().isEmpty());
        assertThat(relay()).isNotSameAs(before);
        assertThat(other.resolve(RelayDirectory.AUDIT)).isNotEmptyFile();
    }

    @Test
    void whatIsSavedMeanwhileEndsTheWaitForAnotherDirectory() throws Exception {
        component.start(properties);
        Path other = Files.createFile(directory.resolve("other"));
        Map<String, Object> elsewhere = new HashMap<>(properties);
        elsewhere.put("data.dir", other.toString());
        component.modified(elsewhere);
        component.modified(properties);
        assertThat(notice()).isEmpty();
        TestRelay.eventually(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("mnedc-relay-retry")));
        Files.delete(other);
        component.stop(6);
        assertThat(other).doesNotExist();
    }

    @Test
    void ifNeitherDirectoryCanBeUsedTheOneThatCanFirstIsTaken() throws Exception {
        registry.storage(directory.resolve("area"));
        component.start(properties);
        component.stop(6);
        Path moved = Files.move(data(), directory.resolve("moved"));
        Files.createFile(data());
        properties.put("data.dir", "/proc/nope");
        component = booted();
        component.start(properties);
        assertThat(registry.services()).containsOnlyKeys(Notice.class);
        assertThat(notice())
                .contains("configuration refused", "/proc/nope", "waits and tries again", data().toString());
        Files.delete(data());
        Files.move(moved, data());
        awaitRelay();
        TestRelay.eventually(() -> notice().contains("running with the settings of"));
    }

    @Test
    void aWrongValueWhileItWaitsDoesNotEndTheWait() throws Exception {
        Files.createFile(data());
        component.start(properties);
        properties.put("loops", "many");
        component.modified(properties);
        assertThat(notice()).contains("configuration refused", "loops", "waits and tries again");
        Files.delete(data());
        awaitRelay();
        TestRelay.eventually(() -> notice().contains("running with the settings of"));
    }
}
