package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.transport.StreamSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A relay on loopback with {@code security = none}. */
final class TestRelay implements AutoCloseable {
    private final @Nullable Path directory;
    private final Relay relay;

    private TestRelay(Policy policy, @Nullable Path directory) throws IOException {
        this.directory = directory;
        this.relay = Relay.start(settings(policy), "mnedc/test", new Identities());
        relay.allocator(new MemoryAllocator("10.9.0.0/24"));
    }

    static TestRelay with(Policy policy) throws IOException {
        return new TestRelay(policy, null);
    }

    static TestRelay with(Policy policy, Path directory) throws IOException {
        return new TestRelay(policy, directory);
    }

    static Policy rules(String... rules) {
        return new Policy(List.of(rules), Limits.DEFAULT, 6);
    }

    private RelaySettings settings(Policy policy) {
        return new RelaySettings(
                true,
                List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                2,
                StreamSettings.DEFAULT,
                16 << 20,
                policy,
                directory,
                SecuritySettings.NONE);
    }

    void become(Policy policy) throws IOException {
        relay.become(settings(policy));
    }

    Relay relay() {
        return relay;
    }

    InetSocketAddress address() {
        String text = relay.listening().get(0);
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Integer.parseInt(text.substring(text.lastIndexOf(':') + 1)));
    }

    PlainDevice joined(String id) throws IOException {
        return PlainDevice.joined(address(), id);
    }

    /** A device that has registered, as a certain start of it. */
    PlainDevice joined(String id, long instance) throws IOException {
        PlainDevice device = new PlainDevice(address());
        device.register(id, instance);
        return device;
    }

    long count(Counter counter) {
        return relay.status().snapshot().counters().getOrDefault(counter.label(), -1L);
    }

    static void eventually(Callable<Boolean> condition) throws Exception {
        for (int i = 0; i < 1000 && !condition.call(); i++) {
            Thread.sleep(10);
        }
        assertThat(condition.call()).isTrue();
    }

    @Override
    public void close() {
        relay.close();
    }
}
