package io.mnedc.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.device.DeviceStatus.State;
import io.mnedc.api.device.RelayLink;
import io.mnedc.api.peer.Peer;
import io.mnedc.api.tun.TunDevice;
import io.mnedc.api.tun.TunDriver;
import io.mnedc.device.Fixture.Node;
import io.mnedc.device.common.Faults;
import io.mnedc.device.dial.Place;
import io.mnedc.device.dial.Resolver;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.device.settings.RelayAddress;
import io.mnedc.testing.Await;
import io.mnedc.testing.Log;
import io.mnedc.transport.ControlLoop;
import io.mnedc.tun.memory.MemoryTunDriver;
import java.io.Closeable;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A fault on any thread of a device is seen, and no device that is half dead says that it is ready. */
@Timeout(180)
class DeviceFaultsTest {
    @RegisterExtension
    final Fixture fixture = new Fixture();

    /** Nothing of it is left when it is closed, whatever had failed. */
    private void awaitFailed(Node node, String part, String problem) throws Exception {
        Await.until("told", () -> !fixture.failed.isEmpty());
        assertThat(node.state()).isEqualTo(State.FAILED);
        assertThat(node.problem()).contains(part + " has failed", problem);
        node.device().close();
        assertThat(fixture.failed).containsExactly(part);
        assertThat(node.driver().devices()).isEmpty();
        Await.until(
                "threads",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("mnedc-device-control")
                                || thread.getName().startsWith("mnedc-device-data")
                                || thread.getName().startsWith("mnedc-device-uplink")
                                || thread.getName().startsWith("mnedc-device-identity")));
    }

    private static SharedParts shared(Node node) throws Exception {
        return part(node.device(), "shared", SharedParts.class);
    }

    private static <T> T part(Object of, String name, Class<T> type) throws Exception {
        Field field = of.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return type.cast(field.get(of));
    }

    /** Follows as discovery does; called on the control loop. */
    private static final class Failing implements RelayLink.Observer {
        private volatile @Nullable Error fault;

        private void fail() {
            Error now = fault;
            if (now != null) {
                throw now;
            }
        }

        @Override
        public void snapshot(Collection<Peer> all) {
            fail();
        }

        @Override
        public void present(Peer peer) {
            fail();
        }

        @Override
        public void absent(String deviceId) {
            fail();
        }
    }

    @Test
    void aTaskOfTheControlLoopThatFailsForWantOfMemory() throws Exception {
        String log = Log.of(() -> {
            Node one = fixture.ready("one", fixture.relay());
            shared(one).loop().execute(() -> {
                throw new OutOfMemoryError("of a test");
            });
            awaitFailed(one, "the control loop", "OutOfMemoryError: of a test");
        });
        assertThat(log.lines().filter(line -> line.contains("ERROR") && line.contains("the control loop has failed")))
                .hasSize(1);
    }

    @Test
    void aTaskOfTheControlLoopThatFailsByMistake() throws Exception {
        Node one = fixture.ready("one", fixture.relay());
        shared(one).loop().schedule(Duration.ofMillis(1), () -> {
            throw new IllegalStateException("a mistake");
        });
        awaitFailed(one, "the control loop", "a mistake");
    }

    @Test
    void anAnnouncementThatCannotBeDealtWith() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        Failing failing = new Failing();
        one.device().link().subscribe(failing);
        failing.fault = new StackOverflowError("of a test");
        // the others hear of it
        Node two = fixture.device("two", relay);
        Await.until("told", () -> !fixture.failed.isEmpty());
        two.device().close();
        awaitFailed(one, "the thread mnedc-device-info", "StackOverflowError: of a test");
    }

    @Test
    void theControlLoopEndsByItself() throws Exception {
        Node one = fixture.ready("one", fixture.relay());
        ControlLoop loop = shared(one).loop();
        loop.close();
        awaitFailed(one, "the control loop", "see the log");
    }

    @Test
    void theDataLoopEndsByItself() throws Exception {
        Node one = fixture.ready("one", fixture.relay());
        part(shared(one).data(), "selector", Closeable.class).close();
        awaitFailed(one, "the data loop", "see the log");
    }

    @Test
    void theThreadOfIdentitiesFails(@TempDir Path home) throws Exception {
        TestRelay relay = fixture.relay();
        DeviceSettings settings = Fixture.settings(
                Map.of(
                        "device.id",
                        "one",
                        "security",
                        "tls",
                        "identity.provider",
                        "kura",
                        "data.dir",
                        home.resolve("keys").toString()),
                relay);
        Node one = fixture.device(
                settings,
                InstantSource.system(),
                name -> Optional.of(() -> {
                    throw new StackOverflowError("a token's driver");
                }));
        awaitFailed(one, "the thread mnedc-device-identity", "a token's driver");
    }

    @Test
    void whoReadsTheInterfaceFailsAndReadsAnotherOne() throws Exception {
        MemoryTunDriver driver = MemoryTunDriver.withAllOffloads();
        CountDownLatch failed = new CountDownLatch(1);
        CountDownLatch opened = new CountDownLatch(2);
        TunDriver failing = settings -> {
            TunDevice real = driver.open(settings);
            opened.countDown();
            return failed.getCount() == 0 ? real : readsFail(real, failed);
        };
        Node one = new Node(fixture.device(Fixture.settings("one", fixture.relay()), failing), driver);
        assertThat(failed.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(opened.await(60, TimeUnit.SECONDS)).isTrue();
        one.awaitReady();
        assertThat(one.tun().isClosed()).isFalse();
        assertThat(fixture.failed).isEmpty();
    }

    private static TunDevice readsFail(TunDevice real, CountDownLatch failed) {
        return (TunDevice) Proxy.newProxyInstance(
                DeviceFaultsTest.class.getClassLoader(), new Class<?>[] {TunDevice.class}, (self, method, values) -> {
                    if (method.getName().equals("read")) {
                        failed.countDown();
                        throw new OutOfMemoryError("of a test");
                    }
                    if (method.getName().equals("equals")) {
                        return self == values[0];
                    }
                    try {
                        return method.invoke(real, values);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void aLookUpThatFailsIsOneWithoutAnAnswer() throws Exception {
        CountDownLatch answered = new CountDownLatch(2);
        AtomicInteger found = new AtomicInteger();
        try (Resolver resolver = new Resolver(host -> {
            throw new OutOfMemoryError("of " + host);
        })) {
            String log = Log.of(() -> {
                for (String host : List.of("one.example", "two.example")) {
                    resolver.resolve(new Place(new RelayAddress(host, 1), host, 1), Runnable::run, addresses -> {
                        found.addAndGet(addresses.size());
                        answered.countDown();
                    });
                }
                assertThat(answered.await(60, TimeUnit.SECONDS)).isTrue();
            });
            assertThat(log).contains("looking up one.example has failed", "looking up two.example has failed");
        }
        assertThat(answered.getCount()).isZero();
        assertThat(found).hasValue(0);
    }

    @Test
    void anOwnerThatCannotBeToldIsToldAgain() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        CountDownLatch told = new CountDownLatch(1);
        Faults faults = new Faults("one", problem -> {}, part -> {
            if (tries.incrementAndGet() == 1) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            told.countDown();
        });
        ControlLoop loop = new ControlLoop("test-control", fault -> {});
        try {
            faults.occurred("the control loop", null, loop);
            assertThat(told.await(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            loop.close();
        }
    }
}
