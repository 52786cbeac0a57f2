package io.mnedc.itests.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.LabException;
import io.mnedc.lab.NestedNats;
import io.mnedc.lab.RelayProcess;
import io.mnedc.lab.junit.NeedsLab;
import io.mnedc.testing.Await;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two frameworks behind different NATs call a service at each other: one on Felix, one on Equinox. */
@ExtendWith(NeedsLab.class)
class RemoteServicesTest {
    private static final String CALLS = "right 1000";

    /** Sockets of the sides: those of processes that were killed stay behind. */
    private final Set<Path> sockets = new TreeSet<>();

    @AfterEach
    void removeSockets() throws IOException {
        for (Path socket : sockets) {
            Files.deleteIfExists(socket);
        }
    }

    @Test
    void servicesAreCalledBothWaysComeAndGo() throws Exception {
        try (NestedNats nats = NestedNats.build(NeedsLab.directory(RemoteServicesTest.class))) {
            String token = RelayProcess.token(nats.relay(), "--uses", "2");
            RelayProcess relay = RelayProcess.start(nats.relay());
            // what SECURITY.md advises, and calls go through it
            String limits =
                    "MNEDC_JAVA_OPTS=-Djdk.serialFilter=maxdepth=20;maxrefs=10000;maxarray=100000;maxbytes=1000000";
            DeviceProcess a = DeviceProcess.joinWith(List.of(limits), nats.a(), "a", token);
            DeviceProcess b = DeviceProcess.joinWith(
                    List.of(limits, "MNEDC_FRAMEWORK=equinox", "MNEDC_RUN=remote"), nats.b(), "b", token);
            relay.awaitReady();
            a.awaitReady();
            b.awaitReady();
            // a has the bundles dropped in while it runs, b has them from its run description
            install(a);
            drop(Path.of(System.getProperty("mnedc.side")), b, "side.jar");

            await("a has b's service", () -> ask(a, "remotes"), pid(b) + " rack=4\n");
            await("b has a's service", () -> ask(b, "remotes"), pid(a) + " rack=4\n");
            assertThat(ask(a, "call 1000")).isEqualTo(CALLS);
            assertThat(ask(b, "call 1000")).isEqualTo(CALLS);
            listensAtTheVirtualAddressOnly(a);
            listensAtTheVirtualAddressOnly(b);

            relay.kill();
            relay.startAgain();
            relay.awaitReady();
            await("a calls b again", () -> ask(a, "call 1000"), CALLS);
            await("b calls a again", () -> ask(b, "call 1000"), CALLS);

            ask(b, "unexport");
            await("a has no service of b", () -> ask(a, "remotes"), "");
            ask(b, "export");
            await("a has b's service again", () -> ask(a, "call 1000"), CALLS);

            b.kill();
            await("b is missed", () -> ask(a, "remotes"), "");
            b.startAgain();
            b.awaitReady();
            await("b is back", () -> ask(a, "remotes"), pid(b) + " rack=4\n");
            await("a calls b", () -> ask(a, "call 1000"), CALLS);
            await("b calls a", () -> ask(b, "call 1000"), CALLS);

            keptApart(nats, a, b);
            withoutItsBundleNothingIsLeft(a, b);
        }
    }

    /** What rules keep apart neither hears of the services nor reaches the port. */
    private void keptApart(NestedNats nats, DeviceProcess a, DeviceProcess b) throws Exception {
        Path rules = RelayProcess.dataOn(nats.relay()).resolve("identity/rules");
        assertThat(reaches(a, b)).isTrue();
        Files.writeString(rules, "deny device:a device:b\n");
        await("a is not told of b", () -> ask(a, "remotes"), "");
        await("b is not told of a", () -> ask(b, "remotes"), "");
        assertThat(reaches(a, b)).isFalse();
        Files.delete(rules);
        await("a has b's service after the rule", () -> ask(a, "call 1000"), CALLS);
    }

    private static boolean reaches(DeviceProcess from, DeviceProcess to) {
        return from.host()
                .exec("timeout", "3", "bash", "-c", "exec 3<>/dev/tcp/" + to.ipv4() + "/2543")
                .succeeded();
    }

    private void withoutItsBundleNothingIsLeft(DeviceProcess a, DeviceProcess b) throws Exception {
        Files.delete(a.data().resolve("etc/io.mnedc.rsa.jar"));
        await("b is told that a exports nothing", () -> ask(b, "remotes"), "");
        await("a imports nothing", () -> ask(a, "remotes"), "");
        await("nobody listens", () -> listening(a), "");
        await("no thread is left", () -> threads(a), "");
    }

    private static void listensAtTheVirtualAddressOnly(DeviceProcess device) {
        assertThat(listening(device)).isEqualTo(device.ipv4() + ":2543");
    }

    private static String listening(DeviceProcess device) {
        return device.host()
                .exec("ss", "-Hltn")
                .orThrow()
                .lines()
                .map(line ->
                        line.trim().split("\\s+", -1)[3].replace("[::ffff:", "").replace("]", ""))
                .filter(address -> address.endsWith(":2543"))
                .sorted()
                .reduce((one, other) -> one + " " + other)
                .orElse("");
    }

    private static String threads(DeviceProcess device) {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", pid(device), "task"))) {
            return tasks.map(task -> {
                        try {
                            return Files.readString(task.resolve("comm")).strip();
                        } catch (IOException e) {
                            return "";
                        }
                    })
                    .filter(name -> name.startsWith("mnedc-rsa") || name.startsWith("hawtdispatch"))
                    .reduce("", (one, other) -> one + other + " ");
        } catch (IOException e) {
            throw new LabException("no threads of " + device.name(), e);
        }
    }

    /** Drops the bundles into the directory that the runtime watches. */
    private static void install(DeviceProcess device) throws IOException {
        try (Stream<Path> parts = Files.list(Path.of(System.getProperty("mnedc.parts")))) {
            for (Path part : parts.toList()) {
                drop(part, device, part.getFileName().toString());
            }
        }
        drop(Path.of(System.getProperty("mnedc.side")), device, "side.jar");
    }

    private static void drop(Path part, DeviceProcess device, String name) throws IOException {
        Path temporary = device.data().resolve("new.tmp");
        Files.copy(part, temporary, StandardCopyOption.REPLACE_EXISTING);
        Files.move(temporary, device.data().resolve("etc").resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private static String pid(DeviceProcess device) {
        return Long.toString(device.process().pid());
    }

    private String ask(DeviceProcess device, String command) {
        if (!device.process().isAlive()) {
            throw new LabException(
                    device.name() + " has ended\n" + device.process().tail());
        }
        Path socket = Path.of("/tmp/mnedc-remote-" + pid(device));
        sockets.add(socket);
        var address = UnixDomainSocketAddress.of(socket);
        try (SocketChannel channel = SocketChannel.open(address)) {
            channel.write(ByteBuffer.wrap(command.getBytes(StandardCharsets.UTF_8)));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "no answer: " + e;
        }
    }

    private static void await(String what, Supplier<String> answer, String wanted) throws Exception {
        AtomicReference<String> last = new AtomicReference<>("");
        Await.until(() -> what + "; it is " + List.of(last.get()), () -> {
            last.set(answer.get());
            return wanted.equals(last.get());
        });
    }
}
