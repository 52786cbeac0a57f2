package io.mnedc.device;

import io.mnedc.api.device.DeviceStatus.State;
import io.mnedc.api.finder.RelayFinder;
import io.mnedc.api.identity.IdentityProvider;
import io.mnedc.api.tun.TunDriver;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.device.settings.SettingsReader;
import io.mnedc.testing.Await;
import io.mnedc.tun.memory.MemoryTunDevice;
import io.mnedc.tun.memory.MemoryTunDriver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Relays and devices of a test, and what ends them: closed after each test that registers it as an extension. */
public final class Fixture implements AfterEachCallback, AutoCloseable {
    private static final Path STORAGE =
            Path.of("target", "devices-" + ProcessHandle.current().pid() + "-" + System.nanoTime());
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final List<TestRelay> relays = new ArrayList<>();
    private final List<Device> devices = new ArrayList<>();

    /** Parts of devices that have failed. */
    final List<String> failed = new CopyOnWriteArrayList<>();

    /** A device with its interfaces. */
    public record Node(Device device, MemoryTunDriver driver) {
        public MemoryTunDevice tun() {
            return driver.devices().get(0);
        }

        /** {@return the problem that it tells; empty if none} */
        public String problem() {
            return device.snapshot().problem().orElse("");
        }

        public State state() {
            return device.snapshot().state();
        }

        public long count(String counter) {
            Long value = device.snapshot().counters().get(counter);
            if (value == null) {
                throw new AssertionError(
                        "no counter " + counter + " in " + device.snapshot().counters());
            }
            return value;
        }

        public void awaitReady() throws Exception {
            Await.until("ready", () -> state() == State.READY);
        }

        public void awaitFailed(String sentence) throws Exception {
            Await.until(sentence, () -> state() == State.FAILED && problem().contains(sentence));
        }
    }

    public TestRelay relay() throws IOException {
        TestRelay relay = new TestRelay();
        relays.add(relay);
        return relay;
    }

    /** A relay with TLS. */
    public TestRelay relay(TestGate gate) throws IOException {
        TestRelay relay = new TestRelay(gate);
        relays.add(relay);
        return relay;
    }

    public TestRelay restart(TestRelay relay) throws IOException {
        relay.close();
        TestRelay again = relay.restarted();
        relays.add(again);
        return again;
    }

    /** Who finds relays for devices, by kind; may change at any time. */
    public volatile Function<String, @Nullable RelayFinder> finders = kind -> null;

    public Node device(String id, TestRelay... at) throws IOException {
        return device(settings(id, at));
    }

    /** {@return a device that is ready} */
    Node ready(String id, TestRelay... at) throws Exception {
        return ready(settings(id, at));
    }

    /** {@return a device that is ready} */
    Node ready(DeviceSettings settings) throws Exception {
        Node node = device(settings);
        node.awaitReady();
        return node;
    }

    public Node device(DeviceSettings settings) throws IOException {
        MemoryTunDriver driver = MemoryTunDriver.withAllOffloads();
        return new Node(device(settings, driver), driver);
    }

    public Device device(DeviceSettings settings, TunDriver driver) throws IOException {
        return device(
                settings,
                new TestEnvironment(driver).finders(kind -> finders.apply(kind)).make());
    }

    public Device device(DeviceSettings settings, DeviceEnvironment around) throws IOException {
        Device device = Device.start(settings, around, failed::add);
        devices.add(device);
        return device;
    }

    /** A device whose clock is another one. */
    public Node device(DeviceSettings settings, InstantSource clock) throws IOException {
        return device(settings, clock, name -> Optional.empty());
    }

    public Node device(
            DeviceSettings settings, InstantSource clock, Function<String, Optional<IdentityProvider>> providers)
            throws IOException {
        MemoryTunDriver driver = MemoryTunDriver.withAllOffloads();
        DeviceEnvironment around = new TestEnvironment(driver)
                .finders(kind -> finders.apply(kind))
                .providers(providers)
                .clock(clock)
                .make();
        return new Node(device(settings, around), driver);
    }

    public static DeviceSettings settings(String id, TestRelay... at) throws IOException {
        return settings(Map.of("device.id", id), at);
    }

    public static DeviceSettings settings(Map<String, ?> values, TestRelay... at) throws IOException {
        List<String> relays = new ArrayList<>();
        for (TestRelay relay : at) {
            relays.add(relay.address().toString());
        }
        Map<String, Object> all = new HashMap<>();
        all.put("relays", relays);
        all.put("reconnect.max.seconds", 1);
        // a machine that is busy with other things must not make packets too old
        all.put("queue.millis", 10_000);
        all.put("security", "none");
        all.putAll(values);
        // a device remembers its network: that of each test is a new one
        return new SettingsReader(all).read("", () -> STORAGE.resolve(String.valueOf(COUNT.incrementAndGet())));
    }

    public static InetAddress ipv4(int node) throws UnknownHostException {
        return InetAddress.getByName("10.0.0." + node);
    }

    static InetAddress ipv6(int node) throws UnknownHostException {
        return InetAddress.getByName("fd12:3456:789a:1::" + Integer.toHexString(node));
    }

    /** What an application at a device receives next, without its virtio-net header. */
    public static byte[] receive(Node node) throws InterruptedException {
        byte[] got = node.tun().take(Duration.ofSeconds(20));
        if (got == null) {
            throw new AssertionError("no packet within 20 s");
        }
        return Arrays.copyOfRange(got, 10, got.length);
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        close();
    }

    @Override
    public void close() throws IOException {
        devices.forEach(Device::close);
        for (TestRelay relay : relays) {
            relay.close();
        }
    }
}
