package io.mnedc.device;

import io.mnedc.api.identity.IdentityProvider;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.security.JoinToken;
import io.mnedc.security.device.DeviceIdentityStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** A relay with an authority of its own, the directories of its devices, and a clock for all of them. */
public final class TlsLab implements AutoCloseable {
    public final Fixture fixture = new Fixture();
    public final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

    /** The system's clock and {@link #ahead}. */
    public final InstantSource clock = () -> Instant.now().plus(ahead.get());

    final Path directory;
    public final TestGate gate;
    public TestRelay relay;

    TlsLab(Path directory) throws Exception {
        this.directory = directory;
        gate = new TestGate(directory.resolve("relay"), TestGate.YEAR, clock);
        gate.clock = clock;
        relay = fixture.relay(gate);
    }

    /** Another overlay, with nothing in common but the machine. */
    public TestGate strangers() throws Exception {
        return new TestGate(directory.resolve("strangers"), TestGate.YEAR, clock);
    }

    public Path home(String id) {
        return directory.resolve("device-" + id);
    }

    public DeviceIdentityStore store(String id) throws Exception {
        return DeviceIdentityStore.open(home(id), clock);
    }

    /** {@return settings of a device with TLS and this relay} */
    public Map<String, Object> values(String id) throws IOException {
        Map<String, Object> values = new HashMap<>();
        values.put("device.id", id);
        values.put("security", "tls");
        values.put("data.dir", home(id).toString());
        return values;
    }

    public DeviceSettings settings(String id) throws IOException {
        return Fixture.settings(values(id), relay);
    }

    public DeviceSettings settings(String id, JoinToken token) throws IOException {
        return settings(id, Map.of("join.token", token.text()));
    }

    public DeviceSettings settings(String id, Map<String, ?> others) throws IOException {
        Map<String, Object> values = values(id);
        values.putAll(others);
        return Fixture.settings(values, relay);
    }

    /** {@return a device whose identity is supplied by others} */
    public Fixture.Node provided(String id, Function<String, Optional<IdentityProvider>> providers) throws IOException {
        Map<String, String> values = Map.of(
                "identity.provider", "kura", "data.dir", home("provided-" + id).toString());
        return fixture.device(settings(id, values), clock, providers);
    }

    public Fixture.Node device(DeviceSettings settings) throws IOException {
        return fixture.device(settings, clock);
    }

    /** {@return a device that has joined and is ready} */
    public Fixture.Node joined(String id, String... groups) throws Exception {
        Fixture.Node node = device(settings(id, gate.token(relay, groups)));
        node.awaitReady();
        return node;
    }

    @Override
    public void close() throws IOException {
        fixture.close();
    }
}
