package io.mnedc.names;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.device.RelayLink;
import io.mnedc.api.notice.Notice;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.api.peer.PeerDirectory;
import io.mnedc.api.peer.PeerSnapshot;
import io.mnedc.testing.Await;
import io.mnedc.testing.Log;
import io.mnedc.testing.TestRegistry;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The component with a registry of its own, and what it does to the host when settings and the device change. */
@Timeout(300)
class NamesComponentTest {
    private static final String TEXT = "127.0.0.1 localhost\n";

    @TempDir
    Path directory;

    private Path file;
    private Path other;
    private final TestRegistry registry = new TestRegistry();
    private volatile Runnable whenAsked = () -> {};
    private NamesComponent component;

    private NamesComponent component() {
        DeviceStatus.Snapshot snapshot = new DeviceStatus.Snapshot(
                "late",
                DeviceStatus.State.READY,
                Instant.EPOCH,
                "",
                List.of(),
                List.of(),
                "lo",
                "none",
                Optional.empty(),
                Optional.empty(),
                Map.of());
        return new NamesComponent(
                registry.context(),
                fake(
                        PeerDirectory.class,
                        Map.of("snapshot", () -> new PeerSnapshot(1, List.of()), "own", () -> OrchestrationInfo.NONE)),
                fake(
                        RelayLink.class,
                        Map.of(
                                "registration",
                                () -> Optional.of(new RelayLink.Registration("self", 2, TestOverlay.NETWORK)))),
                fake(DeviceStatus.class, Map.of("snapshot", () -> {
                    whenAsked.run();
                    return snapshot;
                })));
    }

    private static <T> T fake(Class<T> type, Map<String, Supplier<Object>> answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) ->
                        Objects.requireNonNull(answers.get(method.getName())).get()));
    }

    @BeforeEach
    void begin() throws IOException {
        directory = directory.toRealPath();
        file = Files.writeString(directory.resolve("hosts"), TEXT);
        other = Files.writeString(directory.resolve("other"), TEXT);
        registry.storage(directory.resolve("storage"));
        component = begun("one");
    }

    private NamesComponent begun(String owner) {
        NamesComponent begun = component();
        begun.named(Map.of("mnedc.device.id", owner));
        return begun;
    }

    @AfterEach
    void end() {
        component.end();
        assertThat(file).content().isEqualTo(TEXT);
        assertThat(other).content().isEqualTo(TEXT);
    }

    private static Map<String, Object> hosts(Path file) {
        return Map.of("system.resolver", "hosts", "hosts.file", file.toString());
    }

    private static void awaitBlock(Path file, String owner) throws Exception {
        Await.until(
                "block of " + owner, () -> Files.readString(file).startsWith(TEXT + "# BEGIN MNEDC " + owner + "\n"));
    }

    @Test
    void blockFollowsTheIdOfTheDevice() throws Exception {
        component.change(hosts(file));
        awaitBlock(file, "one");
        component.renamed(Map.of("mnedc.device.id", "two"));
        awaitBlock(file, "two");
        assertThat(file).content().doesNotContain("MNEDC one").contains("10.0.0.2\tself.mnedc");
    }

    @Test
    void blockIsNotMadeAgainIfSomethingElseOfTheDeviceChanges() throws Exception {
        component.change(hosts(file));
        awaitBlock(file, "one");
        Object before = Files.getAttribute(file, "unix:ino");
        component.renamed(Map.of("mnedc.device.id", "one", "more", "x"));
        assertThat(Files.getAttribute(file, "unix:ino")).isEqualTo(before);
    }

    @Test
    void anIdBeforeTheFirstSettingsDoesNothingToTheHost() throws Exception {
        component.renamed(Map.of("mnedc.device.id", "two"));
        assertThat(file).content().isEqualTo(TEXT);
        component.change(hosts(file));
        awaitBlock(file, "two");
        component.change(hosts(other));
        awaitBlock(other, "two");
        assertThat(file).content().isEqualTo(TEXT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"other", "off"})
    void blockOfAKilledDeviceGoesAlsoIfIdAndSettingsAreOtherOnes(String then) throws Exception {
        Path storage = directory.resolve("storage/hosts-blocks");
        component.change(hosts(file));
        awaitBlock(file, "one");
        String text = Files.readString(file);
        String list = Files.readString(storage);
        component.end();
        assertThat(file).content().isEqualTo(TEXT);
        assertThat(storage).doesNotExist();

        // as it was when the device was killed
        Files.writeString(file, text);
        Files.writeString(storage, list);
        component = begun("two");
        component.change(then.equals("off") ? Map.of() : hosts(other));
        assertThat(file).content().isEqualTo(TEXT);
        if (then.equals("off")) {
            assertThat(storage).doesNotExist();
        } else {
            awaitBlock(other, "two");
            assertThat(storage).content().isEqualTo(list.replace("one ", "two ").replace("%2Fhosts", "%2Fother"));
        }
    }

    @Test
    void blockOfAKilledDeviceGoesAtTheStartAndNotOnlyWhenTheNamesAreKnown() throws Exception {
        Files.writeString(file, TEXT + "# BEGIN MNEDC one\n10.0.0.9\told.mnedc\n# END MNEDC one\n");
        CountDownLatch connected = new CountDownLatch(1);
        whenAsked = () -> await(connected);
        component.change(hosts(file));
        assertThat(file).content().isEqualTo(TEXT);
        connected.countDown();
        awaitBlock(file, "one");
    }

    @Test
    void aProblemOfWhatHasEndedMeanwhileIsNotShown() throws Exception {
        CountDownLatch look = new CountDownLatch(1);
        CountDownLatch task = new CountDownLatch(1);
        whenAsked = () -> await(isLooking(Thread.currentThread()) ? look : task);
        component.change(hosts(directory.resolve("missing")));
        Thread busy = started(() -> component.renamed(Map.of()));
        Await.until("in a task", () -> busy.getState() == Thread.State.WAITING);
        Thread last = started(() -> component.change(Map.of()));
        Await.until("behind it", () -> last.getState() == Thread.State.TIMED_WAITING);
        try (Log log = new Log()) {
            look.countDown();
            Await.until(
                    "behind both",
                    () -> !log.lines("is not there: make it").isEmpty()
                            && Thread.getAllStackTraces().keySet().stream()
                                    .anyMatch(
                                            each -> isLooking(each) && each.getState() == Thread.State.TIMED_WAITING));
        }
        task.countDown();
        busy.join();
        last.join();
        assertThat(registry.services(Notice.class)).isEmpty();
    }

    private static boolean isLooking(Thread thread) {
        return thread.getName().equals("mnedc-names-system");
    }

    private static Thread started(Runnable task) {
        Thread thread = new Thread(task, "test-names");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
