package io.mnedc.relay.settings;

import io.mnedc.settings.ConfigurationReader;
import io.mnedc.transport.StreamSettings;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A relay's checked configuration.
 *
 * @param listen addresses and ports, at least one
 * @param keepalive how often each side of a connection sends something at least
 * @param handshake how long a connection may take until it is registered or bound
 * @param loops threads that forward frames
 * @param stream how data streams buffer
 * @param queueMemory the most bytes of all data streams' queues together
 * @param policy what devices may do
 * @param mesh what it is among the other relays of its overlay
 * @param announceLan whether it is announced in its local networks
 * @param directory for what it keeps, for this relay alone; null: it keeps nothing
 * @param shared whether what relays of an overlay must agree on is in a store that they share
 * @param security how it is secured
 */
public record RelaySettings(
        List<InetSocketAddress> listen,
        Duration keepalive,
        Duration handshake,
        int loops,
        StreamSettings stream,
        long queueMemory,
        Policy policy,
        MeshSettings mesh,
        boolean announceLan,
        @Nullable Path directory,
        boolean shared,
        RelaySecuritySettings security) {
    private static final List<String> DEFAULT_LISTEN = List.of(RelayConfig.DEFAULT_LISTEN);

    /**
     * Reads the configuration of a relay.
     *
     * @param storage the directory if none is configured; null: there is none
     * @throws io.mnedc.settings.RefusedSettingsException if something is wrong
     */
    public static RelaySettings of(ConfigurationReader values, @Nullable Path storage) {
        List<String> entries = values.list("listen");
        List<InetSocketAddress> listen =
                values.each("listen", entries.isEmpty() ? DEFAULT_LISTEN : entries, ListenAddress::parse);
        int loops = values.number("loops", 0, 0, 64);
        int queue = values.number("queue.kilobytes", 8192, 128, 1 << 20) << 10;
        Path directory = values.path("data.dir");
        RelaySettings settings = new RelaySettings(
                List.copyOf(listen),
                Duration.ofMillis(values.number("keepalive.millis", 5000, 100, 3_600_000)),
                Duration.ofMillis(values.number("handshake.millis", 10_000, 100, 600_000)),
                loops == 0 ? Math.min(4, Runtime.getRuntime().availableProcessors()) : loops,
                new StreamSettings(
                        values.number("send.buffer.kilobytes", 1024, 0, 1 << 20) << 10,
                        queue,
                        Duration.ofMillis(values.number("queue.millis", 100, 1, 60_000))),
                values.number("queue.memory.megabytes", 64L, 1, 1 << 20) << 20,
                Policy.of(values),
                MeshSettings.of(values),
                values.truth("announce.lan", false),
                directory == null ? storage : directory,
                values.word("store", "file", "shared").equals("shared"),
                RelaySecuritySettings.of(values));
        values.check();
        return settings;
    }
}
