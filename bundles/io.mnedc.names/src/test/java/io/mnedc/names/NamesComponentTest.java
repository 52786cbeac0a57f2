package io.mnedc.names;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.device.RelayLink;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.api.peer.PeerDirectory;
import io.mnedc.api.peer.PeerSnapshot;
import io.mnedc.testing.Await;
import io.mnedc.testing.TestRegistry;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The component with a registry of its own, and what it does to the host when settings and the device change. */
@Timeout(300)
class NamesComponentTest {
    private static final String TEXT = "127.0.0.1 localhost\n";

    @TempDir
    Path directory;

    private Path file;
    private Path other;
    private final NamesComponent component = new NamesComponent(
            new TestRegistry().context(),
            fake(
                    PeerDirectory.class,
                    Map.of("snapshot", new PeerSnapshot(1, List.of()), "own", OrchestrationInfo.NONE)),
            fake(
                    RelayLink.class,
                    Map.of("registration", Optional.of(new RelayLink.Registration("self", 2, TestOverlay.NETWORK)))),
            fake(
                    DeviceStatus.class,
                    Map.of(
                            "snapshot",
                            new DeviceStatus.Snapshot(
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
                                    Map.of()))));

    private static <T> T fake(Class<T> type, Map<String, Object> answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> answers.get(method.getName())));
    }

    @BeforeEach
    void begin() throws IOException {
        directory = directory.toRealPath();
        file = Files.writeString(directory.resolve("hosts"), TEXT);
        other = Files.writeString(directory.resolve("other"), TEXT);
        component.named(Map.of("mnedc.device.id", "one"));
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
}
